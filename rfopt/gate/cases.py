"""A case with a plan: its key figures before and after, paired, and whom the plan harms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rfopt.case import Case
from rfopt.errors import InputError, did_you_mean, printable
from rfopt.evidence import Evidence, gather, strongest
from rfopt.gate.gates import worsening
from rfopt.kpis import compute, kpis
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import Replay
from rfopt.network import Network, Plan, apply
from rfopt.planning.draws import by_draw, figures_by_draw
from rfopt.planning.harm import HARMING, Harm, groups_of, harm
from rfopt.planning.stated import intervals
from rfopt.proofs.alignment import misalignments

Span = tuple[float, float]
FELT = (*HARMING, "height_m", "antenna", "lat", "lon", "gain_dbi", "h_beamwidth_deg", "v_beamwidth_deg", "load")
SUBTRACTED_S = 640.0
QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class Simulated:
    """One case with a plan.

    Attributes
    ----------
    before, after : mapping
        Every key figure and ``objective``, on the same fading; NaN where the case cannot give it.
    interval : mapping
        90 % interval of each figure after the plan, counted again over hours.
    worse : mapping
        90 % interval of how much each figure is worse after the plan than before it, draw by draw.
    wanted_c1_db : tuple of float
        C1 of the best wanted cell at the worst point, before and after; NaN where none is wanted or heard.
    penalised : tuple of str
        Wanted cells whose reselect offset the plan turns into a penalty.
    notes : tuple of str
        What is not aligned after the plan and was before it.
    """

    case: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    interval: Mapping[str, Span]
    worse: Mapping[str, Span]
    harm: tuple[Harm, ...]
    wanted_c1_db: Span
    penalised: tuple[str, ...]
    notes: tuple[str, ...]


def simulate_plan(case: Case, network: Network, plan: Plan, seed: int = 0) -> Simulated:
    """Simulate a case in a network, without and with a plan.

    Raises
    ------
    InputError
        If its wanted cells are not in the network, or no reading of its log matches a cell.
    """
    evidence = gather(_in(case, network), network, seed)
    if not evidence.gsm.levels.cells.size and not evidence.lte.levels.cells.size:
        raise InputError(f"no reading of case {printable(case.id)} matches a cell of the network: another place?")
    after = apply(network, plan)
    replay = simulate(evidence.situation, after) if plan else evidence.replay
    before, now = (_with_objective(evidence, one) for one in (evidence.replay, replay))
    spans = intervals(replay, evidence)
    known = set(misalignments(evidence, network)) if plan else set()
    return Simulated(
        case.id,
        before,
        now,
        {name: spans[name] for name in spans},
        _worse(evidence, replay) if plan else {},
        _harm(evidence, after, plan),
        (_wanted_c1_db(evidence, network), _wanted_c1_db(evidence, after)),
        tuple(name for name in evidence.wanted if _penalised(after, name) and not _penalised(network, name)),
        tuple(note for note in misalignments(evidence, after) if note not in known) if plan else (),
    )


def _in(case: Case, network: Network) -> Case:
    for name in case.wanted:
        if name not in network.cells.index:
            near = did_you_mean(name, network.cells.index)
            raise InputError(
                f"case {printable(case.id)} wants cell '{printable(name)}', which is not in the network{near}"
            )
    return replace(case, network=network)


def _with_objective(evidence: Evidence, replay: Replay) -> dict[str, float]:
    """Every figure, and the objective as a recommendation states it: the mean over the draws."""
    return {**compute(replay), "objective": float(by_draw(replay, evidence).mean())}


def _worse(evidence: Evidence, replay: object) -> dict[str, Span]:
    names = tuple(kpis)
    before, after = (figures_by_draw(one, evidence, names) for one in (evidence.replay, replay))  # type: ignore[arg-type]
    return {
        name: _span([worsening(name, a[name], b[name]) for a, b in zip(before, after, strict=True)]) for name in names
    }


def _span(values: list[float]) -> Span:
    known = np.array([value for value in values if math.isfinite(value)])
    if not known.size:
        return math.nan, math.nan
    low, high = np.quantile(known, QUANTILES)
    return float(low), float(high)


def _harm(evidence: Evidence, after: Network, plan: Plan) -> tuple[Harm, ...]:
    """Whom the plan harms; groups are those of the cells of which it changes what others feel."""
    near = set(evidence.situation.network.cells.index)
    moved = sorted({c.cell for c in plan if c.neighbour is None and c.parameter in FELT} & near)
    return tuple(harm(groups_of(evidence, moved), after)) if moved else ()


def _wanted_c1_db(evidence: Evidence, network: Network) -> float:
    """C1 of the best wanted cell at the point where it is lowest; NaN where none is heard."""
    heard = [name for name in evidence.wanted if name in evidence.gsm.levels.cells]
    if not heard:
        return math.nan
    levels, situation = evidence.gsm.levels, evidence.situation
    row = np.array([situation.points.index(point) for point in levels.points.index], dtype=np.intp)
    names = situation.network.cells.index
    delta = situation.change(network.cells.loc[names])[np.ix_(row, names.get_indexer(levels.cells))]
    access = network.cells.loc[levels.cells, "rxlev_access_min_dbm"].to_numpy(dtype=float)
    best = strongest(levels.shifted(delta - access[None, :]), tuple(heard))
    return float(np.nanmin(best)) if np.isfinite(best).any() else math.nan


def _penalised(network: Network, cell: str) -> bool:
    row = network.cells.loc[cell]
    return bool(row["penalty_time_s"] == SUBTRACTED_S and row["cell_reselect_offset_db"] > 0.0)
