"""Cells of a log that no table has: named, given defaults, related to whom they were reported with."""

from __future__ import annotations

from rfopt.mobility.replay import bench
from rfopt.mobility.strangers import name_cells, with_strangers
from rfopt.network import Network

from ..networks import network, readings
from .test_replay import NAMES


def rows() -> list[dict[str, object]]:
    """A named server that reports a cell by its channel, then that cell as a server without a name."""
    first = {"time": 0.0, "serving": True, "cell": "A", "arfcn": 62, "bsic": "4-5", "rxlev_dbm": -70.0}
    other = {"time": 0.0, "arfcn": 20, "bsic": "1-1", "rxlev_dbm": -80.0}
    return [first, other, {**other, "time": 2.0, "serving": True}, {**first, "time": 2.0, "serving": False, "cell": ""}]


def test_names() -> None:
    named = name_cells(
        readings([*rows(), {"rat": "3G"}, {"rat": "GSM", "rxlev_dbm": -90.0}, {"rat": "3G", "serving": True}])
    )
    assert named["cell"].tolist() == ["A", "GSM 20/1-1", "GSM 20/1-1", "A", "3G"]
    assert with_strangers(None, named)[1] == ("A", "GSM 20/1-1"), "a server of 3G ends a stretch, and is no cell"


def test_a_log_without_a_network() -> None:
    named = name_cells(readings(rows()))
    net, strangers = with_strangers(None, named)
    assert strangers == ("A", "GSM 20/1-1") and isinstance(net, Network)
    assert set(net.neighbours.index) == {("A", "GSM 20/1-1"), ("GSM 20/1-1", "A")}
    arrays = bench(net, net.cells.index, "GSM").arrays
    assert arrays["gsm_idle"]["rxlev_access_min_dbm"].tolist() == [-100, -100]
    assert arrays["gsm_idle"]["ba"][0, 1] and arrays["gsm_call"]["ho_margin_pbgt_db"][0, 1] == 6.0


def test_strangers_join_a_network_that_stays_as_it_is() -> None:
    net, strangers = with_strangers(network(), name_cells(readings(rows())))
    assert strangers == ("GSM 20/1-1",)
    assert net.cells.loc[network().cells.index, "arfcn"].equals(network().cells["arfcn"])
    assert net.related("A", "GSM 20/1-1") and not net.related("B", "GSM 20/1-1")
    assert len(net.neighbours) == len(network().neighbours) + 2
    same, nobody = with_strangers(network(), name_cells(readings(rows()[:1])))
    assert nobody == () and same.cells.index.tolist() == network().cells.index.tolist()
    assert list(NAMES["GSM"]) == [name for name in same.cells.index if same.cells.at[name, "rat"] == "GSM"]
