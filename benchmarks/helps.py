"""How true is "helps with 0.95"? `python benchmarks/helps.py [FLATS]`: stated probabilities against invented truth.

For each of some invented flats (`tests/invented.py`), which the thresholds of rfopt never saw: a log of minutes, what
rfopt makes of it, and some changes drawn at random, good and bad ones. rfopt states for each the probability that it
helps (`Score.helps`); the truth is the objective over hours on the true levels, with and without the change and on the
same chance. Printed is, for every bin of the stated probability, the mean stated and the share that truly helped.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rfopt.evidence import Evidence, gather
from rfopt.kpis import objective
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget
from rfopt.network import Change, Plan, apply
from rfopt.planning.draws import by_draw, by_half
from rfopt.planning.score import Score
from tests.invented import NAMES, Invented, invent, with_old

FIRST, FLATS = 500, 40
CHANGES = 8
BUDGET = Budget(runs=240, draws=20)
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)


def drawn(rng: np.random.Generator) -> Plan:
    """One change, or one of all margins of a cell: a reward, power, access, margins."""
    cell = str(rng.choice(NAMES[:3]))
    kind = rng.choice(["reward", "power", "margins", "margin", "access"])
    if kind == "reward":
        return (Change(cell, None, "cell_reselect_offset_db", None, float(rng.choice([2, 4, 6, 10, 16]))),)
    if kind == "power":
        return (Change(cell, None, "power_dbm", None, float(rng.choice([4, 8, 10, 14, 16]))),)
    if kind == "access":
        return (Change(cell, None, "rxlev_access_min_dbm", None, float(rng.choice([-104, -96, -90, -84]))),)
    others = [name for name in NAMES if name != cell]
    chosen = others if kind == "margins" else [str(rng.choice(others))]
    margin = float(rng.choice([2, 4, 8, 10, 12]))
    return tuple(Change(cell, name, "ho_margin_pbgt_db", None, margin) for name in chosen)


def stated(evidence: Evidence, plan: Plan) -> Score:
    """A plan's score less harm and cost."""
    replay = simulate(evidence.situation, apply(evidence.network, plan))
    return Score(by_draw(replay, evidence), (), 0.0, by_half=by_half(replay, evidence))


def of_flat(flat: Invented) -> list[tuple[float, float]]:
    """(stated probability, true gain) of each change."""
    rng = np.random.default_rng([7, flat.seed])
    evidence = gather(flat.case(), flat.network, flat.seed, BUDGET)
    before, truth = stated(evidence, ()), _true(flat, ())
    plans = [
        plan for plan in (with_old(flat.network, drawn(rng)) for _ in range(CHANGES)) if plan[0].old != plan[0].new
    ]
    return [(stated(evidence, plan).helps(before), _true(flat, plan) - truth) for plan in plans]


def _true(flat: Invented, plan: Plan) -> float:
    return objective(flat.truth(plan))


def main(flats: int) -> None:
    """Print the table."""
    known = np.array([pair for seed in range(FIRST, FIRST + flats) for pair in of_flat(invent(seed))])
    probability, gain = known.T
    moves = np.abs(gain) > 1e-6
    print(f"{len(known)} changes in {flats} flats; {int((~moves).sum())} move nothing and are left out\n")
    print("| stated | changes | mean stated | truly help |\n|---|---|---|---|")
    for low, high in pairwise(BINS):
        inside = moves & (probability >= low) & ((probability < high) | (high == 1.0))
        if inside.any():
            share = float((gain[inside] > 0).mean())
            print(f"| {low:g}–{high:g} | {int(inside.sum())} | {probability[inside].mean():.2f} | {share:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FLATS)
