"""A log against the machines: what the phone did, what the machines do on the same levels, and how well they agree.

The machines' parameters come from the network. Those that it does not give are also fitted, on the first part of the
log, and everything is then scored on the rest; nothing is scored on what it was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt import __version__
from rfopt.case import Case
from rfopt.errors import InputError
from rfopt.evidence import place_points
from rfopt.identify import identify
from rfopt.logs import read_log
from rfopt.mobility.agreement import PHONE, SECONDS, count, figures, logged_moves, spread
from rfopt.mobility.logged import Piece, pieces_of_log
from rfopt.mobility.replay import FORGOTTEN_S, MACHINES, Bench, account, bench
from rfopt.mobility.strangers import RATS, name_cells, with_strangers
from rfopt.mobility.tuning import FITTED, fit, legal_values
from rfopt.network import Network

FIT_SHARE = 0.5
"""The first part of a log, by time, that parameters are fitted on."""
LEAST_FIT_S = 120.0
LEAST_FIT_EVENTS = 3
SEARCH = "s_non_intra_search_db"
PARAMETERS = (SEARCH, *(name for spans in FITTED.values() for name in spans))


@dataclass(frozen=True)
class LoggedCase:
    """A log ready for the machines.

    Attributes
    ----------
    network : Network
        With the strangers of the log.
    strangers : tuple of str
        Cells of the log that no table has.
    pieces : tuple of Piece
    benches : mapping
        Technology to its machines.
    missing : frozenset of str
        Parameters that no table gives.
    notes : tuple of str
    starts : mapping
        File to the ISO 8601 text of its time 0, '' where it does not say.
    """

    case: Case
    network: Network
    strangers: tuple[str, ...]
    pieces: tuple[Piece, ...]
    benches: Mapping[str, Bench]
    missing: frozenset[str]
    notes: tuple[str, ...]
    starts: Mapping[str, str]

    def bench_of(self, machine: str) -> Bench:
        """The machines of a machine's technology."""
        return self.benches[machine[:3].upper()]

    def of(self, machine: str) -> list[Piece]:
        """The pieces of one machine."""
        return [piece for piece in self.pieces if piece.machine == machine]


def logged_case(case: Case) -> LoggedCase:
    """A case or a bare log cut into pieces, its cells named, with the parameters the tables give.

    Raises
    ------
    InputError
        If nothing in the log can be replayed.
    """
    readings = place_points(case.readings, case)
    if case.network is not None:
        readings = identify(readings, case.network, case.lat, case.lon).readings
    named = name_cells(readings)
    network, strangers = with_strangers(case.network, named)
    names = {rat: pd.Index(sorted(named.loc[named["rat"] == rat, "cell"].unique())) for rat in RATS}
    pieces = tuple(pieces_of_log(named, names))
    if not pieces:
        raise InputError(
            f"case {case.id} has no stretch of GSM or LTE that can be replayed, expected serving rows in a row"
        )
    benches = {rat: bench(network, names[rat], rat) for rat in RATS}
    missing = frozenset(name for name in PARAMETERS if _is_missing(case, name))
    benches, notes = _heed(benches, pieces)
    if SEARCH in missing:
        benches = {**benches, "LTE": _searching(benches["LTE"], pieces)}
    return LoggedCase(case, network, strangers, pieces, benches, missing, tuple(notes), _starts(pieces))


def _starts(pieces: tuple[Piece, ...]) -> dict[str, str]:
    """When each file began; a case keeps its readings only, so the files are asked again."""
    files = {piece.file for piece in pieces}
    return {file: read_log(Path(file)).start if Path(file).is_file() else "" for file in sorted(files)}


def _is_missing(case: Case, parameter: str) -> bool:
    """Whether the tables leave a parameter to its default somewhere; the reader of the network notes that."""
    if case.network is None:
        return True
    return any(f": {parameter} is empty for " in note for note in case.network.notes)


