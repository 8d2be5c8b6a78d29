"""Which cell was heard: clear, ambiguous, unknown, and never guessed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from rfopt.identify import CLEAR_MARGIN, FARTHEST_KM, identify
from rfopt.network import Network
from rfopt.radio.predict import predict

from .networks import HOME, network, readings

NORTH_KM = 1.0 / 111.195
"""Degrees of latitude in a kilometre."""


def twin(km: float, **values: object) -> dict[str, object]:
    """A second cell with A's ARFCN and BSIC, so many kilometres north of the phone, omnidirectional."""
    place = {"lat": HOME[0] + km * NORTH_KM, "lon": HOME[1]}
    return {"rat": "GSM", "kind": "macro", **place, "power_dbm": 43, "arfcn": 62, "bsic": "4-5", **values}


def heard(arfcn: float = 62, bsic: str = "4-5", **values: object) -> dict[str, object]:
    """A reading whose level is not known, so that distance, relation and azimuth decide alone."""
    return {"rat": "GSM", "arfcn": arfcn, "bsic": bsic, **values}


def named(net: Network, *rows: dict[str, object]) -> list[str]:
    return identify(readings(rows), net, *HOME).readings["cell"].tolist()


def far_from_home(km: float) -> dict[str, object]:
    return {"lat": HOME[0] + km * NORTH_KM, "lon": HOME[1]}


def test_a_single_cell_of_an_identity_is_named() -> None:
    lte = {"rat": "LTE", "earfcn": 38400, "pci": 11, "rsrp_dbm": -100}
    assert named(network(), heard(), heard(70, "4-1"), lte) == ["A", "B", "M"]


def test_channel_and_code_must_both_fit() -> None:
    rows = [heard(62, "4-6"), heard(63, "4-5"), heard(math.nan, "4-5"), heard(62, "")]
    rows += [{"rat": "LTE", "earfcn": 38400, "pci": 12, "rsrp_dbm": -100}, {"rat": "LTE", "earfcn": 1300, "pci": 10}]
    found = identify(readings(rows), network(), *HOME)
    assert found.readings["cell"].tolist() == [""] * 6
    assert found.ambiguous.empty


def test_unknown_identities_are_counted() -> None:
    rows = [heard(63), heard(63), heard(64), heard(), {"rat": "LTE", "earfcn": 38400, "pci": 99, "rsrp_dbm": -100}]
    rows += [{"rat": "3G", "arfcn": 10}, {"rat": "GSM", "rxlev_dbm": -80, "serving": True, "time": 9}]
    found = identify(readings(rows), network(), *HOME)
    got = found.unknown.set_index(["rat", "channel", "code"])["samples"].to_dict()
    assert got == {("GSM", 63, "4-5"): 2, ("GSM", 64, "4-5"): 1, ("LTE", 38400, "99"): 1}
    assert found.ambiguous.empty


def test_cells_too_far_away_are_not_considered() -> None:
    net = network({"A": None, "T": twin(FARTHEST_KM - 0.01)})
    assert named(net, heard()) == ["T"]
    net = network({"A": None, "T": twin(FARTHEST_KM + 0.01)})
    found = identify(readings([heard()]), net, *HOME)
    assert found.readings["cell"].tolist() == [""] and found.unknown["samples"].tolist() == [1]


def test_what_counts_for_too_far_is_the_way_on_the_ground() -> None:
    """Neither the azimuth nor a missing relation, and a degree of longitude is shorter than one of latitude."""
    net = network({"A": None, "T": twin(FARTHEST_KM - 0.1, azimuth_deg=0)}, relations=[])
    assert named(net, serving("B"), heard()) == ["B", "T"]
    east = {"lat": HOME[0], "lon": HOME[1] + 0.9 * FARTHEST_KM * NORTH_KM / math.cos(math.radians(HOME[0]))}
    assert named(network({"A": None, "T": twin(0, **east)}), heard()) == ["T"]
    east["lon"] += 0.2 * FARTHEST_KM * NORTH_KM / math.cos(math.radians(HOME[0]))
    assert named(network({"A": None, "T": twin(0, **east)}), heard()) == [""]


def test_a_nearer_cell_wins_by_a_clear_margin() -> None:
    clear = network({"A": None, "T": twin(1.0), "U": twin(1.0 + CLEAR_MARGIN + 0.01)})
    assert named(clear, heard()) == ["T"]


