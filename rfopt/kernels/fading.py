"""Random traces that belong to their cell: fading, white noise, luck.

Every sample is a hash of (seed, key of the cell, run, step), so a trace does not change when cells are added, removed
or permuted, nor with the number of threads.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.lanes import (
    WIDTH,
    aligned,
    at,
    bits_of,
    from_bits,
    load,
    narrow,
    padded,
    root,
    spread,
    store,
    store_first,
    to_float,
    where,
)  # fmt: skip

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S41 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(41)


def draw_fading(seed: int, runs: int, steps: int, step_s: float, tau_s: float, keys: ArrayLike) -> NDArray[np.float32]:
    """Draw first-order Gauss-Markov traces of unit variance, stationary from the first step.

    x[t] = ρ·x[t−1] + √(1−ρ²)·n[t] with ρ = exp(−step_s / tau_s) and n standard normal.

    Parameters
    ----------
    seed : int
        Any integer; use another one for each purpose.
    runs, steps : int
        Shape of the draw.
    step_s, tau_s : float
        Spacing of the samples and correlation time [s]; ``tau_s = 0`` gives white noise.
    keys : array_like of uint64, shape (C,)
        A stable number per cell, for instance a hash of its name. Equal keys give equal traces.

    Returns
    -------
    float32 array, shape (runs, steps, C)

    Raises
    ------
    ValueError
        If a size or time is negative.

    Notes
    -----
    Bits: splitmix64 (Steele, Lea and Flood 2014). Normals: M. Giles, "Approximating the erfinv function", GPU
    Computing Gems 2, 2010 (single precision, from memory; checked against scipy's ``ndtri`` in the tests).

    Examples
    --------
    >>> draw_fading(1, runs=2, steps=3, step_s=0.5, tau_s=5.0, keys=[7, 8]).shape
    (2, 3, 2)
    """
    if runs < 0 or steps < 0 or step_s < 0 or tau_s < 0:
        raise ValueError("runs, steps, step_s and tau_s must not be negative")
    rho = math.exp(-step_s / tau_s) if tau_s > 0 else 0.0
    streams = _streams(seed, runs, keys)
    out = np.empty((runs, steps, streams.shape[1]), dtype=np.float32)
    streams = padded(streams, 0)
    last = aligned(streams.size, np.float32)
    _fill_normal(out, streams, last, np.float32(rho), np.float32(math.sqrt(1.0 - rho * rho)))
    return out


def draw_uniform(seed: int, runs: int, steps: int, keys: ArrayLike) -> NDArray[np.float32]:
    """Draw independent uniform numbers inside (0, 1), keyed like `draw_fading`.

    Parameters
    ----------
    seed, runs, steps, keys
        As in `draw_fading`.

    Returns
    -------
    float32 array, shape (runs, steps, C)

    Examples
    --------
    >>> luck = draw_uniform(1, runs=2, steps=3, keys=[7])
    >>> bool(((luck > 0) & (luck < 1)).all())
    True
    """
    if runs < 0 or steps < 0:
        raise ValueError("runs and steps must not be negative")
    streams = _streams(seed, runs, keys)
    out = np.empty((runs, steps, streams.shape[1]), dtype=np.float32)
    _fill_uniform(out, padded(streams, 0))
    return out


def _streams(seed: int, runs: int, keys: ArrayLike) -> NDArray[np.uint64]:
    """Start of the stream of every (run, cell): nested mixing, so that no sum of parts can collide by design."""
    key = np.asarray(keys, dtype=np.uint64)
    if key.ndim != 1:
        raise ValueError("keys must be one-dimensional")
    root = _scramble(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))
    of_run = _scramble(root ^ np.arange(1, runs + 1, dtype=np.uint64))
    return np.asarray(_scramble(of_run[:, None] ^ _scramble(key)[None, :]))


def _scramble(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 on an array."""
    z = bits + _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return np.asarray(z ^ (z >> _S31))


# Sixteen cells at a time, through pointers: see `rfopt.kernels.lanes`.


@njit(forceinline=True)
def _odd(state):
    """An odd number below 2²⁴ from one counter; over 2²⁴ it is a uniform number that is never 0 or 1."""
    z = (state ^ (state >> spread(_S30))) * spread(_MIX_1)
    z = (z ^ (z >> spread(_S27))) * spread(_MIX_2)
    z = z ^ (z >> spread(_S31))
    half = narrow(z >> spread(_S41))
    return half + half + spread(np.int32(1))


@njit(forceinline=True)
def _real(x):
    """The same float32 in every lane."""
    return spread(np.float32(x))


@njit(forceinline=True)
def _log(x):
    """Natural logarithm of a normal positive float32 (Cephes logf)."""
    image = bits_of(x)
    exponent = (image - spread(np.int32(0x3F3504F3))) >> spread(np.int32(23))
    m = from_bits(image - exponent * spread(np.int32(1 << 23))) - _real(1.0)
    p = _real(7.0376836292e-2)
    p = p * m - _real(1.1514610310e-1)
    p = p * m + _real(1.1676998740e-1)
    p = p * m - _real(1.2420140846e-1)
    p = p * m + _real(1.4249322787e-1)
    p = p * m - _real(1.6668057665e-1)
    p = p * m + _real(2.0000714765e-1)
    p = p * m - _real(2.4999993993e-1)
    p = p * m + _real(3.3333331174e-1)
    return m + m * m * (m * p - _real(0.5)) + to_float(exponent) * _real(0.69314718056)


@njit(forceinline=True)
def _normal(odd):
    """The standard normal quantile of `odd` / 2²⁴: √2 times Giles' erfinv, both branches computed."""
    x = to_float(odd - spread(np.int32(1 << 23))) * _real(2.0**-23)
    w, edge = _log((_real(1.0) - x) * (_real(1.0) + x)) * _real(-1.0), _real(5.0)
    a = w - _real(2.5)
    p = _real(2.81022636e-08)
    p = p * a + _real(3.43273939e-07)
    p = p * a - _real(3.5233877e-06)
    p = p * a - _real(4.39150654e-06)
    p = p * a + _real(0.00021858087)
    p = p * a - _real(0.00125372503)
    p = p * a - _real(0.00417768164)
    p = p * a + _real(0.246640727)
    p = p * a + _real(1.50140941)
    b = root(where(w > edge, w, edge)) - _real(3.0)
    q = _real(-0.000200214257)
    q = q * b + _real(0.000100950558)
    q = q * b + _real(0.00134934322)
    q = q * b - _real(0.00367342844)
    q = q * b + _real(0.00573950773)
    q = q * b - _real(0.0076224613)
    q = q * b + _real(0.00943887047)
    q = q * b + _real(1.00167406)
    q = q * b + _real(2.83297682)
    return _real(math.sqrt(2.0)) * x * where(w < edge, p, q)


@njit(cache=True, parallel=True)
def _fill_uniform(out, streams):
    runs, steps, cells = out.shape
    size = streams.shape[1]
    for r in prange(runs):
        for t in range(steps):
            row, count = at(out, (r * steps + t) * cells), spread(np.uint64(t + 1) * _GOLDEN)
            for c in range(0, cells, WIDTH):
                odd = _odd(load(at(streams, r * size), c) + count)
                store_first(row, c, np.int32(cells - c), to_float(odd) * _real(2.0**-24))


@njit(cache=True, parallel=True)
def _fill_normal(out, streams, last, rho, fresh):
    runs, steps, cells = out.shape
    size = streams.shape[1]
    for r in prange(runs):
        stream, kept = at(streams, r * size), at(last, r * size)
        for t in range(steps):
            row, count = at(out, (r * steps + t) * cells), spread(np.uint64(t + 1) * _GOLDEN)
            for c in range(0, cells, WIDTH):
                x = _normal(_odd(load(stream, c) + count))
                if t > 0:
                    x = spread(rho) * load(kept, c) + spread(fresh) * x
                store(kept, c, x)
                store_first(row, c, np.int32(cells - c), x)