def _heed(benches: dict[str, Bench], pieces: tuple[Piece, ...]) -> tuple[dict[str, Bench], list[str]]:
    """A cell that served below the least level of its table, most of the time, is granted what the log shows."""
    notes = []
    for machine, parameter in (("gsm_idle", "rxlev_access_min_dbm"), ("lte_idle", "q_rxlevmin_dbm")):
        rat = machine[:3].upper()
        limit = benches[rat].arrays[machine][parameter].copy()
        served = [
            (piece.server, piece.level_dbm[np.arange(len(piece.server)), piece.server])
            for piece in pieces
            if piece.machine == machine
        ]
        if not served:
            continue
        server, level = (np.concatenate(part) for part in zip(*served, strict=True))
        for c in np.unique(server):
            here = level[(server == c) & np.isfinite(level)]
            if here.size and np.median(here) <= limit[c]:
                notes.append(
                    f"{benches[rat].names[c]} served at {np.median(here):g} dBm, below its {parameter} {limit[c]:g}: "
                    "the replay lets it serve down to what the log shows"
                )
                limit[c] = here.min() - 1.0
        benches = {**benches, rat: benches[rat].with_array(machine, parameter, limit)}
    return benches, notes


def _searching(desk: Bench, pieces: tuple[Piece, ...]) -> Bench:
    """Searching on other carriers as early as the log shows: a phone that reports one of them does search."""
    arrays = desk.arrays["lte_idle"]
    search = arrays[SEARCH].copy()
    for piece in pieces:
        if piece.machine != "lte_idle":
            continue
        row = np.arange(len(piece.server))
        other = arrays["carrier"][None, :] != arrays["carrier"][piece.server][:, None]
        seen = (np.isfinite(piece.level_dbm) & other).any(axis=1)
        spare = piece.level_dbm[row, piece.server] - arrays["q_rxlevmin_dbm"][piece.server]
        legal = legal_values(SEARCH)
        for level in spare[seen & np.isfinite(spare)]:
            search = np.maximum(search, legal[min(int(np.searchsorted(legal, level)), len(legal) - 1)])
    return desk.with_array("lte_idle", SEARCH, search)


def replay_case(log: LoggedCase, seed: int = 0) -> dict[str, Any]:
    """The comparison as JSON holds it, schema ``rfopt.replay/1``.

    Parameters
    ----------
    seed : int
        Of the bootstrap.
    """
    machines = {machine: _of_machine(log, machine, seed) for machine in MACHINES if log.of(machine)}
    return {
        "schema": "rfopt.replay/1",
        "case": log.case.id,
        "seed": seed,
        "version": __version__,
        "modes": machines,
        "strangers": list(log.strangers),
        "warnings": [*log.case.notes, *log.notes, *_not_replayed(log)],
    }


def _of_machine(log: LoggedCase, machine: str, seed: int) -> dict[str, Any]:
    pieces, desk = log.of(machine), log.bench_of(machine)
    if not any(piece.reported.any() for piece in pieces):
        return _nothing(pieces)
    parameters = [name for name in FITTED[machine] if name in log.missing]
    first, rest = _split(pieces) if parameters else ([], pieces)
    benches = {"machine": desk}
    fitted: list[dict[str, Any]] = []
    if _enough(first) and _enough(rest):
        tuned, fitted = fit(first, desk, machine, parameters)
        benches["fitted"] = tuned
    else:
        first, rest = [], pieces
    counts = {name: np.concatenate([_count(p, kind, benches[of]) for p in rest]) for name, kind, of in _told(benches)}
    doubt = {base: spread(counts, base, seed) for base in ("strongest", "never")}
    total = counts["machine"].sum(axis=0)
    return {
        "minutes": round(float(total[SECONDS]) / 60.0, 2),
        "pieces": len(rest),
        "phone_events": int(total[PHONE]),
        "unreported_targets": sum(_unreported(piece) for piece in rest),
        "neighbours_share": _number(_neighbours_share(rest)),
        "fit": {
            "parameters": fitted,
            "first_minutes": round(sum(p.seconds for p in first) / 60.0, 2),
            "rest_minutes": round(sum(p.seconds for p in rest) / 60.0, 2),
        }
        if fitted or first
        else None,
        "accounts": {name: _figures(of.sum(axis=0), name, doubt) for name, of in counts.items()},
    }