def test_what_is_not_clear_is_reported_and_not_guessed() -> None:
    close = network({"A": None, "T": twin(1.0), "U": twin(1.0 + CLEAR_MARGIN - 0.01), "V": twin(9.0)})
    found = identify(readings([heard(), heard(time=2.0), heard(70, "4-1")]), close, *HOME)
    assert found.readings["cell"].tolist() == ["", "", "B"]
    assert found.ambiguous.to_dict("records") == [
        {"rat": "GSM", "channel": 62.0, "code": "4-5", "candidates": "T / U / V", "samples": 2}
    ]
    assert found.unknown.empty


def test_the_place_of_the_reading_decides_and_the_complaints_where_it_has_none() -> None:
    net = network({"A": None, "T": twin(0.0), "U": twin(4.0)})
    rows = [heard(**far_from_home(0.0)), heard(**far_from_home(4.0)), heard(**far_from_home(2.0))]
    rows += [heard(lat=math.nan, lon=math.nan)]
    assert named(net, *rows) == ["T", "U", "", "T"]


def serving(cell: str, **values: object) -> dict[str, object]:
    return {"rat": "GSM", "serving": True, "cell": cell, "rxlev_dbm": -70, **values}


def test_a_relation_of_the_server_breaks_the_tie() -> None:
    cells = {"A": None, "T": twin(1.0), "U": twin(1.2)}
    assert named(network(cells), serving("B"), heard())[1] == ""
    assert named(network(cells, relations=[("B", "U")]), serving("B"), heard())[1] == ""
    # the stranger's 0.5 on top of the distance makes 0.7 or 0.8
    nearer = {"A": None, "T": twin(1.0), "U": twin(1.3)}
    assert named(network(nearer, relations=[("B", "T")]), serving("B"), heard())[1] == "T"
    assert (
        named(network({"A": None, "T": twin(1.0), "U": twin(0.99)}, relations=[("B", "U")]), serving("B"), heard())[1]
        == "U"
    )


def test_only_the_servers_own_relations_count() -> None:
    cells = {"A": None, "T": twin(1.0), "U": twin(1.3)}
    backwards = network(cells, relations=[("T", "B"), ("C", "T")])
    assert named(backwards, serving("B"), heard())[1] == ""
    elsewhere = [serving("B", point="south"), heard(point="north")]
    assert named(network(cells, relations=[("B", "T")]), *elsewhere)[1] == ""
    later = [serving("B", time=1.0), heard(time=2.0)]
    assert named(network(cells, relations=[("B", "T")]), *later)[1] == ""


def test_a_server_known_by_its_identity_alone_still_breaks_the_tie() -> None:
    """The phone need not have named its server: its channel and code may."""
    cells = {"A": None, "T": twin(1.0), "U": twin(1.3)}
    net = network(cells, relations=[("B", "T")])
    assert named(net, serving("", arfcn=70, bsic="4-1"), heard()) == ["B", "T"]


def test_the_server_itself_is_no_stranger() -> None:
    net = network({"A": None, "T": twin(1.0), "U": twin(1.3)}, relations=[("T", "U")])
    assert named(net, serving("T", arfcn=62, bsic="4-5")) == ["T"]


def test_what_is_reported_beside_a_server_of_its_identity_is_the_servers_twin() -> None:
    """The twin is three kilometres farther and would never be taken; where there is none, the server lists itself."""
    net = network({"A": None, "T": twin(1.0), "U": twin(4.0)})
    own = serving("T", arfcn=62, bsic="4-5")
    assert named(net, heard()) == ["T"]
    assert named(net, own, heard()) == ["T", "U"]
    assert named(network({"A": None, "T": twin(1.0)}), own, heard()) == ["T", "T"]


def test_of_two_alike_the_one_that_has_served_there_is_taken() -> None:
    net = network({"A": None, "T": twin(1.0), "U": twin(1.1)})
    beside_b = heard(time=1), serving("B", time=1)
    assert named(net, *beside_b) == ["", "B"]
    served = serving("U", time=5, arfcn=62, bsic="4-5")
    assert named(net, *beside_b, served) == ["U", "B", "U"]
    found = identify(readings([*beside_b, served]), net, *HOME).named.set_index("cell")["confidence"]
    assert 0.7 < found["U"] < 1.0, "the mean of a sure name and a likely one"
    elsewhere = {"lat": HOME[0] + 5.0 * NORTH_KM, "lon": HOME[1]}
    assert named(net, *beside_b, {**served, **elsewhere}) == ["", "B", "U"], "what served elsewhere says nothing here"


def test_an_azimuth_towards_the_phone_breaks_the_tie() -> None:
    """0.2 per 60° off: facing away costs 0.6, the omnidirectional cell nothing."""
    away, towards = twin(1.0, azimuth_deg=0), twin(1.0, azimuth_deg=180)
    assert named(network({"A": None, "T": away, "U": towards}), heard()) == ["U"]
    assert named(network({"A": None, "T": away, "U": twin(1.0)}), heard()) == ["U"]
    assert named(network({"A": None, "T": twin(1.0), "U": towards}), heard()) == [""]
    beside = twin(1.0, azimuth_deg=270)
    assert named(network({"A": None, "T": beside, "U": towards}), heard()) == [""], "90° off cost 0.3 only"


