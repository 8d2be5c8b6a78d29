"""Compiled loops: arrays in, arrays out, each file whole.

A kernel file imports numba and NumPy only and calls no compiled function of another file: numba's disk cache does
not notice an edit across files. Small functions are therefore repeated where two kernels need them.

Threads that wait for the next kernel sleep instead of spinning, unless the environment says otherwise: with other work
on two cores a recommendation took 8 s instead of 19, and on idle ones half the processor time for the same 7 s.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when OpenMP is first loaded, by the first parallel kernel
