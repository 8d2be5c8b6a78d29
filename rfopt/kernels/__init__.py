"""Compiled loops: arrays in, arrays out, each file whole.

A kernel file imports numba and NumPy only and calls no compiled function of another file: numba's disk cache does
not notice an edit across files. Small functions are therefore repeated where two kernels need them.
"""
