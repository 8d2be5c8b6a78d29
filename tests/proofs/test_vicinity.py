"""Sets of cells to prove something of: whole where a network is small, around each cell where it is large."""

from __future__ import annotations

import numpy as np

from rfopt.proofs.reuse import near_in_relations
from rfopt.proofs.vicinity import MOST, vicinities

from ..networks import network


def test_a_small_network_is_one_set() -> None:
    net = network()
    assert vicinities(net, ["A"]) == (tuple(sorted(net.cells.index)),)
    assert vicinities(net, ["Z"]) == () == vicinities(net, [])


def test_steps_over_relations_are_the_fewest() -> None:
    net = network(relations=(("A", "B"), ("C", "B"), ("C", "D"), ("L", "M")))
    assert near_in_relations(net, "A", 2) == {"A": 0, "B": 1, "C": 2}
    assert near_in_relations(net, "A", 6)["D"] == 3


def test_in_a_large_network_each_cell_has_its_own_with_all_it_can_circle_with() -> None:
    rng = np.random.default_rng(0)
    more = {
        f"X{k}": {"rat": "GSM", "kind": "macro", "lat": 38.4 + float(rng.random()), "lon": 106.0 + float(rng.random()),
                  "azimuth_deg": 0, "power_dbm": 43, "arfcn": 1 + k % 90, "bsic": "1-1", "lac": 1}
        for k in range(2 * MOST)
    }  # fmt: skip
    pairs = (("X0", "X1"), ("X1", "X0"), ("X1", "X2"), ("X2", "X0"), ("X3", "X4"))
    net = network(more, pairs)
    first, other = vicinities(net, ["X0", "X3"])
    assert {"X0", "X1", "X2"} <= set(first) and {"X3", "X4"} <= set(other) and "X0" not in other
    assert max(len(first), len(other)) <= MOST
