"""Any log format in, the contract's table out, with every row accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rfopt.errors import InputError
from rfopt.files import write_whole
from rfopt.logs import Log, read_log, write_log
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
            out.append("    " + ", ".join(f"{rat} {count}" for rat, count in file["by_rat"].items()))
        changes = ", ".join(f"{kind} {count}" for kind, count in self.as_json()["server_changes"].items()) or "–"
        return [*out, say("cli.changes", lang, changes=changes, back=self.back)]


def _counts(values: pd.Series) -> dict[str, int]:
    counted = values.astype(str).value_counts()
    return {str(name): int(counted[name]) for name in sorted(counted.index, key=lambda n: (-counted[n], n))}


def ingest(logs: Sequence[Path], output: Path, name: str | None = None, rejects: Path | None = None) -> Ingested:
    """Read logs and write them as one table.

    Parameters
    ----------
    logs : sequence of Path
    output : Path
        ``.csv`` or ``.parquet``.
    name : str, optional
        Format, where content does not tell.
    rejects : Path, optional
        Where to write rejected rows with file, line and reason.

    Raises
    ------
    InputError
        If a file cannot be read, its format is not known, or the output would replace one of the logs.
    """
    for path in logs:
        for target in (output, rejects):
            if target is not None and target.exists() and path.exists() and target.samefile(path):
                raise InputError("would be overwritten by the output, expected another name", path)
    read = [(path, read_log(path, name)) for path in logs]
    readings, shifted = _one_after_another(read)
    write_log(readings, output)
    if rejects is not None:
        rows = pd.concat([log.rejects.assign(file=path.name) for path, log in read], ignore_index=True)
        write_whole(rejects, table_text(rows, ["file", "line", "reason", "text"]))
    moves = transitions(readings)
    return Ingested(tuple(read), moves, int(pingpong(moves, PINGPONG_S).sum()), shifted)


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
