"""R-ALIGN: calls handed away at once where idle phones rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from rfopt.audits import Fault, audits, cells_of, introduced, moving
from rfopt.audits.circle import as_fault
from rfopt.network import Change, Network, Plan, apply
from rfopt.proofs.traps import traps
from rfopt.proofs.vicinity import Sets, about, vicinities

MOST_DB = {"gsm_call": 12.0, "lte_call": 6.0}
"""Zones up to these are noted: whether they hold a phone is for levels to say."""
USUAL_MARGIN_DB, BEYOND_MARGIN_DB = 5.0, 15.0
"""From such a margin on a GSM zone begins where few phones rest, and may be wider: a reward of 16 dB over a margin of
5 dB to a cell with an access level 4 dB higher is usual indoors. Assumptions."""
PENALISED_DB = 16.0
"""A reward of 10 dB against a penalty of 10 dB with a margin of 4 dB is common practice where the penalised cell is the
weaker one."""
LEAST_DB = 3.0
"""Zones narrower than this are not worth a note."""
SUBTRACTED_S = 640.0


@audits
def boundary(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Pairs whose idle boundary the plan moves further beyond the handover boundary than `MOST_DB`."""
    sets = vicinities(after, cells_of(moving(plan)))
    for fault in introduced(lambda network: _zones(about(network, sets), sets), before, after, plan):
        if fault.new and fault.amount >= LEAST_DB:
            margin = after.neighbours["ho_margin_pbgt_db"].get(fault.cells, math.nan)
            yield replace(fault, new=fault.amount > _most_db(after, fault, margin))


def in_step(before: Network, plan: Plan) -> Plan:
    """A plan with the power-budget margins raised by whole dB that this audit would refuse it for; usually as it is.

    Raises
    ------
    InputError
        If the plan does not fit the network.
    """
    after, old = apply(before, plan), {change.key: change.old for change in plan}
    raised = {}
    for fault in boundary(before, after, plan):
        if fault.new and fault.facts["what"] == "gsm_call":
            cell, other = fault.cells
            margin = float(after.neighbours["ho_margin_pbgt_db"][fault.cells])
            more = (k for k in itertools.count(1.0) if fault.amount - k <= _most_db(after, fault, margin + k))
            new = margin + next(more)
            key = (cell, other, "ho_margin_pbgt_db")
            raised[key] = Change(*key, old.get(key, margin), new)
    return (*(change for change in plan if change.key not in raised), *raised.values())


def _zones(network: Network, sets: Sets) -> Iterator[Fault]:
    for names in sets:
        yield from (as_fault(trap, "boundary") for trap in traps(network, names) if trap.kind == "align")


def _most_db(network: Network, fault: Fault, margin_db: float) -> float:
    """How wide a zone may be beyond a power-budget margin."""
    if any(_penalised(network.cells, cell) for cell in fault.cells):
        return PENALISED_DB
    wide = fault.facts["what"] == "gsm_call" and margin_db >= USUAL_MARGIN_DB
    return BEYOND_MARGIN_DB if wide else MOST_DB[fault.facts["what"]]


def _penalised(cells: pd.DataFrame, cell: str) -> bool:
    penalty_s, offset_db = cells["penalty_time_s"][cell], cells["cell_reselect_offset_db"][cell]
    return bool(penalty_s == SUBTRACTED_S and offset_db > 0.0)
