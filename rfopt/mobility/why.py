"""Why did it reselect at 12:03:07? The numbers of every candidate at an instant of a log, and the rule they satisfy.

The numbers come from the criteria (`rfopt.mobility.grades`), not from the kernels: what the machine did stands beside
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels.gsm_idle import HOLD_S, RECENT_MARGIN_DB
from rfopt.mobility.agreement import LoggedMove, Move, logged_moves
from rfopt.mobility.grades import Grades, grade, grade_levels
from rfopt.mobility.logged import Piece
from rfopt.mobility.reasons import Reason
from rfopt.mobility.replay import FORGOTTEN_S, STEP_S, Bench, Track, follow, levels_of
from rfopt.mobility.situation import SACCH_S
from rfopt.words import say

NEXT_TO_S = 10.0
"""An event this close to the time asked for is what was asked for."""
VOTES, NEEDED_VOTES = 4, 3
SHOWN = 6
ROUNDING_DB = 1.0
"""Two reports of whole decibels may be off by this against each other."""
INSTANTS = 4
"""Instants between two reports at which a change is tried to be explained."""
MACHINE_NAMES = {name: f"why.mode.{name}" for name in STEP_S}


@dataclass(frozen=True)
class Candidate:
    """A cell that might have been moved to, as the machine of the mode saw it.

    Attributes
    ----------
    cell : str
    level_dbm : float
        Averaged as the machine averages.
    numbers : mapping
        ``c1_db`` and ``c2_db`` (GSM idle), ``pbgt_db`` (calls), ``rank_dbm`` and ``priority`` of its
        layer (LTE idle), of this cell.
    lead_db, needed_db : float
        How far it was above the server by the mode's criterion, and how far it had to be.
    since_s : float or None
        When its lead last rose to what is needed and then stayed there; None if it was not there.
    """

    cell: str
    level_dbm: float
    numbers: Mapping[str, float]
    lead_db: float
    needed_db: float
    since_s: float | None


@dataclass(frozen=True)
class Explanation:
    """What is known of one instant of a log; `sentence` says it.

    Attributes
    ----------
    time_s : float
        The instant explained: that of the phone's change if there was one next to the time asked for.
    machine, file, point : str
        Which machine, and where in the log.
    server, server_level_dbm, server_numbers
        The phone's server before, and its numbers.
    target : str
        Where the phone went; '' if it stayed.
    rule : str
        ``c2``, ``c2_area``, ``c2_recent``, ``c1``, ``quality``, ``level``, ``power_budget``, ``rank``,
        ``priority``, ``a3``: what the
        numbers satisfy; ``close`` if they nearly do; ``unexplained`` if they satisfy nothing,
        ``unreported`` if the target was not reported before,
        ``unrelated`` if the tables do not make it a neighbour of the server,
        ``none`` if the phone stayed.
    hold_s : float
        How long a lead had to last.
    graded_s : float
        The instant of the numbers: that of the change itself lies between two reports.
    report_s : float
        Time between the two reports around the instant: no time here is known better.
    candidates : tuple of Candidate
        Best lead first.
    replayed_server : str
        Where the machine was; '' without service.
    replayed : tuple of (float, str, str, str) or None
        The machine's own change next to that time: when, from, to, and the reason it gave.
    """

    time_s: float
    machine: str
    file: str
    point: str
    server: str
    server_level_dbm: float
    server_numbers: Mapping[str, float]
    target: str
    rule: str
    hold_s: float
    graded_s: float
    report_s: float
    candidates: tuple[Candidate, ...]
    replayed_server: str
    replayed: tuple[float, str, str, str] | None

    def because(self, lang: str) -> str:
        """Its rule with its numbers in words, English (``en``) or Chinese (``zh``)."""
        return _because(self, lang)

    def sentence(self, lang: str) -> str:
        """The explanation in words, English (``en``) or Chinese (``zh``)."""
        return _gap(lang).join([_what(self, lang), _because(self, lang), _machine_did(self, lang)])


def explain(piece: Piece, desk: Bench, time_s: float) -> Explanation:
    """What happened at or next to an instant of a piece, and why.

    Parameters
    ----------
    piece : Piece
        It must cover the instant.
    desk : Bench
        The machines of its technology.
    time_s : float
        Seconds from the log's start.
    """
    dbm = levels_of(piece, desk)
    track = follow(piece, desk, dbm)
    moves = logged_moves(piece)
    event = _nearest(moves, time_s)
    found = _explained(piece, desk, dbm, moves, event, time_s)
    before = _name(desk.names, int(track.at(np.array([found.time_s - 1e-3]))[0]))
    return replace(found, replayed_server=before, replayed=_replayed(track, desk.names, found.time_s))


def explain_changes(piece: Piece, desk: Bench) -> list[Explanation]:
    """Every change that a piece shows and why, by the numbers alone: what the machine did is left out."""
    dbm, moves = levels_of(piece, desk), logged_moves(piece)
    return [_explained(piece, desk, dbm, moves, move, move.time_s) for move in moves]


def _explained(
    piece: Piece,
    desk: Bench,
    dbm: NDArray[np.float64],
    moves: list[LoggedMove],
    event: LoggedMove | None,
    time_s: float,
) -> Explanation:
    """A change, or an instant without one, by the numbers of its candidates."""
    at = event.time_s if event else time_s
    server = event.source if event else int(piece.server[_index(piece.time_s, at)])
    before = [move.time_s for move in moves if move.time_s < at - 1e-6]
    arrived_s = before[-1] if before else -np.inf
    graded_s, rule, grades = at, "none", grade(piece, desk, dbm, server, at, at - arrived_s)
    if event is not None:
        graded_s, rule, grades = _best_graded(piece, desk, dbm, event, arrived_s)
    target = event.target if event else -1
    names = desk.names
    return Explanation(
        at, piece.machine, piece.file, str(piece.point[_index(piece.time_s, at)]), str(names[server]),
        float(grades.level_dbm[server]), grades.numbers_of(server), str(names[target]) if event else "",
        rule, grades.hold_s, graded_s, _report_s(piece, at),
        _candidates(names, grades, server, target), "", None,
    )  # fmt: skip


RULE_OF = {
    Reason.C1: "c1", Reason.QUALITY: "quality", Reason.LEVEL: "level", Reason.POWER_BUDGET: "power_budget",
    Reason.R_CRITERION: "rank", Reason.HIGHER_PRIORITY: "priority", Reason.LOWER_PRIORITY: "priority", Reason.A3: "a3",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A change of a simulated phone: the steps up to it, from which cell to which, and the reason the machine gave.

    `level_dbm` (steps, cells) is as the phone measures it, before it averages.
    """

    machine: str
    point: str
    time_s: NDArray[np.float64]
    level_dbm: NDArray[np.float64]
    server: int
    target: int
    reason: Reason
    stayed_s: float


