"""One complaint with everything suspected: two rooms, 200 runs of fading, every candidate that the fixes can propose.

The block is an invented one without a cell that dominates (`invented_worlds`). Every rule is told to blame every cell
heard of its technology; what is timed is a whole recommendation, gathering and diagnosis included, once warm.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from invented_worlds.folder import write
from invented_worlds.making import facts, invent

from rfopt.case import Case, read_case
from rfopt.diagnosis import Diagnosis
from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.mobility.situation import Budget
from rfopt.recommendation import Recommendation, diagnose_case, permitted, planned
from rfopt.rules import rules

BUDGET = Budget(runs=200, draws=20)
ROOMS = 2
OF_LTE = ("pci_mod3", "csfb_frequency")


def complaint(seed: int) -> Case:
    """The case, cut down to its first rooms."""
    with tempfile.TemporaryDirectory() as folder:
        world = invent("no_dominant_server", seed)
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


def run(case: Case) -> tuple[Recommendation, int]:
    """Diagnose, suspect everything, and plan."""
    evidence, diagnosis = diagnose_case(case, 0, budget=BUDGET)
    everything = suspicious(evidence, diagnosis)
    return planned(evidence, everything), len(permitted(evidence, everything)[0])


def main() -> None:
    """Time it warm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    case = complaint(parser.parse_args().seed)
    run(case)
    wall, processor = time.perf_counter(), time.process_time()
    result, candidates = run(case)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    heard = len(result.evidence.situation.network.cells)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{heard} cells heard, {len(result.evidence.points)} rooms, {candidates} candidates, {BUDGET.runs} runs")
    print(f"{wall:.1f} s, {processor:.1f} s of processor time, {result.tried} plans scored, {memory:.0f} MB")
    print(f"objective {result.score_before.objective:.3f} -> {result.score_after.objective:.3f}")


if __name__ == "__main__":
    main()
