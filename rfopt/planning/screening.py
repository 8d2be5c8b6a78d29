"""Which levels are worth moving, told before anything is replayed: who then leads at the complaint's places.

The search looks at a part of many moves only. Those that move a level are taken in the order of what they do to the
share of time in which one cell leads, and on LTE to that in which the signal stands out of the interference. No move
is dropped: what neither shows, handovers above all, only the replay tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.finding import Move
from rfopt.kernels.candidates import score_changes
from rfopt.network import apply, keys_of
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, mw

LEVELS = frozenset({"power_dbm", "mech_tilt_deg", "elec_tilt_deg", "azimuth_deg"})
LEAD_DB = {"GSM": 6.0, "LTE": 3.0}
NEEDED_DB = 3.0
NOISE_MW = {"GSM": float(mw(GSM_NOISE_DBM)), "LTE": float(mw(LTE_NOISE_DBM))}
INSTANTS = 16
"""Instants of every simulated run that are looked at."""

FloatArray = NDArray[np.float64]
Ladder = list[Move]


def by_promise(evidence: Evidence, moves: Sequence[Move]) -> list[Move]:
    """The moves, of every fix the ladders that move one cell's level in the order of their promise.

    Ladders keep their steps in order; they change places among each other only.
    """
    steps: dict[tuple[str, frozenset[tuple[str, str, str]]], Ladder] = {}
    for move in moves:
        steps.setdefault((move.fix, frozenset(keys_of(move.changes))), []).append(move)
    ladders = list(steps.values())
    worth = promises(evidence, [ladder[-1] for ladder in ladders])
    for fix in dict.fromkeys(move.fix for move in moves):
        places = [k for k, ladder in enumerate(ladders) if ladder[0].fix == fix and np.isfinite(worth[k])]
        ranked = [ladders[k] for k in sorted(places, key=lambda k: (-worth[k], k))]
        for place, ladder in zip(places, ranked, strict=True):
            ladders[place] = ladder
    return [move for ladder in ladders for move in ladder]


def promises(evidence: Evidence, moves: Sequence[Move]) -> FloatArray:
    """What each move adds to the share of time with one leader, and on LTE takes from that of poor SINR.

    NaN for a move that is of more than one cell or moves no level here.
    """
    out = np.full(len(moves), np.nan)
    for rat, anchor in (("GSM", evidence.gsm), ("LTE", evidence.lte)):
        cells = anchor.levels.cells
        asked = [k for k, move in enumerate(moves) if _cell(move) in cells]
        if asked:
            out[asked] = _of_rat(evidence, rat, [moves[k] for k in asked])
    return out


def _cell(move: Move) -> str | None:
    """The one cell whose level a move moves."""
    cells = {change.cell for change in move.changes}
    moves_level = all(change.neighbour is None and change.parameter in LEVELS for change in move.changes)
    return cells.pop() if moves_level and len(cells) == 1 else None


def _of_rat(evidence: Evidence, rat: str, moves: Sequence[Move]) -> FloatArray:
    situation = evidence.situation
    levels = (evidence.gsm if rat == "GSM" else evidence.lte).levels
    of_points = [_instants(situation.traces[f"{rat.lower()}_idle", point]) for point in levels.points.index]
    level = np.concatenate(of_points).T
    rows = [situation.points.index(point) for point in levels.points.index]
    own = np.array([levels.cells.get_loc(_cell(move)) for move in moves])
    whole = situation.network.cells.index.get_indexer(levels.cells)
    power = np.nan_to_num(mw(level), nan=0.0)
    columns = np.empty((len(moves), level.shape[1]))
    for k, move in enumerate(moves):
        delta = situation.change(apply(evidence.network, move.changes).cells.loc[situation.network.cells.index])
        columns[k] = power[own[k]] * np.repeat(mw(delta[rows, whole[own[k]]]), [len(part) for part in of_points])
    unmoved = [0], power[:1]
    before, after = (
        score_changes(power, NOISE_MW[rat], *of, needed_db=NEEDED_DB, dominance_db=LEAD_DB[rat])
        for of in (unmoved, (own, columns))
    )
    gain = after.dominant_share - before.dominant_share
    return np.asarray(gain if rat == "GSM" else gain - after.lacking_share + before.lacking_share)


def _instants(trace: NDArray[np.float32]) -> FloatArray:
    """Some instants of every run, (runs × instants, cells) in dBm."""
    stride = max(trace.shape[1] // INSTANTS, 1)
    return trace[:, ::stride].reshape(-1, trace.shape[2]).astype(np.float64)
