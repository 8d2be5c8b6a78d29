"""Levels of many cells at many points in one pass: antenna pattern, tilt and 38.901 UMa, in float32.

The same result as `rfopt.radio.pattern.gain_dbi` and `rfopt.radio.path_loss.uma` within 0.01 dB, at some hundred times
their speed. What it takes: no library call in the loop (own logarithm and arctangent), unsigned indices, no slices, one
table word for two neighbouring samples of a cut, and vectors as wide as the processor has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import table

FloatArray = NDArray[np.float64]

STEPS_PER_DEG = 10
"""A resampled cut has 3600 steps: exact for cuts of 360 and of 3600, and of any count that divides 3600."""

TURN = 360 * STEPS_PER_DEG
TURN_DEG = np.arange(TURN) / STEPS_PER_DEG
SPAN = TURN // 2 + 2
"""Words of one table: half a turn, one interval for the shift's broken step and one for rounding."""

RIGHT, LEFT, AHEAD, TURNING = (np.uint32(n * SPAN) for n in range(4))
"""Where a cell's tables begin: horizontal cut to either side, vertical part ahead, and what it gains a step behind."""

LAST = np.uint32(SPAN - 1)
TOP_SAMPLE = 32767
"""Samples are 15-bit numbers between the least and the greatest of their table, so that a difference has 16."""

UNBOUNDED_DB = 1.0e9

LIGHT_M_S = 3.0e8
HIGHEST_PHONE_M = 22.5
GROUND_M, LEAST_RAISED_M = 1.0, 0.5
CLEAR_DB, BLOCKED_DB = 28.0, 13.54
"""Constants of `rfopt.radio.path_loss.uma`, which is this formula's plain form."""