def test_azimuth_is_taken_around_the_circle() -> None:
    west = {"lat": HOME[0], "lon": HOME[1] - 1.0 * NORTH_KM / math.cos(math.radians(HOME[0]))}
    facing, away = twin(0, **west, azimuth_deg=90), twin(0, **west, azimuth_deg=270)
    assert named(network({"A": None, "T": facing, "U": away}), heard()) == ["T"]
    east = {"lat": HOME[0], "lon": HOME[1] + 1.0 * NORTH_KM / math.cos(math.radians(HOME[0]))}
    facing, away = twin(0, **east, azimuth_deg=270), twin(0, **east, azimuth_deg=90)
    assert named(network({"A": None, "T": facing, "U": away}), heard()) == ["T"]
    nearly_north = [twin(1.0, azimuth_deg=181), twin(1.0, azimuth_deg=359)]
    assert named(network({"A": None, "T": nearly_north[0], "U": nearly_north[1]}), heard()) == ["T"]


def test_a_name_the_phone_gave_is_kept() -> None:
    net = network({"T": twin(0.0)})
    assert named(net, heard(cell="A"), heard(cell="T"), heard(math.nan, "", cell="T")) == ["A", "T", "T"]


def test_a_name_whose_channel_disagrees_is_not_believed() -> None:
    assert named(network(), heard(70, "4-1", cell="A")) == ["B"]
    assert named(network(), heard(63, "4-1", cell="A")) == [""]
    assert named(network(), {"rat": "LTE", "earfcn": 38400, "pci": 10, "cell": "A"}) == ["L"]


def test_a_name_the_table_does_not_have_falls_back_on_the_identity() -> None:
    found = identify(readings([heard(cell="无名"), heard(63, cell="无名")]), network(), *HOME)
    assert found.readings["cell"].tolist() == ["A", ""]
    assert found.unknown["channel"].tolist() == [63]


def test_all_other_columns_and_the_order_of_rows_stay() -> None:
    rng = np.random.default_rng(1)
    kinds = [heard(), heard(70, "4-1"), heard(63), heard(lat=math.nan, lon=math.nan), heard(62, "4-5", cell="A")]
    kinds += [{"rat": "LTE", "earfcn": 38400, "pci": 10, "rsrp_dbm": -100}, {"rat": "5G"}, serving("B")]
    rows = readings([kinds[k] | {"time": float(t)} for t, k in enumerate(rng.integers(0, len(kinds), 24))])
    found = identify(rows, network(), *HOME)
    pd.testing.assert_frame_equal(found.readings.drop(columns="cell"), rows.drop(columns="cell"))
    alone = [identify(rows.iloc[[k]], network(), *HOME).readings["cell"].iloc[0] for k in range(len(rows))]
    assert found.readings["cell"].tolist() == alone
    assert found.unknown["samples"].sum() == (rows["arfcn"] == 63).sum()


@pytest.mark.parametrize("order", ["ATU", "UTA", "TUA"])
def test_the_order_of_the_table_does_not_matter(order: str) -> None:
    cells: dict[str, dict[str, object] | None] = dict.fromkeys(("A", "B", "C", "D"))
    cells |= {name: {"A": twin(0.2), "T": twin(1.0), "U": twin(1.3)}[name] for name in order}
    assert named(network(cells), heard()) == ["A"]


def test_no_readings() -> None:
    found = identify(readings([heard()]).iloc[:0], network(), *HOME)
    assert found.readings.empty and found.unknown.empty and found.ambiguous.empty


# --- levels ---------------------------------------------------------------------------------------------------------


def at(km: float, bearing_deg: float, **values: object) -> dict[str, object]:
    """A cell with A's identity so far from home, in a direction seen from there."""
    turn = math.radians(bearing_deg)
    east = HOME[1] + km * NORTH_KM * math.sin(turn) / math.cos(math.radians(HOME[0]))
    return twin(0, lat=HOME[0] + km * NORTH_KM * math.cos(turn), lon=east, **values)


def test_a_near_distribution_too_weak_to_be_heard_is_not_taken_for_a_loud_macro() -> None:
    """By distance alone the 12 dBm of the next estate would win over the macro that points here."""
    das = at(1.0, 0, kind="das", power_dbm=12, height_m=20)
    macro = at(3.0, 180, azimuth_deg=0, height_m=40)
    net = network({"A": None, "T": das, "U": macro})
    assert named(net, heard()) == ["T"]
    assert named(net, heard(rxlev_dbm=-72, floor=23)) == ["U"]


