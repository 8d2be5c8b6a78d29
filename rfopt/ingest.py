"""Any log format in, the contract's table out, with every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from rfopt.archives import archive_kind, unpacked
from rfopt.errors import InputError, printable
from rfopt.files import write_whole
from rfopt.logs import Log, find_log, read_log, write_log
from rfopt.logs.column_map import read_map
from rfopt.logs.events import is_event_header
from rfopt.logs.mapped import read_mapped
from rfopt.logs.opening import header_names
from rfopt.logs.transitions import pingpong, transitions
from rfopt.tables import table_text
from rfopt.words import say

PINGPONG_S = 10.0
PAUSE_S = 60.0


@dataclass(frozen=True)
class Ingested:
    """What became of each file."""

    logs: tuple[tuple[Path, Log], ...]
    moves: pd.DataFrame
    back: int
    shifted: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What the readers had to say, file by file."""
        return [*(note for _, log in self.logs for note in log.notes), *self.shifted]

    def as_json(self) -> dict[str, Any]:
        """Counts per file, per technology and per kind of server change."""
        files = [
            {
                "file": path.name,
                "format": log.format,
                "start": log.start,
                "rows": log.rows,
                "rejected": len(log.rejects),
                "reasons": _counts(log.rejects["reason"]),
                "unused": dict(log.unused),
                "readings": len(log.readings),
                "by_rat": _counts(log.readings["rat"]),
            }
            for path, log in self.logs
        ]
        kinds = _counts(self.moves["kind"] + " " + self.moves["rat_from"] + "→" + self.moves["rat_to"])
        return {"schema": "rfopt.ingest/1", "files": files, "server_changes": kinds, "pingpong_10s": self.back,
                "notes": self.notes}  # fmt: skip

    def lines(self, lang: str) -> list[str]:
        """The counts for people."""
        out = []
        for file in self.as_json()["files"]:
            out.append(
                say("cli.ingested", lang, **{k: file[k] for k in ("file", "format", "rows", "readings", "rejected")})
            )
            out += [f"    {count} × {reason}" for reason, count in file["reasons"].items()]
            out += [say("cli.unused", lang, count=count, kind=kind) for kind, count in file["unused"].items()]
            out.append("    " + ", ".join(f"{rat} {count}" for rat, count in file["by_rat"].items()))
        changes = ", ".join(f"{kind} {count}" for kind, count in self.as_json()["server_changes"].items()) or "–"
        return [*out, say("cli.changes", lang, changes=changes, back=self.back)]


def _counts(values: pd.Series) -> dict[str, int]:
    counted = values.astype(str).value_counts()
    return {str(name): int(counted[name]) for name in sorted(counted.index, key=lambda n: (-counted[n], n))}


def ingest(
    logs: Sequence[Path],
    output: Path,
    name: str | None = None,
    rejects: Path | None = None,
    column_map: Path | None = None,
) -> Ingested:
    """Read logs and write them as one table.

    Parameters
    ----------
    logs : sequence of Path
        Logs, or zip and gzip archives of them.
    output : Path
        ``.csv`` or ``.parquet``.
    name : str, optional
        Format, where content does not tell.
    rejects : Path, optional
        Where to write rejected rows with file, line and reason.
    column_map : Path, optional
        A column map in TOML (see `rfopt.logs.column_map`), through which all of the logs are read.

    Raises
    ------
    InputError
        If a file cannot be read, its format is not known, none of its rows can be used, or the output would replace
        one of the logs.
    """
    for path in [*logs, *([column_map] if column_map else [])]:
        for target in (output, rejects):
            if target is not None and target.exists() and path.exists() and target.samefile(path):
                raise InputError("would be overwritten by the output, expected another name", path)
    read = [pair for path in logs for pair in _read(path, _reader(name, column_map))]
    if rejects is not None:
        rows = pd.concat([log.rejects.assign(file=path.name) for path, log in read], ignore_index=True)
        write_whole(rejects, table_text(rows, ["file", "line", "reason", "text"]))
    for path, log in read:
        _refuse_useless(path, log)
    readings, shifted = _one_after_another(read)
    write_log(readings, output)
    moves = transitions(readings)
    return Ingested(tuple(read), moves, int(pingpong(moves, PINGPONG_S).sum()), shifted)


def _reader(name: str | None, column_map: Path | None) -> Callable[[Path], Log | None]:
    """What reads a log: the format named, the one that its content tells, or a column map."""
    if column_map is None:
        return lambda path: find_log(path, name)
    if name is not None:
        raise InputError("a format and a column map are both given, expected one of them", column_map)
    described = read_map(column_map)
    return lambda path: read_mapped(path, described)


def _read(path: Path, reader: Callable[[Path], Log | None]) -> Iterator[tuple[Path, Log]]:
    """A log, or those in an archive."""
    kind = archive_kind(path)
    if not kind:
        yield path, reader(path) or read_log(path)
        return
    others: list[str] = []
    count = 0
    with closing(unpacked(path)) as members:
        for name, file in members:
            shown = path / name
            log = None if is_event_header(header_names(file)[0]) else _member(shown, file, reader)
            if log is None:
                others.append(printable(name))
                continue
            count += 1
            yield shown, log
    if not count:
        what = f"; it holds {printable(', '.join(others), 200)}" if others else ""
        raise InputError(f"holds no drive-test log rfopt can read{what}", path)


def _member(shown: Path, file: Path, reader: Callable[[Path], Log | None]) -> Log | None:
    """A log out of an archive, under the name it has there."""
    try:
        log = reader(file)
    except InputError as error:
        raise InputError(error.message, shown, error.line) from None
    if log is None:
        return None
    notes = tuple(note.replace(file.name, shown.name) for note in log.notes)
    named = log.readings.assign(file=pd.array([str(shown)] * len(log.readings), dtype="str"))
    return replace(log, readings=named, notes=notes)


def _refuse_useless(path: Path, log: Log) -> None:
    """A file of which no row can be used is not what its user thinks it is."""
    if log.rows and log.readings.empty:
        reasons = [f"{count} × {reason}" for reason, count in _counts(log.rejects["reason"]).items()]
        reasons += [f"{count} × {kind}" for kind, count in log.unused.items()]
        line = int(log.rejects["line"].iloc[0]) if len(log.rejects) else None
        raise InputError(f"has no row that can be used: {', '.join(reasons)}", path, line)


def _one_after_another(read: Sequence[tuple[Path, Log]]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All readings on one clock: each log begins `PAUSE_S` after the one before has ended.

    The table has no column for the file, so two logs that both begin at 0 s would otherwise be mixed up.
    """
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    end = 0.0
    for path, log in read:
        shift = end + PAUSE_S if parts else 0.0
        if shift:
            notes.append(f"{path.name}: its times are shifted by {shift:g} s to follow the log before it")
        parts.append(log.readings.assign(time=log.readings["time"] + shift))
        end = float(parts[-1]["time"].max()) if len(parts[-1]) else end
    return pd.concat(parts, ignore_index=True), tuple(notes)
