"""What is free near a cell, against a plain search over all channels and codes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.network import Network
from rfopt.proofs.reuse import (
    ADJACENT,
    REUSE_KM,
    TWIN_KM,
    carriers_of,
    clashing,
    free_bsic,
    free_carriers,
    free_pcis,
)

from ..networks import network

KM = 1.0 / 111.195


def row(arfcn: int, north_km: float, bsic: str = "4-0", tch: str = "") -> dict[str, object]:
    """A macro some way north of the flat."""
    return {"rat": "GSM", "kind": "macro", "lat": 38.495 + north_km * KM, "lon": 106.225, "power_dbm": 43,
            "azimuth_deg": 0, "arfcn": arfcn, "bsic": bsic, "lac": 1, "tch_arfcns": tch}  # fmt: skip


def town(cells: dict[str, dict[str, object]]) -> Network:
    """A network of these GSM cells only, and of two LTE cells."""
    return network({**dict.fromkeys("ABCD"), **cells}, relations=())


def test_clashes_are_on_the_carrier_and_beside_it() -> None:
    assert clashing([10, 20, 30], [11, 22, 30]) == [10, 30]
    assert clashing([10], []) == []


@settings(max_examples=25, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(1, 40), st.floats(0.0, 12.0), st.integers(0, 3)), min_size=1, max_size=6),
    heard=st.sets(st.integers(0, 5)),
)
def test_free_carriers_are_all_there_are_and_no_others(places: list[tuple[int, float, int]], heard: set[int]) -> None:
    cells = {f"N{k}": row(arfcn, away, f"4-{bcc}") for k, (arfcn, away, bcc) in enumerate(places)}
    net = town({"Z": row(5, 0.0, "4-0", "60"), **cells})
    near = [f"N{k}" for k in heard if f"N{k}" in cells]
    found = free_carriers(net, "Z", [*near, "Z"])
    used = [5, 60, *(arfcn for arfcn, _, _ in places)]
    for arfcn in found:
        assert min(used) <= arfcn <= max(used)
        for k, (other, away, bcc) in enumerate(places):
            gap = abs(arfcn - other)
            assert gap > ADJACENT or f"N{k}" not in near
            assert gap > ADJACENT or away > REUSE_KM
            assert gap > 0 or away > TWIN_KM or bcc != 0
        assert abs(arfcn - 5) > ADJACENT and abs(arfcn - 60) > ADJACENT
    assert all(abs(a - b) > ADJACENT for a, b in itertools.combinations(found, 2))


def test_the_networks_own_carriers_come_first_and_the_farthest_user_before_others() -> None:
    net = town({"Z": row(10, 0.0), "N": row(50, 4.0, "4-1"), "O": row(30, 8.0, "4-1")})
    assert free_carriers(net, "Z", [])[:2] == [30, 50]
    assert carriers_of(net, "N") == [50]


def test_heard_cells_count_as_near_whatever_their_distance() -> None:
    net = town({"Z": row(10, 0.0), "N": row(50, 4.0, "4-1"), "O": row(30, 8.0, "4-1")})
    assert 30 not in free_carriers(net, "Z", ["O"])
    assert 50 in free_carriers(net, "Z", ["O"])


def test_a_colour_code_that_no_cell_of_the_carrier_near_by_has() -> None:
    twins = {f"N{k}": row(10, 1.0, f"4-{k}") for k in range(3)}
    net = town({"Z": row(10, 0.0, "4-2"), **twins, "P": row(10, 1.0, "4-4"), "Q": row(11, 1.0, "4-3")})
    assert free_bsic(net, "Z") == "4-3"
    full = town({"Z": row(10, 0.0, "4-2"), **{f"N{k}": row(10, 1.0, f"4-{k}") for k in range(8)}})
    assert free_bsic(full, "Z") == ""
    far = town({"Z": row(10, 0.0, "4-0"), "N": row(10, TWIN_KM + 1.0, "4-1")})
    assert free_bsic(far, "Z") == "4-1"


@pytest.mark.parametrize("own", [0, 10, 503])
def test_the_nearest_free_pci_of_each_other_remainder(own: int) -> None:
    net = network({"L": {"pci": own}, "M": {"pci": (own + 1) % 504}})
    found = free_pcis(net, "L")
    assert len({p % 3 for p in found} | {own % 3}) == 3 and len(found) == 2
    taken = {own, (own + 1) % 504}
    for pci in found:
        nearer = [p for p in range(504) if p % 3 == pci % 3 and abs(p - own) < abs(pci - own)]
        assert set(nearer) <= taken and pci not in taken
    assert list(np.abs(np.array(found) - own)) == sorted(abs(p - own) for p in found)


def test_carriers_clear_of_what_is_heard_come_before_those_two_channels_away() -> None:
    net = town({"Z": row(17, 0.0), "N": row(20, 30.0, "4-1"), "O": row(24, 30.0, "4-1")})
    assert free_carriers(net, "Z", ["N"]) == [24, 22]
