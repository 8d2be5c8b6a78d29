"""Pictures: they draw into the Axes given and return it, with Chinese that a bare machine can write."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import rfopt
from rfopt import plots
from rfopt.errors import InputError
from rfopt.evidence import gather
from rfopt.mobility.criteria import c1, c2
from rfopt.mobility.situation import Budget
from rfopt.network import Change
from rfopt.plots.margins import c2_db
from rfopt.scales import SCALES

CASE = Path(__file__).resolve().parents[1] / "drive_tests" / "baohu_tianxia"
RARE = "垚堃镕喆囍 <&>"
"""Hanzi of names that GB2312 lacks."""


@pytest.fixture(scope="module")
def evidence():
    case = rfopt.read_case(CASE)
    return gather(case, case.network, 0, Budget(runs=2, draws=1, idle_s=45.0, call_s=5.0, lte_call_s=5.0))


@pytest.fixture(scope="module")
def tower():
    return rfopt.predict(rfopt.read_case(CASE), building="bhtx-1", floors=[1, 22, 23])


class Ladder:
    """What a waterfall reads of a recommendation: two changes that belong together, then one that costs."""

    POWER = Change(RARE, None, "power_dbm", 33.0, 25.0)
    RELATION = Change("A", "B", "neighbour", "present", "absent")
    ladder = (((), 0.3), ((POWER, RELATION), 0.5), ((RELATION,), 0.45))


def draws(evidence, tower):
    """Every public picture by name, as a function of Axes and language."""
    readings = evidence.readings.assign(cell=evidence.readings["cell"].where(evidence.readings["cell"] == "", RARE))
    network = replace(evidence.network, cells=evidence.network.cells.rename(index=lambda name: f"{name}{RARE}"))
    plan = (Change("宝湖天下NG2-5", None, "cell_reselect_offset_db", 0.0, 12.0),)
    found = tower.figures["GSM"]
    floors = list(tower.places["floor"])
    return {
        "levels_over_time": lambda ax, lang: plots.levels_over_time(ax, readings, "dining_north", lang=lang),
        "c2_margins": lambda ax, lang: plots.c2_margins(ax, evidence, "dining_north", plan, lang),
        "waterfall": lambda ax, lang: plots.waterfall(ax, Ladder(), lang),
        "tower": lambda ax, lang: plots.tower(ax, tower, "GSM", lang=lang),
        "tower of a figure": lambda ax, lang: plots.tower(ax, tower, "LTE", "rsrp_dbm", lang),
        "town": lambda ax, lang: plots.town(ax, network, "LTE", lang),
        "floor_shares": lambda ax, lang: plots.floor_shares(ax, floors, list(found["server"]), lang),
        "floor_bands": lambda ax, lang: plots.floor_bands(ax, floors, found["dominance_db"].to_numpy(), RARE),
        "ground": lambda ax, lang: plots.ground(
            ax, tower.scene, tower.places, list(found["server"]), None, lang
        ),
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_picture_draws_with_letters_that_are_there(evidence, tower, lang):
    for name, draw in draws(evidence, tower).items():
        figure = Figure(figsize=(6, 4), layout="constrained")
        ax = figure.subplots()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert draw(ax, lang) is ax, name
            figure.savefig(io.BytesIO())
        assert len(ax.get_children()) > 10


def test_a_cell_has_one_colour_in_every_room(evidence):
    drawn = [
        plots.levels_over_time(Figure().subplots(), evidence.readings, p) for p in ("dining_north", "living_south")
    ]
    colours = [{line.get_label(): line.get_color() for line in ax.lines if line.get_label()[0] != "_"} for ax in drawn]
    both = set(colours[0]) & set(colours[1])
    assert len(both) >= 5 and all(colours[0][name] == colours[1][name] for name in both)
    assert [ax.get_title("left").split(":")[0] for ax in drawn] == ["dining_north", "living_south"]


def test_a_missing_letter_would_be_noticed():
    figure = Figure()
    figure.subplots().set_title("宝湖天下")
    with pytest.warns(UserWarning, match="missing from font"):
        figure.savefig(io.BytesIO())


def test_the_margins_are_those_of_the_criterion(evidence):
    network, levels = evidence.network, evidence.gsm.levels
    table = c2_db(evidence, network)
    for cell in levels.cells:
        row = network.cells.loc[cell]
        by_hand = c2(c1(levels.of(cell), row.rxlev_access_min_dbm), row.cell_reselect_offset_db,
                     row.temporary_offset_db, row.penalty_time_s, 1000.0)  # fmt: skip
        assert np.allclose(table[cell], by_hand, equal_nan=True)


def test_a_plan_moves_the_margin_by_what_it_changes(evidence):
    wanted = evidence.wanted[0]
    change = Change(wanted, None, "power_dbm", evidence.number(wanted, "power_dbm"), 3.0)
    before, after = (
        c2_db(evidence, rfopt.apply(evidence.network, plan))[wanted].to_numpy() for plan in ((), (change,))
    )
    assert np.allclose(after - before, 3.0 - evidence.number(wanted, "power_dbm"))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax, e, t: plots.levels_over_time(ax, e.readings, "dining_nort"), "did you mean 'dining_north'"),
        (lambda ax, e, t: plots.levels_over_time(ax, e.readings, "dining_north", "GSM", "data"), "read in data"),
        (lambda ax, e, t: plots.c2_margins(ax, e, "kitchen"), "no place of the complaint"),
        (lambda ax, e, t: plots.tower(ax, t, "NR"), "wants a prediction of one with NR"),
        (lambda ax, e, t: plots.tower(ax, t, "GSM", "rxlev"), "did you mean 'rxlev_dbm'"),
        (lambda ax, e, t: plots.town(ax, e.network, "NR"), "no cell of NR"),
    ],
)
def test_what_cannot_be_drawn_is_said(evidence, tower, draw, said):
    with pytest.raises(InputError, match=said):
        draw(Figure().subplots(), evidence, tower)


def test_every_scale_has_steps_that_rise():
    for scales in SCALES.values():
        assert all(np.all(np.diff(scale.steps) > 0) for scale in scales)


def test_a_waterfall_says_what_is_made_in_the_reader_s_language():
    def labels(lang):
        ax = plots.waterfall(Figure().subplots(), Ladder(), lang)
        return [label.get_text() for label in ax.get_yticklabels()]

    assert labels("en")[1:] == [
        f"1–2. {RARE} (+1)\npower 33 dBm → 25 dBm",
        "3. A → B\nneighbour relation present → absent",
    ]
    assert labels("zh") == ["现状", f"1–2. {RARE} (+1)\n发射功率 33 dBm → 25 dBm", "3. A → B\n邻区关系 有 → 无"]
