"""What is stated of the figures of a replay: the 90 % interval of each, from the draws and the log together.

The statistics are those of `rfopt.planning.intervals`; here stands what each figure was counted over, in which the log
may be believed, and what is peculiar to one.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from rfopt.evidence import Evidence
from rfopt.kpis import NO_SERVICE, count, kpis
from rfopt.kpis.drop_per_call import CALL_S
from rfopt.mobility.csfb import FAILED_S
from rfopt.mobility.reasons import HANDOVERS
from rfopt.mobility.timeline import ELSEWHERE, Replay
from rfopt.planning.draws import column, once
from rfopt.planning.intervals import (
    LOOKS,
    MODEL_ERROR,
    OUTCOME_MIN,
    SHARED_CHANCE,
    Known,
    Recount,
    Sample,
    at_odds,
    by_model,
    combined,
    delay_interval,
    interval,
    looks_of,
    moved,
    recounted,
    unmodelled_failures,
)

ENOUGH = 0.95
"""Share of fallbacks that must come to GSM for the 95th percentile of their delay to be a delay at all."""
TENTH, NO_LEVEL_DBM = 0.1, -120.0
"""Where a tenth of the time may be without service, the tenth percentile of the level may be as low as this: what a
phone without service receives is not known, only that it is too little."""
LONGEST_SILENCE_S = 60.0
"""A log that is silent for longer was paused."""
MOST_SILENT = 0.05
"""Share of idle time that a log may leave out and still tell where the phone camped."""
MOST_STRANGE = 0.05
"""Share of the time that cells of no table may serve where levels are still those of the known ones."""
PARTS = 4
"""Parts of a draw's runs whose scatter tells what chance does to a figure."""


def intervals(replay: Replay, evidence: Evidence) -> dict[str, tuple[float, float]]:
    """90 % interval of every figure counted again over hours, see `rfopt.planning.intervals`; NaN if not given."""
    return {name: _interval(name, replay, evidence) for name in kpis}


def _interval(name: str, replay: Replay, evidence: Evidence) -> tuple[float, float]:
    if name == "csfb_delay_p95_s":
        return _delay(replay, evidence)
    figure = _recounted(name, replay, evidence)
    ends = interval(figure) if figure else (np.nan, np.nan)
    if name == "rxlev_p10_dbm" and figure and _without_service(replay, evidence) >= TENTH:
        return min(ends[0], NO_LEVEL_DBM), ends[1]
    return ends


def _without_service(replay: Replay, evidence: Evidence) -> float:
    """Share of idle time in which a phone may be without service: of the worst draw, and of what the log left out."""
    timelines, found = replay.of("gsm_idle"), evidence.replay.of("gsm_idle")
    if not timelines:
        return 0.0
    runs_of_draw = evidence.situation.runs_of_draw()
    draws = [np.mean([np.mean(t.server[runs] == NO_SERVICE) for t in timelines]) for runs in runs_of_draw if timelines]
    as_found = [id(t) for t in timelines] == [id(t) for t in found]
    return float(max([*draws, _silent_share(evidence.logged) if as_found else 0.0]))


def _delay(replay: Replay, evidence: Evidence) -> tuple[float, float]:
    """Of attempts that come to GSM, unless more than one in twenty may not: those count `FAILED_S`."""
    name = "csfb_delay_p95_s"
    before, after, logged = (
        once("arrived", name, each, evidence, _arrived) for each in (evidence.replay, replay, evidence.logged)
    )
    only = replace(evidence, replay=before, logged=logged)
    delay, arrivals = (_recounted(one, after, only) for one in (name, "csfb_success_share"))
    return delay_interval(delay, arrivals, FAILED_S, ENOUGH) if delay and arrivals else (np.nan, np.nan)


def _arrived(replay: Replay) -> Replay:
    """The replay with every fallback that came to GSM a success, and without the delays of the others."""
    came = [f.success | (f.cell >= 0) | (f.delay_s < FAILED_S) for f in replay.fallbacks]  # on a stranger, too
    kept = (
        replace(f, success=arrived, delay_s=np.where(arrived, f.delay_s, np.nan))
        for f, arrived in zip(replay.fallbacks, came, strict=True)
    )
    return replace(replay, fallbacks=tuple(kept))


