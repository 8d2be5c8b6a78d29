"""What is wrong, and how much of the complaint each fault explains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from rfopt.case import Case
from rfopt.doubts import finding_of, table_doubts
from rfopt.errors import printable
from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.kpis import aim, compute, objective
from rfopt.logs.transitions import pingpong, transitions
from rfopt.mobility.simulate import simulate
from rfopt.network import apply
from rfopt.planning.draws import by_draw
from rfopt.planning.stated import intervals
from rfopt.radio.sector_errors import Doubt
from rfopt.rules import Figures, rules
from rfopt.shown import Shown

LEAST_LACK = 0.02
"""An objective this close to 1 leaves nothing to explain."""
LEAST_WEIGHT = 0.2
SYMPTOM_WEIGHT = 0.9
BY_FAR, BELOW = 0.75, 0.49
"""Severity of a figure of the log from which chance is no excuse, and what is left of a finding that may be chance."""
OF_PATTERNS = ("overshoot",)
"""Rules whose cure rests on where an antenna points."""
SURE_IDENTITY = 0.9
"""A cell that was told from others less surely than this weighs less in what the log says against it."""
OF_PRESENCE = ("overshoot", "das_leakage")
"""Rules that blame a cell for being there: without it, whatever else it takes part in is gone too."""
LESSER_SHARE, LESSER_WEIGHT = 0.45, 0.55
"""A fault of settings that explains this share of what a cell's absence would comes before the cell's presence: the
absence also takes away what the usual setting would leave."""
MAIN_SHARE = 0.4
"""A cell whose absence explains less is one of several that are heard too well, and no cause by itself."""
FLAT_DEG = 3.0
"""An antenna tilted more than this does what antennas do; that it is heard up here is no fault of its own."""
PINGPONG_S = 10.0
LONGEST_GAP_S = 15.0


@dataclass(frozen=True)
class Diagnosis(Shown):
    """Findings, worst first, with the figures they were judged by.

    `explained` gives, per finding, the share of what the objective lacks that goes away with the fault in
    simulation; NaN where a fault has no cure that parameters can express. `evidence` is what it was made from, `doubts`
    are what it says against the site table.
    """

    findings: tuple[Finding, ...]
    explained: tuple[float, ...]
    figures: Figures
    objective: float
    evidence: Evidence
    doubts: tuple[Doubt, ...] = ()

    def __repr__(self) -> str:
        head = f"<Diagnosis of {self.evidence.case!r}: objective {self.objective:.3f}>"
        return "\n".join(
            [head, *(f"  {f.severity:.2f}  {f.rule}: {', '.join(map(printable, f.cells))}" for f in self.findings)]
        )


def diagnose(evidence: Evidence) -> Diagnosis:
    """Look for errors in the site table, ask every rule, test every answer in simulation, and rank."""
    figures = Figures(compute(evidence.logged), compute(evidence.replay))
    start = objective(dict(figures.modelled))
    doubts = table_doubts(evidence)
    found = [finding_of(evidence, doubt) for doubt in doubts if doubt.certain]
    found += [finding for rule in rules.values() for finding in rule(evidence, figures)]
    spans = intervals(evidence.replay, evidence)
    found = [_unless_chance(_with_disagreement(finding, figures), figures, spans) for finding in found]
    found = [_with_identities(_with_doubts(finding, doubts), evidence.confidence) for finding in found]
    judged = [(finding, _explained(evidence, finding, start)) for finding in found]
    weighed = [(replace(f, severity=round(_weigh(f, share, judged), 4)), share) for f, share in judged]
    if 1.0 - start < LEAST_LACK:
        weighed = [(_unless_unfelt(finding, figures), share) for finding, share in weighed]
    weighed.sort(key=lambda item: (-item[0].severity, not item[0].cause, item[0].rule, item[0].cells))
    ranked, shares = tuple(f for f, _ in weighed), tuple(share for _, share in weighed)
    score = float(by_draw(evidence.replay, evidence).mean())
    return Diagnosis(ranked, shares, figures, score, evidence, doubts)


def _unless_unfelt(finding: Finding, figures: Figures) -> Finding:
    """Below 0.5 where there is nothing for its cure to mend, unless the log misses one of its figures by far.

    What the tables themselves have wrong stays wrong.
    """
    felt = any(aim(name).severity(figures.measured.get(name, math.nan)) >= BY_FAR for name in finding.figures)
    if not finding.cure or finding.basis == "tables" or felt or finding.severity < 0.5:
        return finding
    return replace(finding, severity=BELOW)


def _unless_chance(finding: Finding, figures: Figures, spans: Mapping[str, tuple[float, float]]) -> Finding:
    """Below 0.5 where its figures' 90 % intervals all reach their targets and the log misses none by far."""
    if not 0.5 <= finding.severity <= figures.severity(*finding.figures):
        return finding
    for name in finding.figures:
        ends = [aim(name).severity(end) for end in spans.get(name, ()) if not math.isnan(end)]
        if min(ends, default=0.0) > 0.5 or aim(name).severity(figures.measured.get(name, math.nan)) >= BY_FAR:
            return finding
    return replace(finding, severity=BELOW)


def _with_disagreement(finding: Finding, figures: Figures) -> Finding:
    """With both values of the figure that log and model judge most differently, if they do materially."""
    name = figures.disagreement(*finding.figures)
    if not name:
        return finding
    both = {"figure": name, "measured": round(figures.measured[name], 3), "modelled": round(figures.modelled[name], 3)}
    return replace(finding, evidence={**finding.evidence, **both})