BLOCK = np.uint64(2048)
ZERO, ONE = np.float32(0.0), np.float32(1.0)
QUARTER_TURN, HALF_TURN = np.float32(TURN // 4), np.float32(TURN // 2)
NEAR_M = np.float32(1e-12)  # right above an antenna every bearing is as good: north, as arctan2(0, 0) has it
NEAR_M2, NEVER_ZERO = np.float32(1e-24), np.float32(1e-30)
CLEAR_SLOPE, BEND_SLOPE, BLOCKED_SLOPE = (np.float32(s * math.log10(2.0) / 2.0) for s in (22.0, 18.0, 39.08))


def link_level_dbm(
    x_m: ArrayLike,
    y_m: ArrayLike,
    height_m: ArrayLike,
    line_of_sight: ArrayLike,
    *,
    cell_x_m: ArrayLike,
    cell_y_m: ArrayLike,
    cell_height_m: ArrayLike,
    power_dbm: ArrayLike,
    frequency_mhz: ArrayLike,
    azimuth_deg: ArrayLike,
    mech_tilt_deg: ArrayLike,
    elec_tilt_deg: ArrayLike,
    gain_dbi: ArrayLike,
    horizontal_db: Sequence[ArrayLike],
    vertical_db: Sequence[ArrayLike],
    electrical_tilt_deg: ArrayLike,
    reference_deg: ArrayLike,
    ceiling_db: ArrayLike,
    ground_m: ArrayLike = 0.0,
    cell_ground_m: ArrayLike = 0.0,
) -> NDArray[np.float32]:
    """Level of every outdoor cell at every point: power + gain − path loss.

    Parameters
    ----------
    x_m, y_m, height_m : array_like, shape (P,)
        Points: east, north [m, any origin], height above ground [m].
    line_of_sight : array_like, broadcast to shape (C, P)
        Probability of line of sight, or the fact as 0 and 1: the share of the LOS loss, the rest is NLOS.
    cell_x_m, cell_y_m, cell_height_m : array_like, shape (C,)
        Antennas, in the frame of the points.
    power_dbm, frequency_mhz : array_like, shape (C,)
    azimuth_deg, mech_tilt_deg, elec_tilt_deg : array_like, shape (C,)
        Without an azimuth (NaN) a cell faces every point and its mechanical tilt does not count; without a tilt (NaN)
        it has none, and its electrical tilt is that of its cuts.
    gain_dbi, horizontal_db, vertical_db, electrical_tilt_deg, reference_deg, ceiling_db
        Of every cell's `rfopt.radio.pattern.Pattern`: numbers of shape (C,) and C cuts of any length. A ceiling of
        NaN is that pattern's None: the weighted sum.
    ground_m, cell_ground_m : array_like, shapes (P,) and (C,)
        Height of the ground that points and antennas stand on, above any common level [m].

    Returns
    -------
    float32 array, shape (C, P)
        dBm; NaN where a place, power or frequency is unknown.

    Raises
    ------
    ValueError
        If shapes do not agree.

    Notes
    -----
    3GPP TR 38.901 Table 7.4.1-1 as in `rfopt.radio.path_loss.uma`, cuts composed as in `rfopt.radio.pattern.gain_dbi`.
    Errors against those two: 1e-4 dB of the polynomials; 15-bit samples half of (greatest − least)/32767, so 0.001
    dB for each cut of 65 dB; angles 3e-5°, which shows only where a cut falls by more than 100 dB per degree; places
    are float32 about the middle of the points, so 0.5 mm at 8 km. A cut whose count of samples does not divide 3600 is
    read with corners cut by up to a quarter of 0.1° times the change of its slope.

    Examples
    --------
    >>> flat = np.zeros(360)
    >>> level = link_level_dbm(
    ...     [0.0, 0.0], [500.0, 500.0], [1.5, np.nan], [[1.0], [0.0]], cell_x_m=[0, 0], cell_y_m=[0, 0],
    ...     cell_height_m=[25, 25], power_dbm=[43, 43], frequency_mhz=[930.8, 930.8], azimuth_deg=[0, 0],
    ...     mech_tilt_deg=[0, 0], elec_tilt_deg=[0, 0], gain_dbi=[0, 0], horizontal_db=[flat, flat],
    ...     vertical_db=[flat, flat], electrical_tilt_deg=[0, 0], reference_deg=[0, 0], ceiling_db=[np.nan, np.nan],
    ... )
    >>> level.astype(float).round(1).tolist()
    [[-53.1, nan], [-75.4, nan]]
    """
    pairs = list(zip(horizontal_db, vertical_db, strict=True))
    distinct = {id(cut): cut for cut in chain(*pairs)}  # cells share antennas
    cuts = {name: _read(cut, TURN_DEG) for name, cut in distinct.items()}
    count = (len(pairs),)
    azimuth, mech, elec, held, reference, ceiling = (
        table(values, count, np.float64)
        for values in (azimuth_deg, mech_tilt_deg, elec_tilt_deg, electrical_tilt_deg, reference_deg, ceiling_db)
    )
    faced, shift = np.isnan(azimuth), np.nan_to_num(elec - held)
    antennas = [
        _antenna(cuts[id(side)], cuts[id(upright)], shift[c], reference[c], ceiling[c], faces_all=bool(faced[c]))
        for c, (side, upright) in enumerate(pairs)
    ]
    words, beam = (np.array([antenna[n] for antenna in antennas]) for n in range(2))
    points, origin = _points(x_m, y_m, height_m, ground_m)
    ground = table(np.broadcast_to(cell_ground_m, count), count, np.float64)
    height = table(cell_height_m, count, np.float64)
    place = np.stack([table(cell_x_m, count, np.float64), table(cell_y_m, count, np.float64), height + ground]) - origin
    eirp = table(power_dbm, count, np.float64) + table(gain_dbi, count, np.float64)
    mast = _masts(place, height, azimuth, np.where(faced, 0.0, mech), eirp, table(frequency_mhz, count, np.float64))
    level = np.empty((*count, points.shape[1]), dtype=np.float32)
    share = np.ascontiguousarray(np.broadcast_to(np.asarray(line_of_sight, dtype=np.float32), level.shape))
    if level.size:
        _fill(points, share, mast, words, beam.astype(np.float32), level)
    return level


def _points(
    x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike, ground_m: ArrayLike
) -> tuple[NDArray[np.float32], FloatArray]:
    """Of every point: place about the origin, height above UMa's ground, height term of NLOS; and the origin (3, 1).

    An unknown place becomes the origin with a height term of NaN, so that angles and indices are always numbers.
    """
    height = np.asarray(height_m, dtype=np.float64)
    place = np.stack(
        [
            np.asarray(x_m, dtype=np.float64),
            np.asarray(y_m, dtype=np.float64),
            height + np.asarray(ground_m, dtype=np.float64),
        ]
    )
    unknown = ~np.isfinite(place).all(axis=0)
    place[:, unknown] = np.nan
    origin = np.zeros((3, 1))
    for edge in (np.fmin, np.fmax):  # these pass over NaN
        origin[:2, 0] += 0.5 * edge.reduce(place[:2], axis=1, initial=np.nan)
    points = np.empty((5, place.shape[1]), dtype=np.float32)
    points[:3] = place - origin
    points[:3, unknown] = 0.0
    points[3] = np.maximum(height - GROUND_M, LEAST_RAISED_M)
    points[3, unknown] = LEAST_RAISED_M
    points[4] = 0.6 * (np.clip(height, 1.5, HIGHEST_PHONE_M) - 1.5) + (CLEAR_DB - BLOCKED_DB)
    points[4, unknown] = np.nan
    return points, origin


def _masts(
    place_m: FloatArray,
    height_m: FloatArray,
    azimuth_deg: FloatArray,
    tilt_deg: FloatArray,
    power_dbm: FloatArray,
    frequency_mhz: FloatArray,
) -> NDArray[np.float32]:
    """What a cell's antenna does not change: a row of numbers in the order in which `_fill` takes them."""
    known = np.isfinite(place_m).all(axis=0)
    x, y, z = np.where(known, place_m, 0.0)
    azimuth, tilt = np.radians(np.nan_to_num(azimuth_deg)), np.radians(np.nan_to_num(tilt_deg))
    bend = 4.0e6 * frequency_mhz / LIGHT_M_S * np.maximum(np.where(known, height_m, 0.0) - GROUND_M, LEAST_RAISED_M)
    base = np.where(known, power_dbm - CLEAR_DB - 20.0 * np.log10(frequency_mhz / 1000.0), np.nan)
    columns = [x, y, z, np.cos(azimuth), np.sin(azimuth), np.cos(tilt), np.sin(tilt), bend, base]
    return np.stack(columns, axis=1).astype(np.float32)


def _antenna(
    side: FloatArray,
    cut: FloatArray,
    shift_deg: float,
    reference_deg: float,
    ceiling_db: float,
    *,
    faces_all: bool,
) -> tuple[NDArray[np.uint32], list[float]]:
    """From a cell's two resampled cuts its four tables, and the numbers that make dB of them as `_fill` takes them.

    The vertical tables begin at the cut's own step next to straight up as the shift sees it, so no sample moves.
    """
    if faces_all:
        side = np.full(TURN, side[0])
    steps = np.arange(SPAN + 1)
    first = math.floor((-90.0 - shift_deg) * STEPS_PER_DEG)
    below = first + steps
    ahead, turning, most = cut[below % TURN], np.zeros(SPAN + 1), ceiling_db
    if np.isnan(ceiling_db):
        at, opposite = _read(cut, np.array([reference_deg, 180.0 - reference_deg]))
        ahead, most = ahead - at, UNBOUNDED_DB
        if not faces_all:
            turning = (cut[(TURN // 2 - below) % TURN] - opposite - ahead) / (TURN / 2)
    side_words, side_least, side_db = _packed(side[[steps % TURN, -steps % TURN]])
    ahead_words, ahead_least, ahead_db = _packed(ahead)
    turning_words, turning_least, turning_db = _packed(turning)
    words = np.concatenate([side_words.ravel(), ahead_words, turning_words])
    middle = -shift_deg * STEPS_PER_DEG - first
    return words, [middle, side_db, ahead_db, side_least + ahead_least, turning_db, turning_least, most]


def _read(cut_db: ArrayLike, angle_deg: FloatArray) -> FloatArray:
    """A cut at any angles, linear between its steps and periodic."""
    cut = np.asarray(cut_db, dtype=np.float64)
    return np.interp(angle_deg % 360.0 * (cut.size / 360.0), np.arange(cut.size + 1), np.append(cut, cut[:1]))


def _packed(samples: FloatArray) -> tuple[NDArray[np.uint32], float, float]:
    """Each sample (lower half) with the way to its successor (upper half) in one word; their least and their unit."""
    least = float(samples.min())
    unit = (float(samples.max()) - least) / TOP_SAMPLE or 1.0
    whole = np.rint((samples - least) / unit).astype(np.int32)
    return (whole[..., :-1] | np.diff(whole) << np.int32(16)).view(np.uint32), least, unit


# Helpers take numbers, never arrays: an array passed on may alias another, and then nothing becomes a vector.


@intrinsic
def _widest_vectors(_typing):  # type: ignore[no-untyped-def]
    """Let LLVM use 512-bit vectors in the function that calls this; it prefers 256 on many processors that have them.

    The attribute is of this one function: the user's numba stays as it is. llvmlite's own `add` refuses all but a
    fixed list of attributes.
    """

    def attach(context, builder, _signature, _arguments):  # type: ignore[no-untyped-def]
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), attach


@njit(inline="always")
def _steps_from_axis(along, across):
    """Angle of (along, across) from the first axis in steps of 0.1°, both not negative: arctangent to 1.5e-5°.

    The polynomial is a minimax fit of degree 13 on 0…1, own.
    """
    steep = across > along
    ratio = (along if steep else across) / ((across if steep else along) + NEVER_ZERO)
    s = ratio * ratio
    p = np.float32(-19.25378485889641) + s * np.float32(3.9028650097117636)
    p = np.float32(45.62098615161415) + s * p
    p = np.float32(-75.82145542173964) + s * p
    p = np.float32(113.49042076832554) + s * p
    p = np.float32(-190.89445711633297) + s * p
    steps = ratio * (np.float32(572.9555672038915) + s * p)
    return QUARTER_TURN - steps if steep else steps


@njit(inline="always")
def _log2(x):
    """Logarithm of a normal positive float32 to 1.5e-5; a minimax fit of degree 5 about 1, own."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    m = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32) - ONE
    p = np.float32(-0.3945754829332788) + m * np.float32(0.25266032762776225)
    p = np.float32(0.4866861682351799) + m * p
    p = np.float32(-0.7202417956772548) + m * p
    return np.float32(exponent) + m * (np.float32(1.442578007052648) + m * p)


@njit(inline="always")
def _step_below(steps):
    """The whole part, never beyond a table whatever the argument."""
    whole = np.uint32(np.int32(steps))
    return whole if whole < LAST else LAST


@njit(inline="always")
def _between(word, share):
    """Linear between a word's sample and its successor."""
    sample = np.int32(word & np.uint32(0xFFFF))
    rise = np.int32(np.int32(word) >> np.int32(16))
    return np.float32(sample) + share * np.float32(rise)


@njit(inline="always")
def _path_loss_db(ground_m2, up_m2, bend_m, drop_db, line_of_sight):
    """UMa less what the cell's base level holds already."""
    straight_m2 = ground_m2 + up_m2
    bend_m2 = bend_m * bend_m
    log_d2 = _log2(straight_m2 if straight_m2 > ONE else ONE)
    beyond = log_d2 - _log2(bend_m2 + up_m2)
    clear = CLEAR_SLOPE * log_d2 + (BEND_SLOPE * beyond if ground_m2 > bend_m2 else ZERO)
    blocked = BLOCKED_SLOPE * log_d2 - drop_db
    blocked = clear if clear > blocked else blocked
    return blocked + line_of_sight * (clear - blocked)


@njit(cache=True, parallel=True, fastmath={"contract"}, error_model="numpy")
def _fill(points, share, mast, words, beam, level):
    """All pairs, one cell's block of points a turn. Of fast mathematics only fused multiply-add: NaN must stay NaN."""
    size = np.uint64(points.shape[1])
    blocks = (size + BLOCK - np.uint64(1)) // BLOCK
    for turn in prange(blocks * np.uint64(mast.shape[0])):
        _widest_vectors()
        c, start = np.uint64(turn) // blocks, np.uint64(turn) % blocks * BLOCK
        cell_x, cell_y, cell_z, cos_azimuth, sin_azimuth = mast[c, 0], mast[c, 1], mast[c, 2], mast[c, 3], mast[c, 4]
        cos_tilt, sin_tilt, bend, base = mast[c, 5], mast[c, 6], mast[c, 7], mast[c, 8]
        middle, side_db, ahead_db, least = beam[c, 0], beam[c, 1], beam[c, 2], beam[c, 3]
        turning_db, turning_least, most = beam[c, 4], beam[c, 5], beam[c, 6]
        for p in range(start, min(size, start + BLOCK)):
            east, north, up = points[0, p] - cell_x, points[1, p] - cell_y, points[2, p] - cell_z
            ground = east * east + north * north
            north = north if ground > NEAR_M2 else NEAR_M
            facing = north * cos_azimuth + east * sin_azimuth
            right = east * cos_azimuth - north * sin_azimuth
            ahead = facing * cos_tilt - up * sin_tilt
            above = facing * sin_tilt + up * cos_tilt

            off = _steps_from_axis(abs(ahead), abs(right))
            off = off if ahead > ZERO else HALF_TURN - off
            step = _step_below(off)
            side = words[c, np.uint32((RIGHT if right > ZERO else LEFT) + step)]
            loss = side_db * _between(side, off - np.float32(np.int32(step))) + least

            tilted = _steps_from_axis(np.float32(math.sqrt(ahead * ahead + right * right)), abs(above))
            below = middle - tilted if above > ZERO else middle + tilted
            step = _step_below(below)
            part = below - np.float32(np.int32(step))
            loss += ahead_db * _between(words[c, AHEAD + step], part)
            loss += off * (turning_db * _between(words[c, TURNING + step], part) + turning_least)
            loss = loss if loss > ZERO else ZERO
            loss = loss if loss < most else most
            path_loss = _path_loss_db(ground, up * up, bend * points[3, p], points[4, p], share[c, p])
            level[c, p] = base - loss - path_loss
