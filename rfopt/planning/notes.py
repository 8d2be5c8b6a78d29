"""What a user should know beside the result: defaults taken, identities in doubt, boundaries that disagree."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.doubts import note_on, table_doubts
from rfopt.evidence import Evidence, complaint_rows
from rfopt.network import Plan, apply
from rfopt.planning.harm import HARMING
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
        *_without_relations(evidence),
        *_lists_left(evidence, plan),
        *_unseen_harm(evidence, plan),
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


def _without_relations(evidence: Evidence) -> list[str]:
    alone = evidence.network.neighbours.empty and len(evidence.network.cells) > 1
    return ["the network has no neighbour relations: simulated phones stay where they are"] if alone else []


def _lists_left(evidence: Evidence, plan: Plan) -> list[str]:
    """Redirect lists that hold a carrier which a cell leaves, and not the one it goes to."""
    after = apply(evidence.network, plan)
    notes = []
    for change in (c for c in plan if c.parameter == "arfcn"):
        old, new = (int(float(value or 0)) for value in (change.old, change.new))
        holders = sorted(cell for cell, arfcn in after.redirects if arfcn == old and (cell, new) not in after.redirects)
        if holders:
            notes.append(
                f"{change.cell} leaves {old} for {new}, which is not on the redirect lists that hold {old}: "
                f"{', '.join(holders)}; calls that fall back to it no longer find it"
            )
    return notes


def _unseen_harm(evidence: Evidence, plan: Plan) -> list[str]:
    """Whose loss cannot be told, where a plan moves levels and table or map do not say where they live."""
    moved = sorted({c.cell for c in plan if c.neighbour is None and c.parameter in HARMING})
    known, cells = {building.id for building in evidence.network.buildings}, evidence.network.cells
    homeless = [name for name in moved if cells.at[name, "kind"] == "das" and known.isdisjoint(cells["building"][name])]
    notes = [f"where {name} is meant to serve is not on the map: what its users lose is not known" for name in homeless]
    if moved and evidence.case.building not in known:
        notes.append("the building of the case is not on the map: what its other floors lose is not known")
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
