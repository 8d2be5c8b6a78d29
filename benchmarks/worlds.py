"""Score rfopt on cases whose faults are known: `python benchmarks/worlds.py FOLDER [NAME…] [--seed N]`.

FOLDER holds ``drive_tests/<name>/case.toml``, ``site_configs/`` and ``truth/<name>.json``; a truth names the labels
(rules and cells to blame), the exact undo, the best plan known, and the true figures as found.

A plan's true gain is known to the truth's own simulator only. A case that `invented_worlds` made says which, so that
the plan is carried out there: what it truly gains of the best known, whom it harms, and whether the figures after it
lie in the 90 % intervals that rfopt states of them. Of other cases it is printed how much of the undo or of the best
plan known the plan shares (the same parameter of the same object, in the same direction).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invented_worlds import making
from invented_worlds import truth as invented
from scipy.stats import beta

from rfopt.case import read_case
from rfopt.finding import Finding
from rfopt.network import Plan
from rfopt.recommendation import Recommendation, recommend

SERIOUS = 0.5
LEAST_GAIN = 0.02
"""Objective that the best plan known must gain for a share of it to mean something."""
Figures = Mapping[str, float | None]
Spans = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Lived:
    """What a plan truly does."""

    figures: Figures
    objective: float
    harm: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What of a recommendation is judged."""

    findings: tuple[Finding, ...]
    plan: Plan
    before: float
    after: float
    span_before: Spans
    span_after: Spans


@dataclass(frozen=True)
class Outcome:
    """One world, what rfopt said of it, and what its plan truly does where that can be known."""

    name: str
    truth: dict[str, Any]
    said: Said
    after: Lived | None
    seconds: float

    @property
    def first_right(self) -> bool:
        """The first serious finding is a labelled one, or there is none where nothing is wrong."""
        serious = [f for f in self.said.findings if f.severity >= SERIOUS]
        labels = self.truth["labels"]
        if not labels or not serious:
            return not labels and not serious
        first = serious[0]
        return any(first.rule in label["rules"] and _blamed(first.cells, label["cells"]) for label in labels)

    @property
    def shared(self) -> float:
        """The larger share of the undo or of the best plan that the plan has; 1 where both are rightly empty."""
        ours = {_move(c.cell, c.neighbour, c.parameter, c.old, c.new) for c in self.said.plan}
        plans = [self.truth["undo"], self.truth["best_known_plan"]]
        theirs = [{_move(**change) for change in plan} for plan in plans if plan]
        if self.truth["objective"]["best_known"] <= self.truth["objective"]["as_found"] or not theirs:
            return float(not ours)
        return max(len(ours & plan) / len(plan) for plan in theirs)

    @property
    def gained(self) -> float:
        """Share of the best gain known that the plan truly obtains; NaN where unknown or nothing can be had."""
        if self.after is None:
            return math.nan
        found = self.truth["objective"]["as_found"]
        best = max(self.truth["objective"]["best_known"], self.after.objective)
        return (self.after.objective - found) / (best - found) if best - found >= LEAST_GAIN else math.nan

    @property
    def harms(self) -> bool:
        """True if the plan breaks a limit of harm or makes the flat worse."""
        worse = self.after is not None and self.after.objective < self.truth["objective"]["as_found"] - LEAST_GAIN
        return self.after is not None and bool(self.after.harm or worse)

    @property
    def held(self) -> tuple[int, int]:
        """Of the true figures as found, how many lie in their interval, and how many there are."""
        return _held(self.truth["kpis_as_found"], self.said.span_before)

    @property
    def held_after(self) -> tuple[int, int]:
        """The same of the figures after the plan; of none where there is no plan or its truth is not known."""
        return _held(self.after.figures, self.said.span_after) if self.after and self.said.plan else (0, 0)


def _blamed(cells: Iterable[str], labelled: list[str]) -> bool:
    """True if a finding names a labelled cell; a label without cells is of cells that no table has."""
    return not labelled or bool(set(cells) & set(labelled))


def _held(figures: Figures, spans: Spans) -> tuple[int, int]:
    known = [(spans[name], value) for name, value in figures.items() if not math.isnan(spans.get(name, (math.nan,))[0])]
    held = sum(value is not None and span[0] <= value <= span[1] for span, value in known)
    return held, len(known)


def _move(cell: str, neighbour: str | None, parameter: str, old: Any, new: Any) -> tuple[str, str, str, Any]:
    """A change less its size: up or down for a number, the new value for the rest."""
    direction = new > old if isinstance(old, int | float) and isinstance(new, int | float) else new
    return cell, neighbour or "", parameter, direction


