"""Calibration: it finds what was put in, as surely as it says, and is not fooled by what is missing or odd."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from rfopt.errors import InputError
from rfopt.levels import Levels, Source
from rfopt.radio.calibration import OPTIONAL, PRIOR_DB, TERMS, Calibration, calibrate
from rfopt.radio.calibration_file import SCHEMA, model_as_json, model_from_json, read_model
from rfopt.radio.calibration_fit import Block, Spread, opening, outlier_share, settle, solve
from rfopt.radio.held_back import blocks_of, held_back, held_back_rows
from rfopt.radio.shadowing import INDOOR_M, OUTDOOR_M, Spots, correlation

from .surveyed import ERROR_DB, SHADOW_DB, Survey, places, retabled, survey, town

SEEDS = range(12)
METRES = st.floats(-300, 300)


@pytest.fixture(scope="module")
def surveys() -> list[Survey]:
    return [survey(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    """Half of the places, for which the other half is left to predict."""
    return np.sort(np.random.default_rng(5).permutation(len(places()))[: len(places()) // 2])


@pytest.fixture(scope="module")
def fitted(surveys: list[Survey], drawn: np.ndarray) -> list[Calibration]:
    network, scene = town()
    return [calibrate(network, one.take(drawn), scene) for one in surveys]


# --- truth recovered ------------------------------------------------------------------------------------------------


def test_nine_of_ten_intervals_hold_the_truth(surveys, fitted):
    """Of shared terms and of the offsets of cells that were heard: neither too narrow nor too wide."""
    terms, offsets = [], []
    for one, calibration in zip(surveys, fitted, strict=True):
        for term, row in calibration.terms().iterrows():
            if row["separable"]:
                terms.append(row["low"] <= one.terms[str(term)] <= row["high"])
        table = calibration.offsets()
        true, enough = one.offsets[table.index], table["heard"] >= 3
        offsets += list(((table["low"] <= true) & (true <= table["high"]))[enough])
    assert len(terms) >= 60 and 0.8 <= np.mean(terms) <= 0.99
    assert len(offsets) >= 220 and 0.82 <= np.mean(offsets) <= 0.97


def test_levels_elsewhere_are_nearer_and_as_sure_as_said(surveys, fitted, drawn):
    network, scene = town()
    rest = np.setdiff1d(np.arange(len(places())), drawn)
    before, after, inside = [], [], []
    for one, calibration in zip(surveys, fitted, strict=True):
        levels = calibration.levels(network, places().iloc[rest], scene)
        off = levels.dbm - one.true_dbm[rest]
        before.append(np.mean((one.predicted_dbm[rest] - one.true_dbm[rest]) ** 2))
        after.append(np.mean(off**2))
        inside.append((np.abs(off) <= 1.645 * levels.error_db).mean())
    assert np.sqrt(np.mean(after)) < 0.7 * np.sqrt(np.mean(before))
    assert np.sqrt(np.mean(after)) < 1.3 * max(SHADOW_DB)
    assert 0.85 <= np.mean(inside) <= 0.96


def test_the_spread_of_the_shadowing_is_found(fitted):
    outdoors, indoors, home = np.mean([list(one.shadow_sd_db.values()) for one in fitted], axis=0)
    assert (outdoors, indoors) == pytest.approx(SHADOW_DB, rel=0.15)
    assert home == pytest.approx(SHADOW_DB[1], rel=0.3)  # two cells serve from inside


def test_what_is_held_back_is_predicted_as_well_as_it_says(fitted):
    held = [held_back(calibration) for calibration in fitted]
    assert all(one.rmse_db[1] < one.rmse_db[0] for one in held)
    assert np.mean([one.rmse_db[1] / one.rmse_db[0] for one in held]) < 0.8
    assert all(one.median_db[1] < one.median_db[0] for one in held)
    assert 0.85 <= np.mean([one.inside for one in held]) <= 0.96


# --- held back, against doing it ------------------------------------------------------------------------------------


def test_holding_back_is_solving_without(fitted):
    """The formula gives what leaving the rows out of the least squares gives."""
    calibration = fitted[0]
    block = blocks_of(calibration)
    rows = held_back_rows(calibration, block)
    for number in (0, 3):
        held = block[calibration.rows["place"].to_numpy()] == number
        without = replace(calibration, rows=calibration.rows[~held].reset_index(drop=True))
        points = calibration.points[block == number]
        network, scene = town()
        levels = without.levels(network, points, scene)
        for row in rows[held].itertuples():
            place = list(np.flatnonzero(block == number)).index(row.place)
            name = calibration.cells.index[row.cell]
            expected = levels.of(name)[place], levels.error_db[place, levels.cells.get_loc(name)]
            level = calibration.rows["level_dbm"].iat[row.Index]
            assert level - row.after_db == pytest.approx(expected[0], abs=2e-3)
            noise = max(calibration.rows["error_db"].iat[row.Index], 0.1)
            assert row.sd_db == pytest.approx(np.hypot(expected[1], noise), abs=2e-3)


def test_held_back_without_refitting_the_variances_is_honest(surveys, drawn, fitted):
    """Fitting everything anew without each neighbourhood gives the same error, within a few per cent."""
    network, scene = town()
    part, calibration = surveys[0].take(drawn), fitted[0]
    block = blocks_of(calibration)
    folds = block % 4
    rows = held_back_rows(calibration, folds)
    off = []
    for fold in range(4):
        keep, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        anew = calibrate(network, surveys[0].take(drawn[keep]), scene)
        levels = anew.levels(network, part.points.iloc[held], scene)
        measured = part.source[held] == Source.MEASURED
        off.append((part.dbm[held] - levels.dbm)[measured])
    brute = np.sqrt(np.mean(np.concatenate(off) ** 2))
    quick = np.sqrt(np.mean(rows.loc[~rows["censored"], "after_db"] ** 2))
    assert quick == pytest.approx(brute, rel=0.05)


def test_few_places_are_held_back_one_by_one():
    one, (network, scene) = survey(0), town()
    rows = np.flatnonzero(places()["building"] == "bhtx-1")[:4]
    calibration = calibrate(network, one.take(rows), scene)
    assert blocks_of(calibration).tolist() == [0, 1, 2, 3]


# --- censored, odd and doubled --------------------------------------------------------------------------------------


def one_cell(value, limit) -> Block:
    """A street of places 30 m apart where some levels were lost below a limit."""
    seen = np.array([v is not None for v in value])
    x = np.zeros((len(value), len(TERMS)))
    x[:, 0] = 1.0
    apart = 30.0 * np.arange(len(value))
    spots = Spots(apart, 0.0 * apart, 0.0 * apart + 1.5, np.zeros(len(value), dtype=bool))
    filled = np.array([limit if v is None else v for v in value], dtype=float)
    return Block(0, x, correlation(spots, spots), spots.indoors.astype(int), filled, np.ones(len(value)), ~seen)


@pytest.mark.parametrize("value", [(2.0, None, None), (None, -9.0, -4.0, None), (None, None)])
def test_censored_levels_against_sampling(value):
    """The posterior mean offset, by weighting draws from the prior."""
    limit, block = -6.0, one_cell(value, -6.0)
    spread = Spread(np.full(3, 49.0), np.full(6, 36.0))
    everything = np.ones(len(TERMS), dtype=bool)
    stands = opening([block])
    for _ in range(6):
        stands, solution = settle([block], stands, spread, PRIOR_DB, everything)
    rng = np.random.default_rng(0)
    offset = rng.normal(0.0, PRIOR_DB[0], 400_000) + rng.normal(0.0, 6.0, 400_000)
    level = offset[:, None] + 7.0 * rng.normal(size=(len(offset), len(value))) @ np.linalg.cholesky(block.correlation).T
    weight = np.ones(len(offset))
    for k, v in enumerate(value):
        weight *= ndtr(limit - level[:, k]) if v is None else np.exp(-0.5 * (v - level[:, k]) ** 2)
    expected = np.average(offset, weights=weight)
    found = solution.terms[0] + spread.offset_db2[0] * solution.parts[0].weights.sum()
    assert found == pytest.approx(expected, abs=0.35)


def heard(levels: Levels, source: np.ndarray) -> Levels:
    return replace(levels, source=source.astype(np.int8))


def test_a_cell_lost_nearly_everywhere_is_weak(drawn):
    """Dropping what was lost, or taking the limit for a level, makes weak cells look strong."""
    network, scene = town()
    off: dict[str, list[float]] = {"censored": [], "absent": [], "equal": []}
    for seed in range(2):
        one = survey(seed, outliers=0.0)
        half = one.take(drawn)
        source = half.source
        lost = source == Source.CENSORED
        forms = {
            "censored": half,
            "absent": heard(half, np.where(lost, Source.UNKNOWN, source)),
            "equal": heard(half, np.where(lost, Source.MEASURED, source)),
        }
        for name, form in forms.items():
            levels = calibrate(network, form, scene).levels(network, half.points, scene)
            off[name].append(float((levels.dbm - one.true_dbm[drawn])[lost].mean()))
    mean = {name: float(np.mean(values)) for name, values in off.items()}
    assert abs(mean["censored"]) < 1.5
    assert mean["absent"] > 3.0
    assert mean["equal"] > 3.0


def test_outliers_hardly_count(monkeypatch):
    """A few levels of another cell, 40 dB off, move nothing by much, and far less than if they were believed."""
    network, scene = town()
    one = survey(3, outliers=0.0)
    odd = (np.random.default_rng(0).random(one.levels.dbm.shape) < 0.02) & (one.levels.source == Source.MEASURED)
    spoilt = replace(one.levels, dbm=one.levels.dbm + 40.0 * odd)
    clean, found = (calibrate(network, levels, scene) for levels in (one.levels, spoilt))
    monkeypatch.setattr("rfopt.radio.calibration_fit.OUTLIER_SHARE", 1e-300)
    believed = calibrate(network, spoilt, scene)
    moved, misled = ((c.offsets()["value"] - clean.offsets()["value"]).abs().mean() for c in (found, believed))
    assert odd.sum() >= 30
    assert moved < 0.4 and moved < 0.5 * misled
    assert found.shadow_sd_db == pytest.approx(clean.shadow_sd_db, rel=0.1)
    assert all(believed.shadow_sd_db[name] > found.shadow_sd_db[name] for name in ("outdoors", "indoors"))


@given(off=st.floats(-60, 60), variance=st.floats(0.5, 200))
def test_the_odder_the_surer_an_outlier(off, variance):
    shares = outlier_share(np.array([off, 1.5 * off]), np.full(2, variance))
    assert 0.0 <= shares[0] <= shares[1] + 1e-12 <= 1.0 + 1e-12


def test_twenty_places_on_one_spot_are_not_twenty():
    """A phone at rest that writes a place a minute learns no more about a cell than one place does."""
    network, scene = town()
    one, row = survey(0, outliers=0.0), np.array([3])
    single, many = (calibrate(network, one.take(rows), scene) for rows in (row, np.repeat(row, 20)))
    many_here = many.points.assign(lat=many.points["lat"] + np.arange(20) * 1e-6)
    many = replace(many, points=many_here.set_axis([f"m{k}" for k in range(20)]))
    widths = [table["high"] - table["low"] for table in (single.offsets(), many.offsets())]
    assert (widths[1] > 0.8 * widths[0]).all()


# --- what cannot be told --------------------------------------------------------------------------------------------


def test_behind_one_wall_only_the_entry_loss_is_not_separable():
    network, scene = town()
    one = survey(0)
    inside = np.flatnonzero(places()["building"] == "bhtx-1")
    calibration = calibrate(network, one.take(inside), scene)
    terms = calibration.terms()
    assert not terms.at["entry concrete", "separable"]
    assert terms.at["entry concrete", "value"] == 0.0
    assert "entry brick" not in terms.index and "slope micro" not in terms.index
    street = np.flatnonzero(places()["building"] == "")[:5]
    macro = (network.cells["kind"] == "macro").to_numpy()
    sure = [calibration.levels(network, places().iloc[rows], scene).error_db[:, macro] for rows in (inside[:5], street)]
    assert sure[1].mean() > sure[0].mean() + 1.0


def test_a_cell_never_heard_takes_the_mean_of_its_kind(surveys, drawn):
    network, scene = town()
    part = surveys[1].take(drawn)
    name = "公安康复中心NG-2"
    keep = part.cells != name
    without = Levels(part.points, part.cells[keep], part.dbm[:, keep], part.error_db[:, keep], part.source[:, keep])
    calibration = calibrate(network, without, scene)
    assert name not in calibration.cells.index
    far = places().iloc[:8].assign(lat=places()["lat"].iloc[:8] + 0.05)
    levels = calibration.levels(network, far, scene)
    twin = network.cells.index.get_loc("公安康复中心NG-1")
    column = network.cells.index.get_loc(name)
    assert (levels.error_db[:, column] > levels.error_db[:, twin] + 0.3).all()
    mean = calibration.terms().at["offset macro GSM", "value"]
    slope = calibration.terms().at["slope macro", "value"]
    raw = calibration.correct(network, far, np.zeros(levels.dbm.shape), scene)[0][:, column]
    assert np.ptp(raw - mean) < abs(slope) and abs(raw.mean() - mean) < abs(slope) * 1.5 + 0.1


def test_at_a_measured_place_the_level_is_the_measured_one(surveys, drawn, fitted):
    network, scene = town()
    part = surveys[0].take(drawn)
    levels = fitted[0].levels(network, part.points, scene)
    measured = part.source == Source.MEASURED
    assert np.median(np.abs(levels.dbm - part.dbm)[measured]) < ERROR_DB
    assert np.median(levels.error_db[measured]) < 1.5 * ERROR_DB
    far = part.points.assign(lat=part.points["lat"] + 0.02)
    assert (fitted[0].levels(network, far, scene).error_db > 0.9 * min(fitted[0].shadow_sd_db.values())).all()
    assert (levels.source == Source.PREDICTED).all()


# --- symmetries -----------------------------------------------------------------------------------------------------


def test_the_order_of_places_and_cells_does_not_matter(surveys, drawn):
    network, scene = town()
    part = surveys[2].take(drawn[:30])
    turned = Levels(
        part.points.iloc[::-1], part.cells[::-1], *(a[::-1, ::-1] for a in (part.dbm, part.error_db, part.source))
    )
    one, two = (calibrate(network, levels, scene).offsets()["value"] for levels in (part, turned))
    pd.testing.assert_series_equal(two.loc[one.index], one, atol=1e-6)


def test_a_decibel_of_power_in_the_table_is_one_off_the_correction(surveys, drawn):
    """The table's power and the offset are told apart by nothing: what is added to one the other loses."""
    network, scene = town()
    part, name = surveys[0].take(drawn), "金凤自来水厂NG1-1"
    louder = retabled(network, (name, "power_dbm", network.cells.at[name, "power_dbm"] + 3.0))
    one, two = (calibrate(net, part, scene) for net in (network, louder))
    assert two.offsets().at[name, "value"] == pytest.approx(one.offsets().at[name, "value"] - 3.0, abs=0.3)
    levels = [c.levels(net, places(), scene).of(name) for c, net in ((one, network), (two, louder))]
    assert np.abs(levels[0] - levels[1]).max() < 0.3