def _with_doubts(finding: Finding, doubts: Sequence[Doubt]) -> Finding:
    """With a mark if its cure moves an antenna whose row of the table is in doubt."""
    doubtful = [cell for doubt in doubts for cell in doubt.cells if cell in finding.cells]
    if finding.rule not in OF_PATTERNS or not doubtful:
        return finding
    return replace(finding, evidence={**finding.evidence, "doubtful": "; ".join(doubtful)})


def _with_identities(finding: Finding, confidence: Mapping[str, float]) -> Finding:
    """With a mark, and nearer to 0.5, if the log's readings of a cell to blame may be another cell's."""
    doubtful = {cell: share for cell in finding.cells if (share := confidence.get(cell, 1.0)) < SURE_IDENTITY}
    if finding.basis == "tables" or not doubtful:
        return finding
    least = min(doubtful.values())
    above = max(finding.severity - 0.5, 0.0) * (1.0 - least)
    mark = {"unsure_of": "; ".join(doubtful), "identity_share": round(least, 3)}
    return replace(finding, severity=round(finding.severity - above, 4), evidence={**finding.evidence, **mark})


def _explained(evidence: Evidence, finding: Finding, start: float) -> float:
    if not finding.cure or finding.severity < 0.5:
        return math.nan
    if 1.0 - start < LEAST_LACK:
        return 0.0
    cures = [cure for cure in (finding.cure, finding.or_else) if cure]
    cured = [simulate(evidence.situation, apply(evidence.network, cure)) for cure in cures]
    share = (max(objective(compute(replay)) for replay in cured) - start) / (1.0 - start)
    return min(max(share, 0.0), 1.0)


def _weigh(finding: Finding, share: float, judged: Sequence[tuple[Finding, float]]) -> float:
    """Severity above 0.5 scaled by what the fault explains, so that causes come before what they cause.

    Of two causes that explain as much, a wrong setting is likelier than a cell that should not be heard, and so are
    several cells where the absence of one leaves most of the trouble.
    """
    if finding.severity < 0.5 or math.isnan(share):
        return finding.severity
    weight = LEAST_WEIGHT + (1.0 - LEAST_WEIGHT) * share
    others = any(_explains_too(other, finding, part, share) for other, part in judged if other is not finding)
    lesser = finding.rule in OF_PRESENCE and (others or share < MAIN_SHARE)
    kind = LESSER_WEIGHT if lesser else 1.0 if finding.cause else SYMPTOM_WEIGHT
    return 0.5 + (finding.severity - 0.5) * weight * kind


def _explains_too(other: Finding, finding: Finding, part: float, share: float) -> bool:
    """True if a fault of settings that a cell takes part in explains nearly as much as the cell's being there.

    Of a cell far away whose antenna is tilted as usual, so does any trouble of it that explains as much.
    """
    if other.rule in OF_PRESENCE or other.severity < 0.5 or finding.cells[0] not in other.cells:
        return False
    usual = float(finding.evidence.get("tilt_deg", 0.0)) > FLAT_DEG
    return part >= LESSER_SHARE * share if other.cause else usual and part >= share


def diagnose_log(case: Case) -> list[Finding]:
    """What a log shows by itself, without a network: how often the server changed, and how often it went back.

    Idle changes and changes while busy are judged apart, and so are changes between technologies and within one; a
    return is A→B→A within `PINGPONG_S`.
    """
    moves = transitions(case.readings)
    points = tuple(sorted(set(case.readings["point"]) - {""}))
    findings = []
    across = (moves["rat_from"] != moves["rat_to"]).to_numpy()
    back = {by: pingpong(moves, PINGPONG_S, by=by) for by in ("rat", "cell")}
    for rule, kind in (("pingpong_reselection", "reselection"), ("pingpong_handover", "handover")):
        minutes = _minutes(case.readings, idle=kind == "reselection")
        of_kind = (moves["kind"] == kind).to_numpy()
        for by, chosen in (("rat", of_kind & across), ("cell", of_kind & ~across)):
            if chosen.any() and minutes > 0:
                returns = int(back[by][chosen].sum())
                findings.append(_of_moves(rule, moves[chosen], minutes, by, returns, points))
    return sorted(findings, key=lambda f: (-f.severity, -f.evidence["returns"]))


def _minutes(readings: pd.DataFrame, idle: bool) -> float:
    """Time covered by serving rows in idle mode, or in the others, gaps above `LONGEST_GAP_S` left out, in minutes."""
    serving = readings[readings["serving"] & ((readings["mode"] == "idle") == idle)]
    gaps = serving.sort_values("time", kind="stable").groupby("file")["time"].diff()
    return float(gaps[gaps <= LONGEST_GAP_S].sum()) / 60.0


def _of_moves(
    rule: str, moves: pd.DataFrame, minutes: float, by: str, returns: int, points: tuple[str, ...]
) -> Finding:
    figure = "reselections_per_min" if rule == "pingpong_reselection" else "handovers_per_min"
    rate = len(moves) / minutes
    start, end = ("rat_from", "rat_to") if by == "rat" else ("from_cell", "to_cell")
    counts = (moves[start].astype(str) + " ↔ " + moves[end].astype(str)).value_counts()
    cells = (moves["from_cell"].astype(str) + "\n" + moves["to_cell"].astype(str)).value_counts()
    return Finding(
        rule,
        round(aim(figure).severity(rate), 4),
        tuple(dict.fromkeys(str(cells.index[0]).split("\n"))),
        points,
        {
            figure: round(rate, 2),
            "target_per_min": aim(figure).target,
            "between": str(counts.index[0]),
            "counted": len(moves),
            "returns": returns,
            "pingpong_share": round(returns / len(moves), 3),
            "changes": {str(name): int(n) for name, n in counts.head(6).items()},
            "minutes": round(minutes, 1),
        },
        cause=False,
    )