def run(folder: Path, name: str, seed: int = 0) -> Outcome:
    """Recommend for one world."""
    truth = json.loads((folder / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    began = time.perf_counter()
    result = recommend(read_case(folder / "drive_tests" / name), seed)
    seconds = time.perf_counter() - began
    return Outcome(name, truth, _said(result), _lived(truth, result.plan), seconds)


def _said(result: Recommendation) -> Said:
    """A recommendation without the levels and timelines behind it: many are kept."""
    ends = result.score_before.objective, result.score_after.objective
    return Said(result.diagnosis.findings, result.plan, *ends, result.interval_before, result.interval)


def _lived(truth: dict[str, Any], changes: Plan) -> Lived | None:
    """What the plan does in the simulator that made the world."""
    if "invented" not in truth:
        return None
    world = making.again(**truth["invented"])
    plan = [{"cell": c.cell, "neighbour": c.neighbour, "parameter": c.parameter, "new": c.new} for c in changes]
    figures = invented.seen(world, plan)
    return Lived(figures, invented.objective(figures), tuple(invented.harm(world, plan)))


HEAD = (
    "| world | fault | first right | first finding | as found (true) | after (true; best known) | of the undo "
    "| of the gain | harm | changes | in 90 % interval, after | s |\n|" + "---|" * 12
)


def line(outcome: Outcome) -> str:
    """One world as a row of the table."""
    truth, said, (held, known), (later, of) = outcome.truth, outcome.said, outcome.held, outcome.held_after
    findings = said.findings
    first = f"{findings[0].rule} {findings[0].severity:.2f}" if findings else "–"
    true = f"{outcome.after.objective:.2f}; " if outcome.after else ""
    return (
        f"| {outcome.name} | {truth['kind']} | {'yes' if outcome.first_right else 'NO'} | {first} "
        f"| {said.before:.2f} ({truth['objective']['as_found']:.2f}) "
        f"| {said.after:.2f} ({true}{truth['objective']['best_known']:.2f}) | {outcome.shared:.0%} "
        f"| {_percent(outcome.gained)} | {'YES' if outcome.harms else '–'} | {len(said.plan)} "
        f"| {held}/{known}{f', {later}/{of}' if of else ''} | {outcome.seconds:.1f} |"
    )


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.0%}"


def of_kind(kind: str, outcomes: list[Outcome]) -> str:
    """All worlds of a kind as a row."""
    gains = [o.gained for o in outcomes if not math.isnan(o.gained)]
    before, after = _sum(o.held for o in outcomes), _sum(o.held_after for o in outcomes)
    return (
        f"| {kind} | {len(outcomes)} | {sum(o.first_right for o in outcomes)} "
        f"| {_percent(sum(gains) / len(gains) if gains else math.nan)} | {sum(o.harms for o in outcomes)} "
        f"| {sum(len(o.said.plan) for o in outcomes) / len(outcomes):.1f} | {_ratio(before)} | {_ratio(after)} |"
    )


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = list(counts)
    return sum(a for a, _ in pairs), sum(b for _, b in pairs)


def _ratio(counts: tuple[int, int]) -> str:
    return _percent(counts[0] / counts[1] if counts[1] else math.nan)


def share(good: int, of: int) -> str:
    """A share with its 95 % interval (Clopper and Pearson)."""
    low = beta.ppf(0.025, good, of - good + 1) if good else 0.0
    high = beta.ppf(0.975, good + 1, of - good) if good < of else 1.0
    return f"{good} of {of} ({low:.0%}…{high:.0%})"


def summary(outcomes: list[Outcome]) -> str:
    """The sums that the tool is judged by."""
    healthy = [o for o in outcomes if not o.truth["labels"]]
    faulty = [o for o in outcomes if o.truth["labels"]]
    gains = [o.gained for o in faulty if not math.isnan(o.gained)]
    before, after = _sum(o.held for o in outcomes), _sum(o.held_after for o in outcomes)

    def count(of: list[Outcome], is_so: Callable[[Outcome], bool]) -> str:
        return share(sum(map(is_so, of)), len(of)) if of else "–"

    return "\n".join([
        f"first finding right where something is wrong: {count(faulty, lambda o: o.first_right)}",
        f"healthy worlds without a finding of 0.5: {count(healthy, lambda o: o.first_right)}",
        f"healthy worlds left alone: {count(healthy, lambda o: not o.said.plan)}",
        f"share of the best gain known: {_percent(sum(gains) / len(gains) if gains else math.nan)} of {len(gains)}",
        f"plans that do harm: {sum(o.harms for o in outcomes)} of {sum(bool(o.said.plan) for o in outcomes)}",
        f"true figures in their 90 % interval: as found {_ratio(before)}, after the plan {_ratio(after)}",
    ])  # fmt: skip


def main(folder: Path, names: list[str], seed: int) -> None:
    """Print the table, a row a kind, and the sums."""
    chosen = names or sorted(path.stem for path in folder.glob("truth/*.json"))
    print(HEAD)
    outcomes = []
    for name in chosen:
        outcomes.append(run(folder, name, seed))
        print(line(outcomes[-1]), flush=True)
    print("\n| fault | worlds | first right | of the gain | harm | changes | as found in 90 % | after in 90 % |")
    print("|" + "---|" * 8)
    for kind in dict.fromkeys(o.truth["kind"] for o in outcomes):
        print(of_kind(kind, [o for o in outcomes if o.truth["kind"] == kind]))
    print("\n" + summary(outcomes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    main(asked.folder, asked.names, asked.seed)
