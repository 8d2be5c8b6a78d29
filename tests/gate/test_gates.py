"""The language of gates: what it takes, what it refuses, and what it means."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from rfopt.errors import InputError
from rfopt.gate.gates import Test as GateTest
from rfopt.gate.gates import default_gates, gates_for, higher_is_better, parse_gate, read_gates, worsening
from rfopt.kpis import kpis


def written(folder: Path, text: str) -> Path:
    path = folder / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_tests_are_read_exactly() -> None:
    assert parse_gate("idle_camp_wanted >= 0.95") == (GateTest("idle_camp_wanted", ">=", 0.95),)
    assert parse_gate("  drop_per_call   not worse by 0.002 ") == (GateTest("drop_per_call", "not worse", 0.002),)
    assert parse_gate("rxlev_p10_dbm >= -85 or rxlev_p10_dbm not worse") == (
        GateTest("rxlev_p10_dbm", ">=", -85.0),
        GateTest("rxlev_p10_dbm", "not worse", 0.0),
    )
    assert parse_gate("objective not worse by 0.01")[0].figure == "objective"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("idle_camp_wantd >= 0.95", "'idle_camp_wantd' is no key figure; did you mean 'idle_camp_wanted'?"),
        ("idle_camp_wanted > 0.95", "'idle_camp_wanted > 0.95' is no test, expected such as"),
        ("idle_camp_wanted >= much", "is no test"),
        ("drop_per_call worse by 0.1", "is no test"),
        ("drop_per_call not worse by -0.1", "worse by -0.1 is a gain, expected 0 or more"),
        ("", "'' is no test"),
        ("idle_camp_wanted >= 0.95 or", "is no test"),
        ("idle_camp_wanted >= 0.95 and drop_per_call <= 1", "is no test"),
    ],
)
def test_what_is_no_gate_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_gate(text)
    assert said in str(caught.value)


def test_a_gate_holds_or_does_not() -> None:
    least, most, worse = (parse_gate(t)[0] for t in ("idle_camp_wanted >= 0.95", "handovers_per_min <= 0.3",
                                                     "drop_per_call not worse by 0.002"))  # fmt: skip
    assert least.holds(0.1, 0.95) and not least.holds(1.0, 0.949)
    assert most.holds(9.0, 0.3) and not most.holds(0.0, 0.31)
    assert worse.holds(0.010, 0.012) and worse.holds(0.010, 0.0) and not worse.holds(0.010, 0.0121)
    assert worse.holds(0.0, 0.5, -0.1) and not worse.holds(0.0, 0.5, 0.1), "chance may have made it so"
    assert least.holds(math.nan, math.nan) and worse.holds(math.nan, 0.5)


def test_every_figure_knows_which_way_is_better() -> None:
    assert {name for name in kpis if not higher_is_better(name)} == {
        "csfb_delay_p95_s", "drop_per_call", "handovers_per_min", "lte_handovers_per_min", "lte_reselections_per_min",
        "pingpong_share", "reselections_per_min",
    }  # fmt: skip
    assert worsening("rxlev_p10_dbm", -80.0, -83.0) == 3.0 and worsening("drop_per_call", 0.1, 0.3) == pytest.approx(
        0.2
    )


def test_the_defaults_pass_what_meets_the_target_or_stays() -> None:
    camp = next(gate for gate in default_gates() if gate.text.startswith("idle_camp_wanted"))
    assert any(test.holds(1.0, 0.96) for test in camp.tests), "worse, and still good"
    assert any(test.holds(0.3, 0.3) for test in camp.tests), "bad, and no worse"
    assert not any(test.holds(0.94, 0.5) for test in camp.tests)
    assert {gate.tests[0].figure for gate in default_gates()} >= {"csfb_success_share", "sinr_p10_db", "drop_per_call"}


def test_files_of_gates(tmp_path: Path) -> None:
    [one] = read_gates(written(tmp_path, 'gate = "handovers_per_min <= 0.3"'))
    assert one.text == "handovers_per_min <= 0.3"
    assert len(read_gates(written(tmp_path, 'gate = ["handovers_per_min <= 0.3", "objective not worse"]'))) == 2
    tables = '[[gate]]\ngate = "objective not worse"\ncases = ["BHTX-*"]\n[[gate]]\ngate = "pingpong_share <= 0.05"\n'
    gates = read_gates(written(tmp_path, tables))
    assert [g.text for g in gates_for(gates, "BHTX-23F")] == ["objective not worse", "pingpong_share <= 0.05"]
    assert [g.text for g in gates_for(gates, "other")] == ["pingpong_share <= 0.05"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gate = ", "is not TOML"),
        ('gates = ["objective not worse"]', "gates.toml:1: 'gates' is not known; did you mean 'gate'?"),
        ("gate = 3", "gate 3 is no text"),
        ("gate = []", "holds no gate"),
        ('gate = "objective not worse"\nlimits = 1', "gates.toml:2: 'limits' is not known"),
        ('[[gate]]\ngate = "objective not worse"\ncase = ["A"]', "gates.toml:3: 'case' is not known in [[gate]]"),
        ('[[gate]]\ngate = "objective not worse"\ncases = "A"', "gates.toml:3: cases A is no list of case ids"),
        ('gate = [\n"objective not worse",\n"objectve not worse"]', "gates.toml:3: gate 'objectve not worse'"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_gates(written(tmp_path, text))
    assert said in str(caught.value) and "\n" not in str(caught.value)
