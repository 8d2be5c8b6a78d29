"""Channel numbers and report codings against published values, and the rules they obey."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt import bands, units

REFERENCE = Path(__file__).parent / "reference"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a reference table."""
    with (REFERENCE / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


CHANNELS = rows("channels.csv")
EVERY_ARFCN = [n for band in bands.GSM_BANDS for n in range(band.low, band.high + 1)]


@pytest.mark.parametrize("row", CHANNELS, ids=lambda row: f"{row['kind']}-{row['channel']}")
def test_published_channels(row: dict[str, str]) -> None:
    channel, tolerance = int(row["channel"]), float(row["tolerance_mhz"])
    if row["kind"] == "arfcn":
        assert bands.gsm_band(channel).name == row["band"]
        assert bands.gsm_uplink_mhz(channel) == pytest.approx(float(row["uplink_mhz"]), abs=tolerance)
        assert bands.gsm_downlink_mhz(channel) == pytest.approx(float(row["downlink_mhz"]), abs=tolerance)
        assert bands.arfcn_of_downlink(float(row["downlink_mhz"])) == channel
    else:
        assert bands.lte_band(channel).band == int(row["band"])
        assert bands.lte_downlink_mhz(channel) == pytest.approx(float(row["downlink_mhz"]), abs=tolerance)


@pytest.mark.parametrize("channel", [-1, 125, 127, 252, 300, 511, 886, 954, 1024])
def test_an_arfcn_of_no_band_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match=f"ARFCN {channel} is in no GSM band"):
        bands.gsm_band(channel)


@pytest.mark.parametrize("channel", [-1, 600, 1950, 3800, 36350, 41590])
def test_an_earfcn_of_no_band_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match=f"EARFCN {channel} is in no LTE band rfopt knows"):
        bands.lte_band(channel)


def test_every_arfcn_comes_back_from_its_frequency() -> None:
    assert [bands.arfcn_of_downlink(bands.gsm_downlink_mhz(n)) for n in EVERY_ARFCN] == EVERY_ARFCN


def test_no_two_carriers_share_a_frequency() -> None:
    assert len({bands.gsm_downlink_mhz(n) for n in EVERY_ARFCN}) == len(EVERY_ARFCN)


@pytest.mark.parametrize("mhz", [930.9, 0.0, 934.9, 960.2, 1800.0])
def test_a_frequency_off_the_raster_is_refused(mhz: float) -> None:
    with pytest.raises(ValueError, match="is no GSM downlink carrier"):
        bands.arfcn_of_downlink(mhz)


def test_lte_bands_do_not_overlap_in_number() -> None:
    spans = sorted((band.low, band.high) for band in bands.LTE_BANDS)
    assert all(high < low for (_, high), (low, _) in itertools.pairwise(spans))


@pytest.mark.parametrize("row", rows("codes.csv"), ids=lambda row: f"{row['function']}({row['value']})")
def test_published_codes(row: dict[str, str]) -> None:
    assert getattr(units, row["function"])(float(row["value"])) == int(row["code"])


def test_codes_of_lists_and_their_ends() -> None:
    assert units.rxlev_code([-200, -110.0001, -47, 0]).tolist() == [0, 0, 63, 63]
    assert units.rsrp_code([-200, 0]).tolist() == [0, 97]
    assert units.rsrq_code([-99, 3]).tolist() == [0, 34]


@settings(max_examples=200, deadline=None)
@given(st.floats(-109.999, -48.001))
def test_a_level_lies_below_the_edge_its_rxlev_states(level: float) -> None:
    edge = units.rxlev_dbm(units.rxlev_code(level)).item()
    assert edge - 1 - 1e-9 <= level <= edge + 1e-9


@settings(max_examples=200, deadline=None)
@given(st.floats(-139.999, -44.001))
def test_a_level_lies_above_the_edge_its_rsrp_states(level: float) -> None:
    edge = units.rsrp_dbm(units.rsrp_code(level)).item()
    assert edge - 1e-9 <= level <= edge + 1 + 1e-9


def test_edges_of_codes() -> None:
    assert units.rsrp_dbm(40).item() == -101
    assert units.rsrq_db(20).item() == -10
    assert units.rxlev_dbm([1, 63]).tolist() == [-109, -47]


@pytest.mark.parametrize(("eci", "enb", "cell"), [(123727107, 483309, 3), (218727986, 854406, 50)])
def test_an_eci_names_its_enodeb(eci: int, enb: int, cell: int) -> None:
    assert units.enb_and_cell(eci) == (enb, cell)


def test_bsic_as_a_number() -> None:
    assert units.bsic_code("4-5") == 37
    assert sorted(units.bsic_code(f"{ncc}-{bcc}") for ncc in range(8) for bcc in range(8)) == list(range(64))


def test_powers_add_in_milliwatt() -> None:
    assert units.power_sum_dbm([-90, -90]).item() == pytest.approx(-86.9897, abs=1e-4)
    assert units.power_sum_dbm([-90, float("nan")]).item() == pytest.approx(-90)
    assert units.power_sum_dbm([[-90, -90], [-80, float("nan")]], axis=1) == pytest.approx([-86.9897, -80], abs=1e-4)
    assert units.power_sum_dbm([]).item() == -np.inf


@settings(max_examples=100, deadline=None)
@given(st.floats(-150, 80))
def test_dbm_and_milliwatt_are_each_others_inverse(level: float) -> None:
    assert units.dbm(units.mw(level)).item() == pytest.approx(level, abs=1e-9)
