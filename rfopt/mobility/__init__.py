"""Mobility: which cell serves. Levels in, timelines out.

The machines themselves are kernels (`rfopt.kernels`); here are their formulas, one by one, and what surrounds them.
"""