def test_a_cell_that_cannot_be_so_loud_is_unknown_and_not_the_only_candidate() -> None:
    net = network({"A": None, "T": at(6.0, 0, kind="das", power_dbm=12, height_m=20)})
    found = identify(readings([heard(rxlev_dbm=-48)]), net, *HOME)
    assert found.readings["cell"].tolist() == [""] and found.unknown["samples"].tolist() == [1]


def test_the_distribution_of_the_own_house_is_not_judged_by_a_prediction_outdoors() -> None:
    net = network({"T": at(2.0, 0, azimuth_deg=180)})
    assert named(net, heard(rxlev_dbm=-55)) == ["A"]


def test_confidence_is_one_for_a_given_name_and_less_for_a_rival() -> None:
    net = network({"A": None, "T": twin(1.0), "U": twin(1.0 + CLEAR_MARGIN + 0.01)})
    found = identify(readings([heard(), heard(time=2.0), heard(cell="U", time=3.0)]), net, *HOME)
    by_cell = found.named.set_index("cell")
    assert by_cell["samples"].to_dict() == {"T": 2, "U": 1}
    assert by_cell["confidence"]["U"] == 1.0
    assert by_cell["confidence"]["T"] == pytest.approx(0.73, abs=0.01)


def test_confidence_falls_with_the_margin_and_stays_a_share() -> None:
    shares = []
    for km in (1.6, 2.0, 3.0, 6.0):
        net = network({"A": None, "T": twin(1.0), "U": twin(km)})
        shares.append(identify(readings([heard()]), net, *HOME).named["confidence"].item())
    assert shares == sorted(shares) and 0.5 < shares[0] < shares[-1] <= 1.0


def reuse(seed: int, count: int = 120) -> tuple[Network, list[dict[str, object]], list[str]]:
    """Identities of two or three cells 2 to 8 km away each, what floor 23 reads of them, and which were heard.

    Levels: the prediction outdoors, 8 dB of error a cell, 15 dB of walls; a phone decodes the strongest of an identity.
    """
    rng = np.random.default_rng(seed)
    cells: dict[str, dict[str, object] | None] = dict.fromkeys("ABCD")
    for k in range(count):
        for j in range(int(rng.integers(2, 4))):
            place = {"azimuth_deg": int(rng.integers(0, 360)), "height_m": round(float(rng.uniform(20, 60)), 1)}
            small = {"kind": "das", "power_dbm": 12, "height_m": 20}
            code = {"arfcn": 1 + k % 120, "bsic": f"{k % 8}-{k // 120}"}
            cell = at(rng.uniform(2, 8), rng.uniform(0, 360), **(small if rng.random() < 0.25 else place), **code)
            cells[f"{k}_{j}"] = cell
    net = network(cells, relations=[])
    points = pd.DataFrame({"lat": [HOME[0]], "lon": [HOME[1]], "floor": [23.0]})
    dbm = dict(zip(net.cells.index, predict(net, points)[0] + rng.normal(0, 8.0, len(net.cells)), strict=True))
    del dbm["L"], dbm["M"]
    rows, truth = [], []
    for k in range(count):
        loudest = max((name for name in dbm if name.startswith(f"{k}_")), key=dbm.__getitem__)
        arfcn, bsic = net.cells.loc[loudest, ["arfcn", "bsic"]]
        rows.append(heard(arfcn, bsic, rxlev_dbm=dbm[loudest] - 15.0, floor=23))
        truth.append(loudest)
    return net, rows, truth


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_distant_reuse_is_named_rightly_or_not_at_all(seed: int) -> None:
    """With levels far fewer names are wrong than by distance, and the confidence is about the share of right ones."""
    net, rows, truth = reuse(seed)
    found = identify(readings(rows), net, *HOME)
    got = [(name, true) for name, true in zip(found.readings["cell"], truth, strict=True) if name]
    right = np.mean([name == true for name, true in got])
    blind = named(net, *({**row, "rxlev_dbm": math.nan} for row in rows))
    by_distance = np.mean([name == true for name, true in zip(blind, truth, strict=True) if name])
    assert right > 0.75 and right > by_distance + 0.15
    assert len(got) > 0.5 * len(rows)
    assert found.named["confidence"].mean() == pytest.approx(right, abs=0.15)
    listed = found.ambiguous["candidates"].str.split(" / ").sum()
    missed = [true for name, true in zip(found.readings["cell"], truth, strict=True) if not name]
    assert np.mean([true in listed for true in missed]) > 0.95
