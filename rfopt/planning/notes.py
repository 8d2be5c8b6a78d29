"""What a user should know beside the result: defaults taken, identities in doubt, boundaries that disagree."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.doubts import note_on, table_doubts
from rfopt.evidence import Evidence, complaint_rows
from rfopt.network import Plan, apply
from rfopt.proofs.alignment import misalignments
from rfopt.radio.sector_errors import Doubt

LEAST_READINGS = 10
"""Identities read fewer times than this are not worth a note."""
TILTS = ("mech_tilt_deg", "elec_tilt_deg")
LEVELS = ("power_dbm", *TILTS)


def notes_on(evidence: Evidence, plan: Plan, doubts: Sequence[Doubt] | None = None) -> tuple[str, ...]:
    """Notes on a case's inputs and on a plan for it, a sentence each; doubts about the site table come first.

    `doubts` are those of the evidence, where they are known already.
    """
    _, elsewhere = complaint_rows(evidence.case.readings, evidence.case.floor)
    heard = set(evidence.readings["cell"])
    return (
        *(note_on(doubt) for doubt in (table_doubts(evidence) if doubts is None else doubts)),
        *evidence.case.notes,
        *([elsewhere] if elsewhere else []),
        *_identities(evidence),
        *(f"{name} is wanted but was not heard" for name in evidence.case.wanted if name not in heard),
        *_without_side_lobes(evidence, plan),
        *_without_traffic(evidence, plan),
        *misalignments(evidence, apply(evidence.network, plan)),
    )


def _identities(evidence: Evidence) -> list[str]:
    notes = []
    for table, what in (
        (evidence.ambiguous, "shared by several cells near by"),
        (evidence.unknown, "of no cell in the table"),
    ):
        for row in table.to_dict("records"):
            if row["samples"] >= LEAST_READINGS:
                names = f" ({row['candidates']})" if row["candidates"] else ""
                identity = f"{row['rat']} {row['channel']:.0f}/{row['code']}"
                notes.append(f"{identity}, {row['samples']} readings, is {what}{names}")
    return notes


def _without_side_lobes(evidence: Evidence, plan: Plan) -> list[str]:
    cells = evidence.network.cells
    return [
        f"{cell} has a pattern without side lobes: the effect of its tilt on a high floor is not to be trusted"
        for cell in sorted({c.cell for c in plan if c.parameter in TILTS})
        if not cells.at[cell, "antenna"]
    ]


def _without_traffic(evidence: Evidence, plan: Plan) -> list[str]:
    """What weighs harm, where a plan moves levels and the table does not state all traffic."""
    unknown, cells = int(evidence.network.cells["traffic_erl"].isna().sum()), len(evidence.network.cells)
    if not unknown or all(change.parameter not in LEVELS for change in plan):
        return []
    whose = (
        "no cell states its traffic" if unknown == cells else f"{unknown} of {cells} cells do not state their traffic"
    )
    return [f"{whose} (traffic_erl): what their users may lose weighs as that of a usual cell"]