def _nothing(pieces: list[Piece]) -> dict[str, Any]:
    """What can be said of a mode in which no neighbour was ever reported: nothing but how much of it there is."""
    return {
        "minutes": round(sum(piece.seconds for piece in pieces) / 60.0, 2),
        "pieces": len(pieces),
        "phone_events": sum(len(logged_moves(piece)) for piece in pieces),
        "unreported_targets": sum(_unreported(piece) for piece in pieces),
        "neighbours_share": 0.0,
        "fit": None,
        "accounts": None,
    }


def _neighbours_share(pieces: list[Piece]) -> float:
    """The share of instants at which a neighbour was reported; at the others the strongest cell is the server."""
    return float(np.mean(np.concatenate([piece.reported > 0 for piece in pieces])))


def _told(benches: Mapping[str, Bench]) -> Iterator[tuple[str, str, str]]:
    """(account, its kind, bench) of everything that is scored."""
    for name in benches:
        yield name, "free", name
        yield f"{name}_ahead", "ahead", name
    yield "strongest", "strongest", "machine"
    yield "never", "never", "machine"


def _count(piece: Piece, kind: str, desk: Bench) -> NDArray[np.float64]:
    told = account(kind, piece, desk)
    return count(piece, told.server, told.moves)


def _figures(total: NDArray[np.float64], name: str, doubt: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: _number(value) for key, value in figures(total).items()}
    for key in ("matched", "near", "missed", "invented"):
        found[key] = int(found[key])
    if name not in doubt:
        own = doubt["never"][name]
        found["interval"] = {key: _numbers(span) for key, span in own.items() if not key.endswith("_lead")}
        found["lead"] = {
            base: {key.removesuffix("_lead"): _numbers(s) for key, s in spans[name].items() if key.endswith("_lead")}
            for base, spans in doubt.items()
        }
    return found


def _numbers(values: list[float]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    return None if not math.isfinite(value) else round(value, 4)


def _unreported(piece: Piece) -> int:
    """Changes to a cell that the log had not reported for `FORGOTTEN_S`: no machine can see them coming."""
    seen = np.isfinite(piece.level_dbm)
    return sum(
        not seen[(piece.time_s < move.time_s) & (piece.time_s >= move.time_s - FORGOTTEN_S), move.target].any()
        for move in logged_moves(piece)
    )


def _not_replayed(log: LoggedCase) -> list[str]:
    """What the log lacks, so that nobody takes silence for agreement."""
    notes = []
    for machine in MACHINES:
        pieces = log.of(machine)
        if pieces and not any(piece.reported.any() for piece in pieces):
            notes.append(f"{machine}: the log reports no neighbour, so the machine has nothing to move to")
    rats = sorted(set(log.case.readings["rat"]) - set(RATS) - {""})
    if rats:
        notes.append(f"{', '.join(rats)} rows are not replayed, and changes to and from them neither")
    return notes


def _split(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The first `FIT_SHARE` of the time and the rest; the piece on the border is cut in two."""
    border = FIT_SHARE * sum(piece.seconds for piece in pieces)
    first: list[Piece] = []
    rest: list[Piece] = []
    for piece in pieces:
        k = int(np.searchsorted(piece.time_s - piece.time_s[0], border))
        first += [piece.part(slice(0, k))] if k >= 3 else []
        rest += [piece.part(slice(k, None))] if len(piece.time_s) - k >= 3 else []
        border = max(border - piece.seconds, 0.0)
    return first, rest


def _enough(pieces: list[Piece]) -> bool:
    """Whether there is enough to fit on or to score: time, and changes to learn from."""
    events = sum(len(logged_moves(piece)) for piece in pieces)
    return sum(piece.seconds for piece in pieces) >= LEAST_FIT_S and events >= LEAST_FIT_EVENTS