def explain_step(step: Step, desk: Bench) -> Explanation | None:
    """A simulated change by the numbers of its candidates; None where its rule compares no cells."""
    if step.reason != Reason.C2 and step.reason not in RULE_OF:
        return None
    grades = grade_levels(step.machine, step.level_dbm, step.time_s, desk, step.server, step.stayed_s)
    names, at = desk.names, float(step.time_s[-1])
    rule = RULE_OF.get(step.reason) or _c2_rule(desk, grades, step.server, step.target)
    return Explanation(
        at, step.machine, "", step.point, str(names[step.server]), float(grades.level_dbm[step.server]),
        grades.numbers_of(step.server), str(names[step.target]), rule, grades.hold_s, at, 0.0,
        _candidates(names, grades, step.server, step.target), "", None,
    )  # fmt: skip


def _name(names: pd.Index, index: int) -> str:
    return str(names[index]) if index >= 0 else ""


def _index(times: NDArray[np.float64], at: float) -> int:
    return max(int(np.searchsorted(times, at + 1e-6, side="right")) - 1, 0)


def _best_graded(
    piece: Piece, desk: Bench, dbm: NDArray[np.float64], event: LoggedMove, arrived_s: float
) -> tuple[float, str, Grades]:
    """(instant, rule, grades): the first instant between the two reports that explains the change, else the last."""
    found = []
    for at in np.linspace(event.after_s, event.time_s, INSTANTS + 1)[1:].tolist():
        grades = grade(piece, desk, dbm, event.source, at, at - arrived_s)
        found.append((at, _rule(piece, desk, grades, event, at), grades))
    last, rule, grades = next((one for one in found if one[1] != "unexplained"), found[-1])
    short_db = grades.needed_db[event.target] - grades.lead_db[event.target]
    return last, "close" if rule == "unexplained" and abs(short_db) <= ROUNDING_DB else rule, grades


