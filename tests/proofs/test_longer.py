"""Circles of any length along one way: found where a slow search finds one, and real at the levels given."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from rfopt.proofs.circles import NEVER_DB, Moves
from rfopt.proofs.longer import long_circle

CELLS = 5


def drawn(seed: int) -> Moves:
    """A sparse way between five cells, leads a little above nothing on the mean."""
    rng = np.random.default_rng(seed)
    lead = np.where(rng.random((CELLS, CELLS)) < 0.45, rng.integers(-8, 9, (CELLS, CELLS)).astype(float), NEVER_DB)
    least = rng.integers(-110, -80, (CELLS, CELLS)).astype(float)
    return Moves("a3", lead, least, np.full((CELLS, CELLS), -47.0))


def pays(way: Moves) -> bool:
    """Every circle by enumeration: does one sum to no more than nothing?"""
    for length in range(2, CELLS + 1):
        for cells in permutations(range(CELLS), length):
            steps = list(zip(cells, (*cells[1:], cells[0]), strict=True))
            if sum(way.lead_db[s, n] for s, n in steps) <= 0.0:
                return True
    return False


@pytest.mark.parametrize("seed", range(60))
def test_it_finds_what_enumeration_finds(seed: int) -> None:
    way, low, high = drawn(seed), np.full(CELLS, -110.0), np.full(CELLS, -47.0)
    found = long_circle(way, low, high)
    if found is None:
        assert not pays(way)
        return
    level = dict(zip(found.cells, found.levels_dbm, strict=True))
    for s, n in zip(found.cells, (*found.cells[1:], found.cells[0]), strict=True):
        assert level[n] - level[s] >= way.lead_db[s, n] and way.least_dbm[s, n] <= level[n] <= -47.0


def test_a_circle_of_five_is_seen_by_the_audit() -> None:
    from rfopt.audits import audit
    from rfopt.network import Change

    from ..networks import network

    names = ["A", "B", "C", "D", "E"]
    extra = {"rat": "GSM", "kind": "macro", "lat": 38.49, "lon": 106.23, "azimuth_deg": 0, "power_dbm": 43, "arfcn": 22,
             "bsic": "1-1", "lac": 1}  # fmt: skip
    around = list(zip(names, [*names[1:], names[0]], strict=True))
    net = network({"E": extra}, {pair: {"ho_margin_pbgt_db": 6} for pair in around})
    plan = tuple(Change(a, b, "ho_margin_pbgt_db", 6.0, -2.0) for a, b in around)
    proofs = [fault.sentence("en") for fault in audit(net, plan) if fault.audit == "circle" and fault.new]
    assert len(proofs) == 1 and "A → B → C → D → E → A" in proofs[0]
