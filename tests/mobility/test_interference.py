"""Coupling and interference against a slow double loop and the domain's vectors 11 and 30."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from rfopt.mobility.interference import (
    PROTECTION_DB,
    TCH_ACTIVITY,
    carriers,
    gsm_coupling,
    interference_mw,
    lte_coupling,
)
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw, rxqual


def gsm(*arfcns: int | tuple[int, ...], load: float = 0.5) -> pd.DataFrame:
    """Cells of these carriers, BCCH first."""
    lists = [(a,) if isinstance(a, int) else a for a in arfcns]
    return pd.DataFrame(
        {"arfcn": [float(a[0]) for a in lists], "tch_arfcns": [tuple(a[1:]) for a in lists], "load": load},
        index=pd.Index([f"c{k}" for k in range(len(lists))]),
    )


def lte(*cells: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=["earfcn", "pci", "load"])


def slow_gsm(cells: pd.DataFrame, traffic: bool) -> np.ndarray:
    """The twin: every victim carrier against every carrier of every other cell."""
    rows = cells.to_dict("records")
    out = np.zeros((len(rows), len(rows)))
    for i, victim in enumerate(rows):
        mine = (list(victim["tch_arfcns"]) if traffic else []) or [victim["arfcn"]]
        for j, other in enumerate(rows):
            if i == j:
                continue
            total = 0.0
            for a in mine:
                for k, b in enumerate([other["arfcn"], *other["tch_arfcns"]]):
                    loss = {0: 0.0, 1: 18.0, 2: 50.0, 3: 58.0}.get(abs(a - b))
                    if loss is not None:
                        total += 10 ** (-loss / 10) * (1.0 if k == 0 else other["load"] * 0.55)
            out[i, j] = total / len(mine)
    return out


def slow_lte(cells: pd.DataFrame) -> np.ndarray:
    rows = cells.to_dict("records")
    out = np.zeros((len(rows), len(rows)))
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            if i != j and a["earfcn"] == b["earfcn"]:
                out[i, j] = 1.0 if a["pci"] % 3 == b["pci"] % 3 else b["load"]
    return out


def test_vector_11() -> None:
    """Domain J 11: C −75, co −92, first adjacent −75, second adjacent −60, noise −111 dBm."""
    coupling = gsm_coupling(gsm(62, 62, 63, 64), traffic=False)
    total = interference_mw(np.array([-75.0, -92.0, -75.0, -60.0]), coupling)[0] + mw(GSM_NOISE_DBM)
    assert float(dbm(total)) == pytest.approx(-89.39, abs=0.01)
    assert -75.0 - float(dbm(total)) == pytest.approx(14.39, abs=0.01)
    assert rxqual(-75.0 - dbm(total)) == 3
    assert [int(rxqual(ci)) for ci in (25, 20, 13, 9, 5.9)] == [0, 1, 4, 6, 7]


@pytest.mark.parametrize(("load", "sinr"), [(0.5, 4.242), (1.0, 1.234)])
def test_vector_30(load: float, sinr: float) -> None:
    """Domain J 30: S −90, interferers −93 and −96 dBm on other PCI mod 3, noise figure 7 dB."""
    coupling = lte_coupling(lte((38400, 0, load), (38400, 1, load), (38400, 2, load)))
    disturbed = interference_mw(np.array([-90.0, -93.0, -96.0]), coupling)[0] + mw(LTE_NOISE_DBM)
    assert -90.0 - float(dbm(disturbed)) == pytest.approx(sinr, abs=0.01)


def test_vector_30_noise_alone() -> None:
    alone = interference_mw(np.array([-100.0]), lte_coupling(lte((38400, 0, 0.5))))[0] + mw(LTE_NOISE_DBM)
    assert -100.0 - float(dbm(alone)) == pytest.approx(25.239, abs=0.01)


def test_equal_pci_mod_3_collides_whatever_the_load() -> None:
    """An empty cell still sends its reference signals."""
    coupling = lte_coupling(lte((38400, 0, 0.5), (38400, 3, 0.0), (38400, 4, 0.0), (1300, 6, 1.0)))
    assert coupling[0].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert coupling[2].tolist() == [0.5, 0.0, 0.0, 0.0]
    assert coupling[3].tolist() == [0.0] * 4


@pytest.mark.parametrize("traffic", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_gsm_coupling_is_the_double_loop(seed: int, traffic: bool) -> None:
    rng = np.random.default_rng(seed)
    lists = [tuple(int(a) for a in rng.integers(60, 72, rng.integers(1, 5))) for _ in range(9)]
    cells = gsm(*lists).assign(load=rng.uniform(0, 1, 9))
    np.testing.assert_allclose(gsm_coupling(cells, traffic), slow_gsm(cells, traffic), rtol=1e-12, atol=0)


@pytest.mark.parametrize("seed", range(4))
def test_lte_coupling_is_the_double_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = lte(*zip(rng.choice([38400, 1300], 12), rng.integers(0, 504, 12), rng.uniform(0, 1, 12), strict=True))
    np.testing.assert_array_equal(lte_coupling(cells), slow_lte(cells))


def test_only_the_bcch_counts_where_the_victim_is_a_bcch() -> None:
    cells = gsm((62, 80), (70, 62), load=1.0)
    assert gsm_coupling(cells, traffic=False)[0, 1] == pytest.approx(TCH_ACTIVITY)
    assert gsm_coupling(cells, traffic=False)[1, 0] == 0.0
    assert gsm_coupling(cells, traffic=True)[1, 0] == 1.0, "the carrier of its calls is the other's BCCH"


@pytest.mark.parametrize("gap", range(6))
def test_protection_by_the_gap_of_channels(gap: int) -> None:
    found = gsm_coupling(gsm(62, 62 + gap), traffic=False)
    share = 10 ** (-PROTECTION_DB[gap] / 10) if gap < 4 else 0.0
    assert found[0, 1] == found[1, 0] == pytest.approx(share)
    assert found[0, 0] == found[1, 1] == 0.0


def test_carriers_of_a_cell() -> None:
    assert carriers(gsm((62, 64, 66), load=0.4).iloc[0]) == (
        [62, 64, 66],
        [1.0, 0.4 * TCH_ACTIVITY, 0.4 * TCH_ACTIVITY],
    )
    assert carriers(gsm(62).iloc[0]) == ([62], [1.0])


def test_interference_of_levels_is_the_double_loop_and_unknown_is_no_power() -> None:
    rng = np.random.default_rng(3)
    level = rng.uniform(-110, -60, (4, 5, 6))
    level[rng.random(level.shape) < 0.2] = np.nan
    coupling = np.where(rng.random((6, 6)) < 0.5, rng.random((6, 6)), 0.0)
    slow = np.zeros(level.shape)
    for at in np.ndindex(4, 5):
        for i in range(6):
            slow[(*at, i)] = sum(
                coupling[i, j] * 10 ** (level[(*at, j)] / 10) for j in range(6) if not math.isnan(level[(*at, j)])
            )
    np.testing.assert_allclose(interference_mw(level, coupling), slow, rtol=1e-12)


def test_no_cells() -> None:
    assert gsm_coupling(gsm(), traffic=True).shape == (0, 0)
    assert lte_coupling(lte()).shape == (0, 0)
