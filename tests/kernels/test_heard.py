"""Long rows of a wide log against a plain making of them, cell by cell."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import heard
from rfopt.logs.identity import own_channels
from rfopt.logs.neighbours import CHANNELS, CODES, LEVEL_DBM, LIMITS, QUALITY

NAN = math.nan
tech = st.integers(0, 4)
level = st.sampled_from([-164.0, -120.0, -99.5, -40.0, -30.0, 3.0, NAN])
quality = st.sampled_from([-40.0, -10.5, 0.0, 2.0, 7.0, 8.0, NAN])
channel = st.sampled_from([-1.0, 0.0, 1.0, 62.0, 700.5, 1023.0, 1024.0, 3060.0, 38400.0, 262144.0, NAN])
code = st.sampled_from([-1.0, 0.0, 7.0, 7.5, 503.0, 504.0, NAN])
cell = st.tuples(level, quality, channel, code)


def within(value: float, limits: dict, rat: int, whole: bool = False) -> float:
    low, high = limits.get(rat, (1, 0))
    return value if low <= value <= high and (not whole or value == int(value)) else NAN


def freed(rat: int, heard_cell: tuple) -> tuple:
    """A cell without what cannot be."""
    return (within(heard_cell[0], LEVEL_DBM, rat), within(heard_cell[1], QUALITY, rat),
            within(heard_cell[2], CHANNELS, rat, True), within(heard_cell[3], CODES, rat, True))  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(tech, cell), min_size=1))
def test_what_cannot_be_is_unknown(cells: list) -> None:
    numbers = np.array([numbers for _, numbers in cells]).T.copy()
    heard.possible(np.array([rat for rat, _ in cells]), LIMITS, *numbers)
    np.testing.assert_array_equal(numbers.T, [freed(rat, numbers) for rat, numbers in cells])


def foreign(rat: int, on: float) -> bool:
    own = own_channels()[rat]
    return on > 0 and not own[int(on) if on < len(own) else 0]


def by_hand(instants: list) -> tuple[list, int]:
    rows, passed = [], 0
    for k, (mine, server, around) in enumerate(instants):
        rows.append((k, mine, *freed(mine, server), 0))
        for of, raw, label in around:
            strong, good, on, coded = freed(of, raw)
            if label == 0 and not on > 0:
                on = coded = NAN
            told = (on >= 0 or label > 0) if of == 1 else (on >= 0 and coded >= 0)
            again = of == mine and (on, coded) == freed(mine, server)[2:] and coded >= 0
            if told and not foreign(of, raw[2]) and not again and not math.isnan(strong):
                rows.append((k, of, strong, good, on, coded, label))
            else:
                passed += not math.isnan(raw[0])
    return rows, passed


neighbour = st.tuples(tech, cell, st.integers(0, 2))
instant = st.tuples(tech, cell, st.lists(neighbour, min_size=2, max_size=2))


@settings(max_examples=300, deadline=None)
@given(st.lists(instant, max_size=4), st.booleans(), st.booleans())
def test_each_cell_that_can_be_told_has_a_row(instants: list, repeats: bool, coded: bool) -> None:
    if repeats:
        instants = [(mine, server, [(mine, server, 0), around[1]]) for mine, server, around in instants]
    if not coded:
        instants = [(mine, server, [(of, (*raw[:3], NAN), label) for of, raw, label in around])
                    for mine, server, around in instants]  # fmt: skip
    count = len(instants)
    used = np.arange(count) * 2  # of a block in which every other row is not used
    numbers = np.full((8, 2 * count + 1), NAN)
    columns = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
    rats, labels = np.zeros((count, 3), dtype=np.int64), np.zeros((count, 2), dtype=np.int64)
    servers = np.zeros((4, count))
    for k, (mine, server, around) in enumerate(instants):
        rats[k], labels[k] = [mine, *(of for of, _, _ in around)], [label for _, _, label in around]
        servers[:, k] = freed(mine, server)
        for n, (_, raw, _) in enumerate(around):
            numbers[columns[n], used[k]] = raw
    if not coded:
        columns[:, 3] = -1
    most = rats.size
    readings = np.empty(count, dtype=np.int64)
    rat, on, code_of, name = np.empty((4, most), dtype=np.int32)
    strong, good = np.empty((2, most))
    passed = heard.long_rows(
        numbers, columns, used, rats, labels, servers, LIMITS, own_channels(), readings, rat, strong, good, on, code_of,
        name,
    )  # fmt: skip
    wanted, left = by_hand(instants)
    assert (readings.sum(), passed) == (len(wanted), left)
    row = np.repeat(np.arange(count), readings)
    made = [row, *(array[: len(row)] for array in (rat, strong, good, on, code_of, name))]
    for values, expected in zip(made, zip(*wanted, strict=True), strict=False):
        plain = [-1 if values.dtype == np.int32 and math.isnan(value) else value for value in expected]
        np.testing.assert_array_equal(values, plain)