def test_corrections_in_pieces_are_those_of_the_whole(monkeypatch, fitted):
    network, scene = town()
    whole = fitted[0].levels(network, places(), scene)
    monkeypatch.setattr("rfopt.radio.calibration.CHUNK", 7)
    pieces = fitted[0].levels(network, places(), scene)
    np.testing.assert_allclose(pieces.dbm, whole.dbm, atol=1e-9)
    np.testing.assert_allclose(pieces.error_db, whole.error_db, atol=1e-9)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.floats(0, 90), st.booleans()), min_size=1, max_size=12
    )
)
def test_any_places_have_a_covariance(rows):
    """Symmetric, 1 on the diagonal, no eigenvalue below 0; one length indoors, another outdoors."""
    x, y, height, indoors = (np.array(column) for column in zip(*rows, strict=True))
    spots = Spots(x, y, height, indoors.astype(bool))
    found = correlation(spots, spots)
    np.testing.assert_allclose(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-9
    for a in range(len(rows)):
        for b in range(len(rows)):
            apart = float(np.linalg.norm([x[a] - x[b], y[a] - y[b], height[a] - height[b]]))
            length = INDOOR_M if rows[a][3] else OUTDOOR_M
            assert found[a, b] == pytest.approx(np.exp(-apart / length) if rows[a][3] == rows[b][3] else 0.0, abs=1e-12)


def test_least_squares_against_one_large_system():
    """Cell by cell is the same as all rows at once under one dense covariance."""
    rng, spread = np.random.default_rng(0), Spread(np.array([49.0, 36.0, 25.0]), np.full(6, 25.0))
    blocks = [one_cell(tuple(rng.normal(0, 8, 5)), 0.0), one_cell(tuple(rng.normal(0, 8, 4)), 0.0)]
    stands = opening(blocks)
    solution = solve(blocks, stands, spread, PRIOR_DB, np.ones(len(TERMS), dtype=bool))
    dense = np.zeros((9, 9))
    x = np.vstack([block.x for block in blocks])
    for block, at in zip(blocks, (slice(0, 5), slice(5, 9)), strict=True):
        dense[at, at] = 49.0 * block.correlation + 25.0 + np.eye(len(block.x))
    dense += x @ np.diag(PRIOR_DB**2) @ x.T
    y = np.concatenate([block.value_db for block in blocks])
    np.testing.assert_allclose(solution.terms, np.diag(PRIOR_DB**2) @ x.T @ np.linalg.solve(dense, y), atol=1e-8)
    assert OPTIONAL.sum() == sum(not term.startswith("offset") for term in TERMS)


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_calibration_survives_its_file(tmp_path, fitted):
    network, scene = town()
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"schema": SCHEMA, "model": model_as_json(fitted[0])}), encoding="utf-8")
    again = read_model(path)
    one, two = (c.levels(network, places(), scene) for c in (fitted[0], again))
    np.testing.assert_allclose(two.dbm, one.dbm, atol=1e-3)
    np.testing.assert_allclose(two.error_db, one.error_db, atol=1e-3)
    assert model_as_json(again) == model_as_json(fitted[0])