def _report_s(piece: Piece, at: float) -> float:
    last = max(_index(piece.time_s, at), 1)
    return float(piece.time_s[last] - piece.time_s[last - 1])


def _nearest(moves: list[LoggedMove], time_s: float) -> LoggedMove | None:
    near = [move for move in moves if move.after_s - NEXT_TO_S <= time_s <= move.time_s + NEXT_TO_S]
    return min(near, key=lambda move: max(move.after_s - time_s, time_s - move.time_s, 0.0), default=None)


def _replayed(track: Track, names: pd.Index, at: float) -> tuple[float, str, str, str] | None:
    moves: list[Move] = [move for move in track.moves() if abs(move[0] - at) <= NEXT_TO_S]
    if not moves:
        return None
    time, source, target = min(moves, key=lambda move: abs(move[0] - at))
    reason = Reason(int(track.reason[int(np.searchsorted(track.time_s, time - 1e-6))]))
    return time, _name(names, source), _name(names, target), reason.name.lower()


def _candidates(names: pd.Index, grades: Grades, server: int, target: int) -> tuple[Candidate, ...]:
    """The best by lead over what is needed, the target among them wherever it stands."""
    value = grades.lead_db - grades.needed_db
    order = [int(c) for c in np.argsort(-np.nan_to_num(value, nan=-np.inf)) if c != server and np.isfinite(value[c])]
    kept = order[:SHOWN] + [c for c in order[SHOWN:] if c == target]
    return tuple(
        Candidate(
            _name(names, c), float(grades.level_dbm[c]), grades.numbers_of(c), float(grades.lead_db[c]),
            float(grades.needed_db[c]), None if np.isnan(grades.since_s[c]) else float(grades.since_s[c]),
        )
        for c in kept
    )  # fmt: skip


def _rule(piece: Piece, desk: Bench, grades: Grades, event: LoggedMove, at: float) -> str:
    """The rule whose numbers the phone's change satisfies, times taken as exactly as the reports allow."""
    server = event.source
    slack = event.time_s - event.after_s + STEP_S[piece.machine]
    if at - grades.failing_since_s + slack >= HOLD_S:
        return "c1"
    before = (piece.time_s < event.time_s) & (piece.time_s >= event.time_s - FORGOTTEN_S)
    if not np.isfinite(piece.level_dbm[before, event.target]).any() or not np.isfinite(grades.lead_db[event.target]):
        return "unreported"
    if np.isnan(grades.needed_db[event.target]):
        return "unrelated"
    led = bool(at - grades.since_s[event.target] + slack >= grades.hold_s)
    if piece.machine == "gsm_call":
        return _call_rule(piece, desk, grades, event, server, led)
    if piece.machine == "lte_idle" and grades.numbers["priority"][server] != grades.numbers["priority"][event.target]:
        led = True  # thresholds decide, not the rank
    return _idle_or_lte_rule(piece.machine, desk, grades, event, server) if led else "unexplained"


def _idle_or_lte_rule(machine: str, desk: Bench, grades: Grades, event: LoggedMove, server: int) -> str:
    if machine == "lte_call":
        return "a3"
    if machine == "lte_idle":
        priority = grades.numbers["priority"]
        return "rank" if priority[server] == priority[event.target] else "priority"
    return _c2_rule(desk, grades, server, event.target)


def _c2_rule(desk: Bench, grades: Grades, server: int, target: int) -> str:
    area = desk.arrays["gsm_idle"]["area"]
    if grades.needed_db[target] == RECENT_MARGIN_DB:
        return "c2_recent"
    return "c2_area" if area[server] != area[target] else "c2"


