"""Whatever stands in a plan, the audits answer: no row makes one fall over, and a passed plan can be applied."""

from __future__ import annotations

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rfopt.audits import audit
from rfopt.network import Change, Plan, apply
from rfopt.tables import NUMERIC, schema

from .plans import estate

NET = estate()
NAMES = [name for name in schema("cells") if name != "cell"]
OF_RELATIONS = ["ho_margin_pbgt_db", "rxlev_min_cell_dbm", "q_offset_db", "cio_db"]
VALUES = st.sampled_from([-200.0, -95.0, -1.0, 0.0, 1.0, 2.5, 12.0, 62.0, 80.0, 300.0, 640.0, 38400.0, math.nan])
TEXTS = st.sampled_from(["", "4-5", "9-9", "GSM", "LTE", "das", "tower", "62;80", "300", "b1;b2", "G900"])
CELLS = st.sampled_from(["A", "B", "C", "F", "G1", "L", "M", "S1", "Z"])


@st.composite
def changes(draw: st.DrawFn) -> Change:
    cell, kind = draw(CELLS), draw(st.sampled_from(["cell", "cell", "margin", "relation", "entry", "nothing"]))
    presence = draw(st.permutations(["absent", "present"]))
    if kind == "cell":
        name = draw(st.sampled_from(NAMES))
        values = VALUES if schema("cells")[name].type in NUMERIC else TEXTS
        old: object = draw(values)
        if cell in NET.cells.index and draw(st.booleans()):
            known = NET.cells.at[cell, name]
            old = ";".join(map(str, known)) if isinstance(known, tuple) else known
        return Change(cell, None, name, old, draw(values))  # type: ignore[arg-type]
    if kind == "margin":
        return Change(cell, draw(CELLS), draw(st.sampled_from(OF_RELATIONS)), draw(VALUES), draw(VALUES))
    if kind == "relation":
        return Change(cell, draw(CELLS), "neighbour", *presence)
    if kind == "entry":
        return Change(cell, draw(st.sampled_from(["62", "300", "1003", "5000"])), "redirect_arfcn", *presence)
    name = draw(st.sampled_from(["power", "cell", "neighbour "]))
    return Change(cell, draw(st.sampled_from([None, "A"])), name, "", "1")


@settings(max_examples=25, deadline=None)
@given(st.lists(changes(), min_size=1, max_size=4))
@example([Change("A", None, "tch_arfcns", "", "4-5")])
@example([Change("L", "300", "redirect_arfcn", "present", "absent")])
def test_every_plan_is_answered(rows: list[Change]) -> None:
    plan: Plan = tuple(rows)
    found = audit(NET, plan)
    for fault in found:
        assert fault.sentence("en") and fault.sentence("zh") and fault.audit
    if not any(fault.new for fault in found):
        apply(NET, plan)
