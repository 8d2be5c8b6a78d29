"""Inverse of a covariance, the same to the last bit on any number of threads.

LAPACK's own threads wait for each other on a busy machine, and hundreds of matrices of a hundred rows are too small
for them to help.
"""

from __future__ import annotations

import numba
import numpy as np

FAST = {"reassoc", "contract"}


@numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def inverse(matrix):
    """Inverse of a symmetric positive definite matrix by Cholesky: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹.

    Any textbook, for instance Golub and Van Loan, Matrix Computations, §4.2. All inner loops run along rows.

    Parameters
    ----------
    matrix : ndarray, shape (rows, rows)
        Only the lower half is read.

    Returns
    -------
    ndarray, shape (rows, rows)
        Symmetric; all NaN where the matrix is not positive definite.
    """
    rows = len(matrix)
    turned, found = _turned(_factor(matrix)), np.zeros((rows, rows))
    for k in range(rows):
        for i in range(k + 1):
            for j in range(i + 1):
                found[i, j] += turned[k, i] * turned[k, j]
    for i in range(rows):
        for j in range(i):
            found[j, i] = found[i, j]
    return found


@numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def _factor(matrix):
    """L; all NaN where there is none."""
    rows = len(matrix)
    factor = np.zeros((rows, rows))
    for i in range(rows):
        for j in range(i):
            total = matrix[i, j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = total / factor[j, j]
        square = matrix[i, i]
        for k in range(i):
            square -= factor[i, k] * factor[i, k]
        if not square > 0.0:
            factor[:] = np.nan
            return factor
        factor[i, i] = np.sqrt(square)
    return factor


@numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def _turned(factor):
    """L⁻¹."""
    rows = len(factor)
    turned = np.zeros((rows, rows))
    for i in range(rows):
        for k in range(i):
            for j in range(k + 1):
                turned[i, j] -= factor[i, k] * turned[k, j]
        for j in range(i):
            turned[i, j] /= factor[i, i]
        turned[i, i] = 1.0 / factor[i, i]
    return turned


@numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def product(matrix, table):
    """A matrix times a table of a few columns, shape (rows, columns)."""
    found = np.zeros((matrix.shape[0], table.shape[1]))
    for i in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            for j in range(table.shape[1]):
                found[i, j] += matrix[i, k] * table[k, j]
    return found
