"""Every mobility formula against published values."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from rfopt import units
from rfopt.errors import InputError
from rfopt.kernels import gsm_dedicated, gsm_idle, lte_connected, lte_idle
from rfopt.mobility import criteria, quality, reasons, timing_advance

REFERENCE = Path(__file__).parents[1] / "reference" / "mobility.csv"
PUBLISHED = list(csv.DictReader(REFERENCE.read_text(encoding="utf-8").splitlines()))


def formula(name):
    return next(getattr(module, name) for module in (criteria, quality, timing_advance, units) if hasattr(module, name))


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['formula']}-{row['expected']}")
def test_published(row):
    found = formula(row["formula"])(**json.loads(row["arguments"]))
    assert float(found) == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]), rel=0)


def test_case_margins():
    """Domain vector 7: before, the intruder wins by 3 dB; after, the wanted cell by 11 dB."""
    level, reward, penalty = [-75, -72, -76], [0, 0, 0], [20, 20, 20]
    before = criteria.c2(criteria.c1(level, -100), reward, 0, penalty, 100.0)
    after = criteria.c2(criteria.c1([-75, -80, -76], -100), [10, 10, 0], 0, [20, 640, 20], 100.0)
    assert before.tolist() == [25, 28, 24]
    assert after.tolist() == [35, 10, 24]


def test_interference_vector():
    """Domain vector 11: C/(I+N) of 14.39 dB is RXQUAL 3."""
    ci = -75 - quality.effective_interference_dbm([-92], [-75], [-60])
    assert ci == pytest.approx(14.39, abs=0.01)
    assert int(units.rxqual(ci)) == 3


def test_formulas_take_arrays():
    assert criteria.c1([-75, -101], [-100, -100]).tolist() == [25, -1]
    assert criteria.a3([-99, -99], [-95, -94.5], 3, 1).tolist() == [False, True]
    assert quality.rsrq_db(np.full((5, 3), -90.0), 0.5, serving=1).shape == (5,)


@pytest.mark.parametrize(("code", "band"), [(32, "900"), (-1, "900"), (5, "1900")])
def test_unknown_power_level_is_refused(code, band):
    with pytest.raises(InputError, match="power level"):
        criteria.ms_power_dbm(code, band)


def test_kernels_code_levels_as_the_rest_does():
    level = np.concatenate([np.arange(-145.0, -40.0, 0.25), [-1000.0]]).astype(np.float32)
    found = [int(gsm_dedicated._rxlev(x)) for x in level]
    assert found == units.rxlev_dbm(units.rxlev_code(level)).tolist()
    assert gsm_dedicated._rxlev(np.float32(np.nan)) == -110
    assert [int(lte_idle._rsrp(x)) for x in level] == units.rsrp_dbm(units.rsrp_code(level)).tolist()
    assert lte_idle._rsrp(np.float32(np.nan)) == -141


def test_kernels_sum_powers_as_the_rest_does():
    level = np.linspace(-160, 20, 1000)
    np.testing.assert_allclose([gsm_dedicated._power(x) for x in level], units.mw(level), rtol=1e-8)
    assert gsm_dedicated._power(np.nan) < 1e-90


def test_kernels_grade_quality_as_the_rest_does():
    ci = np.arange(-5.0, 30.0, 0.25)
    assert [int(gsm_dedicated._quality(x)) for x in ci] == units.rxqual(ci).tolist()
    assert [gsm_dedicated._risk(x) for x in ci] == quality.handover_failure_share(ci).tolist()
    assert (gsm_dedicated.FER_MIDPOINT_DB, gsm_dedicated.FER_SCALE_DB) == (
        quality.SACCH_MIDPOINT_DB,
        quality.SACCH_SCALE_DB,
    )


@pytest.mark.parametrize("kernel", [gsm_idle, gsm_dedicated, lte_idle, lte_connected], ids=lambda k: k.__name__)
def test_kernels_number_reasons_alike(kernel):
    own = {name: getattr(kernel, name) for name in reasons.Reason.__members__ if hasattr(kernel, name)}
    assert own
    assert all(reasons.Reason[name] == number for name, number in own.items())


def test_reasons_are_counted_once():
    groups = (reasons.RESELECTIONS, reasons.HANDOVERS, reasons.DROPS)
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
