"""One complaint with everything suspected: two rooms, 200 runs of fading, every candidate that the fixes can propose.

The block is an invented one without a cell that dominates (`invented_worlds`), with more sites about it than usual.
Every rule is told to blame every cell heard of its technology, and one more fix proposes for all cells, and all
relations of wanted ones, every legal step that the others take on some; what is timed is a whole recommendation,
gathering and diagnosis included, once warm.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from invented_worlds.folder import write
from invented_worlds.making import facts, invent

from rfopt.case import Case, read_case
from rfopt.diagnosis import Diagnosis
from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, below, change, fixes, move
from rfopt.mobility.situation import Budget
from rfopt.recommendation import Recommendation, diagnose_case, permitted, planned
from rfopt.rules import rules

BUDGET = Budget(runs=200, draws=20)
MORE_SITES = 7
SUSPECTED = "no_dominant_server"
ROOMS = 2
OF_LTE = ("pci_mod3", "csfb_frequency")


def complaint(seed: int) -> Case:
    """The case, cut down to its first rooms."""
    with tempfile.TemporaryDirectory() as folder:
        world = invent(SUSPECTED, seed, MORE_SITES)
        write(world, Path(folder), facts(world))
        case = read_case(next((Path(folder) / "drive_tests").iterdir()))
    rooms = sorted(case.readings["point"].unique())[:ROOMS]
    return replace(case, readings=case.readings[case.readings["point"].isin(rooms)].reset_index(drop=True))


def suspicious(evidence: Evidence, diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis with every rule blaming every cell heard of its technology."""
    blamed = []
    for rat in ("GSM", "LTE"):
        first, *others = evidence.heard(rat)
        asked = [rule for rule in rules if (rule in OF_LTE) == (rat == "LTE")]
        blamed += [Finding(rule, 0.6, (cell, first), evidence.points) for rule in asked for cell in others]
    more = tuple(blamed)
    return replace(diagnosis, findings=diagnosis.findings + more)


@fixes
def every_setting(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The steps that the fixes take on some cell or relation, taken on all cells, and all relations of wanted ones."""
    stepping = (name for name in fixes if name != "every_setting" and not name.startswith("retune"))
    proposed = [m for name in stepping for m in fixes[name](evidence, findings)]
    network = evidence.situation.network
    steps: dict[tuple[str, str], set[float]] = {}
    for c in (m.changes[0] for m in proposed if len(m.changes) == 1):
        if isinstance(c.old, float) and isinstance(c.new, float):
            steps.setdefault((c.table, c.parameter), set()).add(round(c.new - c.old, 6))
    moves = []
    for (table, parameter), sizes in steps.items():
        for of, now in getattr(network, table)[parameter].items():
            cell, neighbour = of if isinstance(of, tuple) else (of, None)
            if neighbour and not {cell, neighbour} & set(evidence.wanted):
                continue
            news = {now + size for size in sizes}
            legal = above(table, parameter, now, max(news)) + below(table, parameter, now, min(news))
            for new in (value for value in legal if value in news):
                moves += move("every_setting", (change(evidence, cell, parameter, new, neighbour),), (SUSPECTED,))
    return moves


def run(case: Case) -> Recommendation:
    """Diagnose, suspect everything, and plan."""
    evidence, diagnosis = diagnose_case(case, 0, budget=BUDGET)
    return planned(evidence, suspicious(evidence, diagnosis))


def main() -> None:
    """Time it warm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    case = complaint(parser.parse_args().seed)
    run(case)
    wall, processor = time.perf_counter(), time.process_time()
    result = run(case)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    candidates = len(permitted(result.evidence, result.diagnosis)[0])
    heard = len(result.evidence.situation.network.cells)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{heard} cells heard, {len(result.evidence.points)} rooms, {candidates} candidates, {BUDGET.runs} runs")
    print(f"{wall:.1f} s, {processor:.1f} s of processor time, {result.tried} plans scored, {memory:.0f} MB")
    print(f"objective {result.score_before.objective:.3f} -> {result.score_after.objective:.3f}")


if __name__ == "__main__":
    main()
