"""The inverse of a covariance, against LAPACK's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels.inverse import inverse, product


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(0, 40), seed=st.integers(0, 10_000), least=st.floats(1e-3, 10.0))
def test_against_lapack(rows, seed, least):
    draws = np.random.default_rng(seed).normal(size=(rows, rows))
    matrix = draws @ draws.T + least * np.eye(rows)
    found = inverse(matrix)
    np.testing.assert_allclose(found, np.linalg.inv(matrix), rtol=1e-6, atol=1e-8 / least)
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("matrix", [[[-1.0]], [[1.0, 2.0], [2.0, 1.0]], [[np.nan]], [[0.0]]])
def test_what_is_no_covariance_has_no_inverse(matrix):
    assert np.isnan(inverse(np.array(matrix))).all()


def test_the_upper_half_is_not_read():
    assert inverse(np.array([[2.0, 99.0], [1.0, 1.0]])).round(12).tolist() == [[1.0, -1.0], [-1.0, 2.0]]


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(0, 30), inner=st.integers(0, 30), columns=st.integers(0, 14), seed=st.integers(0, 10_000))
def test_product_against_numpy(rows, inner, columns, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(rows, inner)), rng.normal(size=(inner, columns))
    np.testing.assert_allclose(product(a, b), a @ b, atol=1e-12)
