"""Vectors inside jitted functions do to every lane what NumPy does to every element."""

import numpy as np
import pytest
from numba import njit
from numpy.testing import assert_array_equal

from rfopt.kernels import lanes
from rfopt.kernels.lanes import WIDTH

A = np.float32([-110.5, -47, 0, -0.0, 3.5, 1e30, -1e-30, 7, 8, 9, -1, -2, 2.5, 0.5, np.nan, np.inf])
B = np.roll(A, 3)
I = np.int32([5, -5, 0, 1, 2**31 - 1, -(2**31), 7, 8, 9, 10, 11, 12, -13, 14, 15, -16])  # noqa: E741
J = np.roll(I, 5)


def lane_by_lane(function, *arrays, like=A):
    """What a jitted function of vectors gives, as an array of the type of `like`."""
    jitted, load, at, store = njit(function), lanes.load, lanes.at, lanes.store

    @njit
    def one(a, out):
        store(at(out, 0), 0, jitted(load(at(a, 0), 0)))

    @njit
    def two(a, b, out):
        store(at(out, 0), 0, jitted(load(at(a, 0), 0), load(at(b, 0), 0)))

    out = np.empty(WIDTH, like.dtype)
    (one if len(arrays) == 1 else two)(*arrays, out)
    return out


def test_arithmetic():
    with np.errstate(all="ignore"):
        for x, y in ((A, B), (I, J), (A.astype(float), B.astype(float))):
            assert_array_equal(lane_by_lane(lambda a, b: a + b, x, y, like=x), x + y)
            assert_array_equal(lane_by_lane(lambda a, b: a - b, x, y, like=x), x - y)
            assert_array_equal(lane_by_lane(lambda a, b: a * b, x, y, like=x), x * y)
        bits = (I.astype(np.uint64) * np.uint64(2**33 + 7), np.arange(WIDTH, dtype=np.uint64))
        assert_array_equal(lane_by_lane(lambda a, b: a ^ b, *bits, like=bits[0]), bits[0] ^ bits[1])
        assert_array_equal(lane_by_lane(lambda a, b: a >> b, *bits, like=bits[0]), bits[0] >> bits[1])
        assert_array_equal(lane_by_lane(lambda a, b: a >> b, I, np.arange(WIDTH, dtype=np.int32), like=I),
                           I >> np.arange(WIDTH, dtype=np.int32))  # fmt: skip


@pytest.mark.parametrize(("x", "y"), [(A, B), (I, J)])
def test_comparisons(x, y):
    where = lanes.where
    assert_array_equal(lane_by_lane(lambda a, b: where(a > b, a, b), x, y, like=x), np.where(x > y, x, y))
    assert_array_equal(lane_by_lane(lambda a, b: where(a >= b, a, b), x, y, like=x), np.where(x >= y, x, y))
    assert_array_equal(lane_by_lane(lambda a, b: where(a < b, a, b), x, y, like=x), np.where(x < y, x, y))
    both = lane_by_lane(lambda a, b: where((a > b) & (a >= b), a, b), x, y, like=x)
    assert_array_equal(both, np.where(x > y, x, y))


def test_conversions():
    widen, two_to = lanes.widen, lanes.two_to
    whole, doubles = np.arange(-8, 8, dtype=np.float32), np.empty(0)
    for function, given, expected in (
        (lanes.floor, A, np.floor(A)),
        (lanes.root, np.abs(A), np.sqrt(np.abs(A))),
        (lanes.to_int, whole, whole.astype(np.int32)),
        (lanes.to_float, I, I.astype(np.float32)),
        (lanes.widen, A, A.astype(float)),
        (lanes.narrow, I.astype(np.uint64) * np.uint64(2**32 + 1), I),
        (lanes.bits_of, A, A.view(np.int32)),
        (lanes.from_bits, A.view(np.int32), A),
    ):
        assert_array_equal(lane_by_lane(passed(function), given, like=expected), expected)
    powers = lane_by_lane(lambda a: two_to(widen(a)), whole * 100, like=doubles)
    assert_array_equal(powers, 2.0 ** (whole * 100).astype(float))


def passed(function):
    """An intrinsic as a plain function, which can be jitted."""

    def plain(a):
        return function(a)

    return plain


@pytest.mark.parametrize("count", [-3, 0, 1, 15, 16, 40])
def test_only_the_first_are_touched(count):
    load_first, store_first, at = lanes.load_first, lanes.store_first, lanes.at

    @njit
    def copy(a, out):
        store_first(at(out, 0), 1, np.int32(count), load_first(at(a, 0), 0, np.int32(count), np.float32(5.0)))

    out, taken = np.full(WIDTH + 2, np.float32(-1.0)), min(max(count, 0), WIDTH)
    copy(A, out)
    assert_array_equal(out, np.concatenate([[-1.0], A[:taken], np.full(WIDTH + 1 - taken, np.float32(-1.0))]))


def test_truths_are_bits():
    load, at, bits, truths, lowest, ones = lanes.load, lanes.at, lanes.bits, lanes.truths, lanes.lowest, lanes.ones
    spread = lanes.spread

    @njit
    def of(a):
        number = bits(load(at(a, 0), 0) > spread(np.int32(8)))
        return number, lowest(number), ones(number), bits(truths(number))

    large = np.flatnonzero(I > 8)
    number = sum(1 << int(n) for n in large)
    assert of(I) == (number, large[0], len(large), number)


def test_total():
    load, at, total = lanes.load, lanes.at, lanes.total

    @njit
    def of(a):
        return total(load(at(a, 0), 0))

    assert of(np.arange(WIDTH, dtype=float)) == 120.0
    assert of(np.arange(2 * WIDTH, dtype=np.float32)[::2].copy()) == 240.0


@pytest.mark.parametrize("shape", [(1,), (16,), (17,), (3, 5), (2, 33)])
def test_padded(shape):
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    wide = lanes.padded(values, -1.0)
    assert wide.shape[-1] % WIDTH == 0 and wide.ctypes.data % 64 == 0 and wide.flags.c_contiguous
    assert_array_equal(wide[..., : shape[-1]], values)
    assert (wide[..., shape[-1] :] == -1.0).all()