SPOILT = {
    "rows.place": [-1, 10**9, 1.5, True, None, "0"],
    "rows.cell": [-1, 10**9],
    "rows.level_dbm": [float("nan"), 1e9, "x", None, True, [1]],
    "rows.stand_db2": [0.0, -1.0, float("inf")],
    "rows.censored": [1, "yes", None],
    "points.lat": [91.0, None],
    "points.building": [3, "a\nb"],
    "points.wall": ["paper"],
    "cells.kind": ["balloon"],
    "cells.rat": ["5G"],
    "shadow_db2": [0.0, -1.0, "x"],
    "kept": [1],
}


@pytest.mark.parametrize(("where", "value"), [(where, value) for where, values in SPOILT.items() for value in values])
def test_a_spoilt_value_is_named(fitted, where, value):
    model = json.loads(json.dumps(model_as_json(fitted[0])))
    table, name = (model[where.split(".")[0]], where.split(".")[1]) if "." in where else (model, where)
    table[name][0] = value
    with pytest.raises(InputError, match=name):
        model_from_json(model)


@pytest.mark.parametrize("where", ["rows.place", "rows.decades", "points.point", "cells.cell", "offset_db2"])
@pytest.mark.parametrize("value", [None, [], 7, [1] * 5, {}])
def test_a_list_of_the_wrong_shape_is_refused(fitted, where, value):
    model = json.loads(json.dumps(model_as_json(fitted[0])))
    table, name = (model[where.split(".")[0]], where.split(".")[1]) if "." in where else (model, where)
    table[name] = value
    with pytest.raises(InputError):
        model_from_json(model)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"schema": "x"}', f'{{"schema": "{SCHEMA}"}}', f'{{"schema": "{SCHEMA}", "model": []}}',
     "[" * 100_000, '{"schema": NaN}', "9" * 5000],
    ids=["empty", "cut", "list", "null", "other", "no model", "list as model", "deep", "NaN", "long number"],
)  # fmt: skip
def test_another_file_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_model(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_cell_twice_or_without_levels_is_refused(fitted):
    model = json.loads(json.dumps(model_as_json(fitted[0])))
    model["cells"]["cell"][1] = model["cells"]["cell"][0]
    with pytest.raises(InputError, match="twice"):
        model_from_json(model)
    model = json.loads(json.dumps(model_as_json(fitted[0])))
    for name in ("cell", "kind", "rat"):
        model["cells"][name].append({"cell": "new", "kind": "das", "rat": "GSM"}[name])
    with pytest.raises(InputError, match="no level"):
        model_from_json(model)
