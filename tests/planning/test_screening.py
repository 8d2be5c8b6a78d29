"""What moving one cell's level makes of the complaint's places, against counting instant by instant."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from rfopt.evidence import Evidence
from rfopt.finding import Move
from rfopt.network import Change, apply
from rfopt.planning.screening import LEAD_DB, NEEDED_DB, NOISE_MW, by_promise, promises
from rfopt.units import mw

from ..networks import evidence, network, walk_test


@functools.cache
def case() -> Evidence:
    net = network()
    return evidence(net, walk_test(net))


def of(cell: str, parameter: str, new: float, fix: str = "power_down") -> Move:
    old = float(case().number(cell, parameter))
    return Move(fix, (Change(cell, None, parameter, old, new),), ())


def shares(rat: str, move: Move | None) -> tuple[float, float]:
    """The twin: share of the instants looked at with one leader, and with too little SINR."""
    found, after = case(), apply(case().network, move.changes if move else ())
    anchor = found.gsm if rat == "GSM" else found.lte
    delta = found.situation.change(after.cells.loc[found.situation.network.cells.index])
    leads, poor, count = 0, 0, 0
    for point in anchor.levels.points.index:
        row = found.situation.points.index(point)
        trace = found.situation.traces[f"{rat.lower()}_idle", point]
        for run in trace:
            for levels in run[:: trace.shape[1] // 16]:
                now = [float(x) + delta[row, found.situation.network.cells.index.get_loc(name)]
                       for x, name in zip(levels, anchor.levels.cells, strict=True)]  # fmt: skip
                best, second = sorted(now, reverse=True)[:2]
                rest = sum(float(mw(x)) for x in now) - float(mw(best)) + NOISE_MW[rat]
                leads, count = leads + (best - second >= LEAD_DB[rat]), count + 1
                poor += best - 10.0 * np.log10(rest) < NEEDED_DB
    return leads / count, poor / count


@pytest.mark.parametrize(
    ("rat", "move"),
    [
        ("GSM", ("B", "power_dbm", 4.0)), ("GSM", ("A", "power_dbm", 6.0)), ("GSM", ("C", "mech_tilt_deg", 8.0)),
        ("LTE", ("M", "power_dbm", 9.0)), ("LTE", ("L", "power_dbm", 9.0)),
    ],
)  # fmt: skip
def test_twin_agrees(rat: str, move: tuple[str, str, float]) -> None:
    (leads, poor), (now_leads, now_poor) = shares(rat, None), shares(rat, of(*move))
    expected = now_leads - leads - (now_poor - poor if rat == "LTE" else 0.0)
    assert promises(case(), [of(*move)])[0] == pytest.approx(expected, abs=2e-3)


def test_what_moves_no_level_promises_nothing() -> None:
    moves = [
        of("A", "cell_reselect_offset_db", 10.0),
        Move("margin", (Change("A", "B", "ho_margin_pbgt_db", 6, 9),), ()),
    ]
    both = Move("two", (*of("A", "power_dbm", 9.0).changes, *of("B", "power_dbm", 9.0).changes), ())
    assert np.isnan(promises(case(), [*moves, both])).all()


def test_ladders_change_places_within_their_fix_and_keep_their_steps() -> None:
    """Turning the wanted cell down makes nobody lead; turning its rival down does."""
    first = of("A", "cell_reselect_offset_db", 10.0, "reward")
    of_wanted = [of("A", "power_dbm", new) for new in (10.0, 8.0)]
    of_rival = [of("B", "power_dbm", new) for new in (10.0, 2.0)]
    last = of("B", "cell_reselect_offset_db", 4.0, "reward")
    ordered = by_promise(case(), [first, *of_wanted, last, *of_rival])
    assert promises(case(), [of_rival[-1]])[0] > promises(case(), [of_wanted[-1]])[0]
    assert ordered == [first, *of_rival, last, *of_wanted]
    assert by_promise(case(), []) == []