def _call_rule(piece: Piece, desk: Bench, grades: Grades, event: LoggedMove, server: int, led: bool) -> str:
    """Quality before level before power budget, as far as the log's own reports show."""
    arrays = desk.arrays["gsm_call"]
    voting = (piece.time_s <= event.after_s) & (piece.time_s > event.after_s - VOTES * SACCH_S)
    votes = piece.rxqual[voting]
    if len(votes) and (votes >= arrays["ho_threshold_qual"][server]).sum() * VOTES >= NEEDED_VOTES * len(votes):
        return "quality"
    if grades.level_dbm[server] < arrays["ho_threshold_lev_dbm"][server]:
        return "level"
    return "power_budget" if led else "unexplained"


def _what(found: Explanation, lang: str) -> str:
    place = {
        "time": f"{found.time_s:g}", "point": found.point or "–", "mode": say(MACHINE_NAMES[found.machine], lang),
        "server": found.server, "level": _number(found.server_level_dbm),
    }  # fmt: skip
    if found.target:
        return say("why.moved", lang, **place, target=found.target)
    return say("why.stayed", lang, **place)


def _because(found: Explanation, lang: str) -> str:
    if not found.candidates and found.rule not in ("c1", "unrelated"):
        return say("why.rule.nobody", lang)
    chosen = next((c for c in found.candidates if c.cell == found.target), None)
    if found.rule in ("c1", "unreported", "unrelated"):
        return say(f"why.rule.{found.rule}", lang, **_values(found, None))
    said = say(f"why.rule.{_said(found)}", lang, **_values(found, chosen or found.candidates[0]))
    timed = chosen is not None and found.hold_s > 0.0 and found.report_s > 0.0
    coarse = _gap(lang) + say("why.coarse", lang, gap=f"{found.report_s:g}") if timed else ""
    return said + coarse + _others(found, lang)


def _said(found: Explanation) -> str:
    """The word of the rule; where nothing has to last, the sentence says nothing of time."""
    if found.rule in ("none", "unexplained") and found.hold_s == 0.0:
        return f"{found.rule}_at_once"
    return found.rule


def _values(found: Explanation, cell: Candidate | None) -> dict[str, str]:
    mine = found.server_numbers
    values = {
        "server": found.server, "target": found.target, "hold": f"{found.hold_s:g}",
        "c1": _number(mine.get("c1_db", np.nan)), "level": _number(found.server_level_dbm),
    }  # fmt: skip
    if cell is None:
        return values
    lasted = "0" if cell.since_s is None else f"{found.graded_s - cell.since_s:.1f}"
    return values | {
        "cell": cell.cell, "cell_level": _number(cell.level_dbm), "lead": _number(cell.lead_db, "+.1f"),
        "needed": _number(cell.needed_db, "g"), "lasted": lasted,
        "own": _number(mine.get("c2_db", np.nan)), "other": _number(cell.numbers.get("c2_db", np.nan)),
        "own_priority": f"{mine.get('priority', np.nan):g}", "priority": f"{cell.numbers.get('priority', np.nan):g}",
    }  # fmt: skip


def _gap(lang: str) -> str:
    """What stands between two sentences."""
    return " " if lang == "en" else ""


def _number(value: float, form: str = ".1f") -> str:
    """A number with a real minus sign."""
    return f"{value:{form}}".replace("-", "−")


def _candidate(one: Candidate, lang: str) -> str:
    return say("why.other", lang, cell=one.cell, lead=_number(one.lead_db, "+.1f"), needed=_number(one.needed_db, "g"))


def _others(found: Explanation, lang: str) -> str:
    rest = [c for c in found.candidates if c.cell != found.target][:2] if found.target else list(found.candidates[1:3])
    if not rest:
        return ""
    listed_cells = say("report.semicolon", lang).join(_candidate(c, lang) for c in rest)
    return _gap(lang) + say("why.others", lang, cells=listed_cells)


def _machine_did(found: Explanation, lang: str) -> str:
    if found.replayed is None:
        return say("why.replay.stayed", lang, server=found.replayed_server or "–")
    time, source, target, reason = found.replayed
    return say(
        "why.replay.moved", lang, time=f"{time:g}", source=source or "–", target=target or "–",
        reason=say(f"reason.{reason}", lang),
    )  # fmt: skip
