"""Score rfopt on cases whose faults are known: `python benchmarks/worlds.py FOLDER [NAME…]`.

FOLDER holds ``drive_tests/<name>/case.toml``, ``site_configs/`` and ``truth/<name>.json``; a truth names the labels
(rules and cells to blame), the exact undo, the best plan known, and the true figures as found.

A plan's true gain is known to the truth's own simulator only. Printed here is how much of the undo or of the best plan
it shares (the same parameter of the same object, in the same direction), what rfopt's own simulator thinks of it, and
how far the figures and the 90 % intervals that rfopt states of the network as found hold the truth.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rfopt.case import read_case
from rfopt.recommendation import Recommendation, recommend

SERIOUS = 0.5


@dataclass(frozen=True)
class Outcome:
    """One world and what rfopt said of it."""

    name: str
    truth: dict[str, Any]
    result: Recommendation
    seconds: float

    @property
    def first_right(self) -> bool:
        """The first serious finding is a labelled one, or there is none where nothing is wrong."""
        serious = [f for f in self.result.diagnosis.findings if f.severity >= SERIOUS]
        labels = self.truth["labels"]
        if not labels or not serious:
            return not labels and not serious
        first = serious[0]
        return any(first.rule in label["rules"] and set(first.cells) & set(label["cells"]) for label in labels)

    @property
    def shared(self) -> float:
        """The larger share of the undo or of the best plan that the plan has; 1 where both are rightly empty."""
        ours = {_move(c.cell, c.neighbour, c.parameter, c.old, c.new) for c in self.result.plan}
        plans = [self.truth["undo"], self.truth["best_known_plan"]]
        theirs = [{_move(**change) for change in plan} for plan in plans if plan]
        if self.truth["objective"]["best_known"] <= self.truth["objective"]["as_found"] or not theirs:
            return float(not ours)
        return max(len(ours & plan) / len(plan) for plan in theirs)

    @property
    def held(self) -> tuple[int, int]:
        """Of the true figures as found, how many lie in their interval, and how many there are."""
        spans = self.result.interval_before
        known = [(name, value) for name, value in self.truth["kpis_as_found"].items() if _stated(spans.get(name))]
        held = [name for name, value in known if value is not None and spans[name][0] <= value <= spans[name][1]]
        return len(held), len(known)


def _stated(span: tuple[float, float] | None) -> bool:
    return span is not None and not math.isnan(span[0])


def _move(cell: str, neighbour: str | None, parameter: str, old: Any, new: Any) -> tuple[str, str, str, Any]:
    """A change less its size: up or down for a number, the new value for the rest."""
    direction = new > old if isinstance(old, int | float) and isinstance(new, int | float) else new
    return cell, neighbour or "", parameter, direction


def run(folder: Path, name: str) -> Outcome:
    """Recommend for one world."""
    truth = json.loads((folder / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    began = time.perf_counter()
    result = recommend(read_case(folder / "drive_tests" / name))
    return Outcome(name, truth, result, time.perf_counter() - began)


def line(outcome: Outcome) -> str:
    """One world as a row of the table."""
    truth, result, (held, known) = outcome.truth, outcome.result, outcome.held
    findings = result.diagnosis.findings
    first = f"{findings[0].rule} {findings[0].severity:.2f}" if findings else "–"
    return (
        f"| {outcome.name} | {truth['kind']} | {'yes' if outcome.first_right else 'NO'} | {first} "
        f"| {result.score_before.objective:.2f} ({truth['objective']['as_found']:.2f}) "
        f"| {result.score_after.objective:.2f} ({truth['objective']['best_known']:.2f}) "
        f"| {outcome.shared:.0%} | {len(result.plan)} | {held}/{known} | {outcome.seconds:.1f} |"
    )


def main(folder: Path, names: list[str]) -> None:
    """Print the table and its sums."""
    chosen = names or sorted(path.stem for path in folder.glob("truth/*.json"))
    print("| world | fault | first right | first finding | as found (true) | after (best known) | of the undo "
          "| changes | in 90 % interval | s |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    outcomes = []
    for name in chosen:
        outcomes.append(run(folder, name))
        print(line(outcomes[-1]), flush=True)
    right = sum(outcome.first_right for outcome in outcomes)
    held, known = (sum(counts) for counts in zip(*(outcome.held for outcome in outcomes), strict=True))
    healthy = [outcome for outcome in outcomes if not outcome.truth["labels"]]
    print(f"\nfirst finding right: {right}/{len(outcomes)}; true figures in their interval: {held / known:.0%}")
    print(f"changes proposed to healthy cases: {sum(len(outcome.result.plan) for outcome in healthy)}")
    print("kinds:", ", ".join(f"{kind} {n}" for kind, n in Counter(o.truth["kind"] for o in outcomes).items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
