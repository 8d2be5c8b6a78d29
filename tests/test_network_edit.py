"""A network's own files with a plan in them: whole or not at all, and byte for byte where nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import Change, Network, Plan, apply, diff, plan_text, read_plan, relation_default, rollback, value_of
from rfopt.network_edit import reversed_rows, write_applied
from rfopt.sites import read_network

from .audits.plans import ROOT
from .networks import ALL_RELATIONS, write_network

PAIRS = (("A", "B"), ("B", "A"), ("C", "A"), ("L", "M"))
FLIPS = {"absent": "present", "present": "absent"}
NUMBERS = {"power_dbm": (2.0, 12.0), "cell_reselect_offset_db": (0.0, 20.0), "ho_votes_px": (1.0, 4.0)}


@st.composite
def plans(draw: st.DrawFn, net: Network) -> Plan:
    """A plan that fits: values, relations both ways, entries."""
    plan: Plan = ()
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["value", "relation", "entry", "text"]))
        if kind == "value":
            name = draw(st.sampled_from(sorted(NUMBERS)))
            key, new = ("ABCD"[draw(st.integers(0, 3))], None, name), draw(st.sampled_from(NUMBERS[name]))
        elif kind == "relation":
            a, b = draw(st.sampled_from(PAIRS))
            key, new = (a, b, "neighbour"), None
        elif kind == "entry":
            key, new = ("L", draw(st.sampled_from(["62", "80", "1003"])), "redirect_arfcn"), None
        else:
            key, new = ("C", None, "site"), draw(st.sampled_from(["", '宝湖, "天下"', "x"]))
        old = value_of(net, *key)
        plan = (*plan, Change(*key, old, FLIPS[str(old)] if new is None else new))
        net = apply(net, plan[-1:])
    return plan


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_difference_of_what_apply_writes_is_the_plan(tmp_path: Path, data: st.DataObject) -> None:
    count = len(list(tmp_path.iterdir()))
    source = write_network(tmp_path / f"source{count}", relations=PAIRS)
    before = read_network(source)
    plan = data.draw(plans(before))
    write_applied(before, plan, source, tmp_path / f"made{count}")
    after = read_network(tmp_path / f"made{count}")
    assert diff(apply(before, plan), after) == ()
    again = diff(before, after)
    write_applied(before, again, source, tmp_path / f"again{count}")
    assert diff(after, read_network(tmp_path / f"again{count}")) == ()
    assert diff(before, apply(after, rollback(before, plan))) == ()


def test_untouched_rows_stay_byte_for_byte(tmp_path: Path) -> None:
    source, made = ROOT / "site_configs" / "baohu_tianxia", tmp_path / "made"
    before = read_network(source)
    plan = read_plan(ROOT / "drive_tests" / "baohu_tianxia" / "engineers_plan.csv", before)
    write_applied(before, plan, source, made)
    for name, changed in (("cells.csv", 3), ("neighbours.csv", 3), ("redirects.csv", 4)):
        old, new = (set((folder / name).read_bytes().splitlines(keepends=True)) for folder in (source, made))
        assert len(new ^ old) <= 2 * changed and len(new - old) <= changed
    for file in (f for f in source.rglob("*") if f.is_file() and f.suffix != ".csv"):
        assert (made / file.relative_to(source)).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_kept(tmp_path: Path, encoding: str, end: str) -> None:
    source = write_network(tmp_path / "source", {"C": {"site": "宝湖\n天下, 1"}}, ALL_RELATIONS)
    path = source / "cells.csv"
    text = path.read_text(encoding="utf-8").replace("宝湖\n天下, 1", '"宝湖天下, 1"').replace("\n", end)
    path.write_bytes(text.encode(encoding))
    before = read_network(source)
    write_applied(before, (Change("A", None, "power_dbm", 12.0, 10.0),), source, tmp_path / "made")
    made = (tmp_path / "made" / "cells.csv").read_bytes().decode(encoding)
    untouched = [line for line in text.split(end) if not line.startswith("A,")]
    assert [line for line in made.split(end) if not line.startswith("A,")] == untouched


def test_nothing_is_written_where_the_plan_does_not_fit(tmp_path: Path) -> None:
    source = write_network(tmp_path / "source")
    before = read_network(source)
    with pytest.raises(InputError, match="another state of the network"):
        write_applied(before, (Change("A", None, "power_dbm", 11.0, 10.0),), source, tmp_path / "made")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    with pytest.raises(InputError, match="is there already"):
        write_applied(before, (), source, source)


def test_the_rollback_of_a_file_alone(tmp_path: Path) -> None:
    source = write_network(tmp_path / "source", relations=PAIRS)
    before = read_network(source)
    plan = (
        Change("A", None, "power_dbm", 12.0, 10.0),
        Change("A", "C", "neighbour", "absent", "present"),
        Change("A", "C", "ho_margin_pbgt_db", relation_default("ho_margin_pbgt_db", "GSM"), 8.0),
        Change("L", "62", "redirect_arfcn", "present", "absent"),
    )
    back = reversed_rows(plan)
    assert diff(apply(apply(before, plan), back), before) == ()
    path = tmp_path / "back.csv"
    path.write_text(plan_text(back), encoding="utf-8")
    assert read_plan(path, apply(before, plan)) == back
    with pytest.raises(InputError, match="its margins are in the network"):
        reversed_rows((Change("A", "B", "neighbour", "present", "absent"),))