def _known(name: str, replay: Replay, evidence: Evidence) -> tuple[Sample, Known] | None:
    """A figure in the draws, and what draws and log together say of it; None where the draws cannot give it."""
    before = _sample(name, evidence.replay, evidence)
    after = before if replay is evidence.replay else _sample(name, replay, evidence)
    if after is None:
        return None
    if before is None:
        return after, _prior(name, after)
    was = found = _prior(name, before)
    silent = name == "idle_camp_wanted" and _silent_share(evidence.logged) > MOST_SILENT
    anchored = before.unit in ("dB", "dBm") and not _strange(evidence.logged, kpis.facts[name]["of"])
    if not silent and not anchored:  # levels and qualities of known cells are the log's already
        counts = before.looks * exposure(name, evidence.logged) / SHARED_CHANCE
        value = float(kpis[name](evidence.logged))
        found = combined(at_odds(was, value, counts, before.unit), value, counts, before.unit)
    same = np.array_equal(before.values, after.values)
    return after, found if same else moved(found, was, before, _prior(name, after), after)


def _prior(name: str, sample: Sample) -> Known:
    """What the model alone says."""
    known = by_model(sample, *MODEL_ERROR.get(name, MODEL_ERROR[sample.unit]))
    return unmodelled_failures(known) if kpis.facts[name]["of"] == "csfb" and sample.unit == "share" else known


def _recounted(name: str, replay: Replay, evidence: Evidence) -> Recount | None:
    """A figure over `OUTCOME_MIN`, calls and fallbacks as frequent in it as in the simulation; None if unknown."""
    found = _known(name, replay, evidence)
    if found is None:
        return None
    sample, known = found
    situation = evidence.situation
    budget = situation.budget
    minutes = budget.runs / budget.draws * len(situation.points) * (budget.idle_s - budget.warm_s) / 60.0
    if kpis.facts[name]["of"] == "gsm_idle":
        minutes = sample.exposure  # a long stay is no larger share of it
    counts = sample.looks * sample.exposure * OUTCOME_MIN / minutes
    return recounted(known, sample.unit, counts) if counts > 0.0 else None


def _sample(name: str, replay: Replay, evidence: Evidence) -> Sample | None:
    """A figure in every draw that can give it, with what chance does to it; None if none can."""
    sample: Sample | None = once("sample", name, replay, evidence, lambda alone: _sampled(name, alone, evidence))
    return sample


def _sampled(name: str, alone: Replay, evidence: Evidence) -> Sample | None:
    machine, unit = kpis.facts[name]["of"], kpis.facts[name]["unit"]
    slices = evidence.situation.runs_of_draw()
    values = np.array(column(alone, evidence, name))
    slices = [runs for runs, value in zip(slices, values, strict=True) if np.isfinite(value)]
    if not slices:
        return None
    parts = np.array([[float(kpis[name](alone.runs(part))) for part in _parts(runs)] for runs in slices])
    whole = float(np.mean([exposure(name, alone.runs(runs)) for runs in slices]))
    tries = machine == "csfb" or name == "pingpong_share"
    bounds = LOOKS["tries"] if tries and unit == "share" else LOOKS.get(unit, (0.0, np.inf))
    looks = looks_of(parts, whole / parts.shape[1], unit, *bounds)
    return Sample(values[np.isfinite(values)], looks, whole, unit)


def _parts(runs: slice) -> list[slice]:
    edges = np.unique(np.linspace(runs.start, runs.stop, PARTS + 1).astype(int))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def exposure(name: str, replay: Replay) -> float:
    """What a figure was counted over: minutes, calls, attempts, or handovers where it is a share of them."""
    machine, unit = kpis.facts[name]["of"], kpis.facts[name]["unit"]
    if machine == "csfb":
        return float(sum(f.tried.sum() for f in replay.fallbacks))
    if name == "pingpong_share":
        return float(sum(count(t.reason, HANDOVERS) for t in replay.of(machine)))
    minutes = float(sum(t.minutes for t in replay.of(machine)))
    return minutes * 60.0 / CALL_S if unit == "1/call" else minutes


def _strange(log: Replay, machine: str) -> bool:
    """True where cells that no table has serve a log's phones more than now and then: they are not simulated."""
    servers = [t.server.ravel() for t in log.of(machine)]
    return bool(servers) and float((np.concatenate(servers) == ELSEWHERE).mean()) > MOST_STRANGE


def _silent_share(log: Replay) -> float:
    """Share of the time of idle phones in which a log has nothing to say: they may have been without service."""
    timelines = sorted((t for t in log.of("gsm_idle") if len(t.time_s) > 2), key=lambda t: (t.point, t.time_s[0]))
    told = sum(float(np.median(np.diff(t.time_s))) * len(t.time_s) for t in timelines)
    between = [b.time_s[0] - a.time_s[-1] for a, b in pairwise(timelines) if a.point == b.point]
    whole = sum(t.minutes * 60.0 for t in timelines) + sum(gap for gap in between if 0.0 < gap <= LONGEST_SILENCE_S)
    return max(1.0 - told / whole, 0.0) if whole else 0.0
