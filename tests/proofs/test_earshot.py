"""Who is disturbed on a shared carrier: both ways of asking agree, and the cheap way leaves nobody out."""

from __future__ import annotations

from rfopt.proofs.earshot import disturbed_by, disturbed_share

from ..networks import HOME, network

FAR = {"rat": "GSM", "kind": "macro", "lon": HOME[1], "height_m": 40, "azimuth_deg": 0, "power_dbm": 43, "lac": 1}
NET = network(
    {
        "B": {"building": "", "lat": HOME[0] + 0.0003},
        "E": {**FAR, "lat": HOME[0] + 0.10, "arfcn": 80, "bsic": "1-1"},
        "F": {**FAR, "lat": HOME[0] + 0.50, "arfcn": 80, "bsic": "1-2"},
    }
)


def test_whom_a_cell_disturbs_is_what_each_of_them_is_disturbed_by() -> None:
    others = ["A", "B", "D", "E", "F"]
    alone = {other: disturbed_share(NET, other, ["C"]).get("C", 0.0) for other in others}
    found = disturbed_by(NET, "C", others)
    assert {other: found.get(other, 0.0) for other in others} == alone
    assert alone["A"] == 1.0 and alone["D"] == alone["F"] == 0.0


def test_a_cell_far_behind_is_not_looked_at() -> None:
    """E, 11 km off, looks away from C, which looks away from E: no map makes it hear C."""
    assert "E" not in disturbed_by(NET, "C", ["D", "E"]) and "D" in disturbed_by(NET, "C", ["D", "E"])
    assert disturbed_by(NET, "C", []) == {} == disturbed_by(NET, "C", ["F"])
