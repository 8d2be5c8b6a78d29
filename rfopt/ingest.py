"""Any log format in, the contract's table out, with every row accounted for.

Nothing is held of a log but the part that is being read and the phone's stays on its servers, so a log of any size is
read in the same memory.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rfopt.archives import Progress, archive_kind, quiet, unpacked
from rfopt.errors import InputError, printable
from rfopt.files import same_file, whole_file, writing
from rfopt.logs import Part, Stream, find_log, open_log
from rfopt.logs.column_map import read_map
from rfopt.logs.events import is_event_header
from rfopt.logs.mapped import read_mapped
from rfopt.logs.opening import header_names
from rfopt.logs.transitions import Stays, pingpong, transitions
from rfopt.logs.writing import Sink, table_file
from rfopt.words import in_words, say

PINGPONG_S = 10.0
PAUSE_S = 60.0


@dataclass
class Counted:
    """What became of one file's rows."""

    file: str
    format: str
    start: str = ""
    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unused: Mapping[str, int] = field(default_factory=dict)
    by_rat: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each reason, the first line that was rejected for it, and what stands there."""

    @property
    def readings(self) -> int:
        """How many readings it gave."""
        return sum(self.by_rat.values())

    def take(self, part: Part) -> None:
        """Count a part."""
        self.reasons.update(reason for _, reason, _ in part.rejects)
        for line, reason, text in part.rejects:
            self.first.setdefault(reason, (line, text))
        counted = pc.value_counts(part.readings["rat"])
        for item in counted.to_pylist():
            self.by_rat[item["values"]] += item["counts"]

    def as_json(self) -> dict[str, Any]:
        """The counts, the most frequent first."""
        return {
            "file": self.file,
            "format": self.format,
            "start": self.start,
            "rows": self.rows,
            "rejected": self.reasons.total(),
            "reasons": _by_count(self.reasons),
            "unused": dict(self.unused),
            "readings": self.readings,
            "by_rat": _by_count(self.by_rat),
        }


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts, key=lambda name: (-counts[name], name))}


@dataclass(frozen=True)
class Ingested:
    """What became of each file, the server changes by kind, those undone at once, and what there is to know."""

    files: tuple[Counted, ...]
    changes: Mapping[str, int]
    back: int
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Counts per file, per technology and per kind of server change."""
        return {"schema": "rfopt.ingest/1", "files": [file.as_json() for file in self.files],
                "server_changes": dict(self.changes), "pingpong_10s": self.back,
                "notes": list(self.notes)}  # fmt: skip

    def lines(self, lang: str) -> list[str]:
        """The counts for people."""
        out = []
        for file, counted in zip(self.as_json()["files"], self.files, strict=True):
            out.append(
                say("cli.ingested", lang, **{k: file[k] for k in ("file", "format", "rows", "readings", "rejected")})
            )
            for reason, count in file["reasons"].items():
                line, text = counted.first[reason]
                said = {"reason": in_words(reason, lang), "text": text and f": {text}"}
                out.append(say("cli.rejected", lang, count=count, line=line, **said))
            out += [say("cli.unused", lang, count=count, kind=kind) for kind, count in file["unused"].items()]
            out.append("    " + ", ".join(f"{rat} {count}" for rat, count in file["by_rat"].items()))
        changes = ", ".join(f"{kind} {count}" for kind, count in self.as_json()["server_changes"].items()) or "–"
        return [*out, say("cli.changes", lang, changes=changes, back=self.back)]


def ingest(
    logs: Sequence[Path],
    output: Path,
    name: str | None = None,
    rejects: Path | None = None,
    column_map: Path | None = None,
    progress: Progress = quiet,
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
    progress : callable, optional
        Told the file being read, or that an archive is unpacked, and the share of it that is done.

    Raises
    ------
    InputError
        If a file cannot be read, its format is not known, none of its rows can be used, or the output would replace
        one of the logs. Nothing is written then, but for the rejects of files of which no row can be used.
    """
    for path in [*logs, *([column_map] if column_map else [])]:
        for target in (output, rejects):
            if target is not None and same_file(target, path):
                raise InputError("would be overwritten by the output, expected another name", path)
    if rejects is not None and same_file(output, rejects):
        raise InputError("is named for the table and for the rejected rows, expected two names", rejects)
    reader = _reader(name, column_map)
    with table_file(output) as sink:
        gathered = _Gathered(output, sink)
        with ExitStack() as stack:
            kept = None if rejects is None else stack.enter_context(_reject_file(rejects))
            for path in logs:
                for shown, stream in _read(path, reader, progress):
                    for part in gathered.parts(shown, stream, progress):
                        if rejects is not None and kept is not None:
                            with writing(rejects):
                                kept.writerows((shown.name, *reject) for reject in part.rejects)
        for path, file in gathered.files:
            _refuse_useless(path, file)
        sink.start = gathered.files[0][1].start if len(gathered.files) == 1 else ""
    return gathered.result()


@contextmanager
def _reject_file(path: Path) -> Iterator[Any]:
    """A table for the rejected rows."""
    with whole_file(path) as unfinished:
        with writing(path):
            stream = unfinished.open("w", encoding="utf-8", newline="")
        with stream:
            out = csv.writer(stream, lineterminator="\n")
            out.writerow(["file", "line", "reason", "text"])
            yield out


class _Gathered:
    """All readings on one clock: each log begins `PAUSE_S` after the one before has ended.

    The table has no column for the file, so two logs that both begin at 0 s would otherwise be mixed up.
    """

    def __init__(self, output: Path, sink: Sink):
        self.files: list[tuple[Path, Counted]] = []
        self._output = output
        self._sink = sink
        self._stays = Stays()
        self._notes: list[str] = []
        self._shifts: list[str] = []
        self._end = 0.0

    def parts(self, path: Path, stream: Stream, progress: Progress) -> Iterator[Part]:
        """Go through a log."""
        shift = self._end + PAUSE_S if self.files else 0.0
        file = Counted(path.name, stream.format)
        self.files.append((path, file))
        for part in stream.parts:
            if len(part.readings):
                self._take(path, part.readings, shift)
            file.take(part)
            progress(path.name, part.done / stream.size if stream.size else 1.0)
            yield part
        file.start, file.rows, file.unused = stream.start, stream.rows, stream.unused
        self._notes += [note.replace(stream.path.name, path.name) for note in stream.notes]
        if shift:
            self._shifts.append(f"{path.name}: its times are shifted by {shift:g} s to follow the log before it")

    def _take(self, path: Path, readings: pa.Table, shift: float) -> None:
        if shift:
            place = readings.schema.get_field_index("time")
            readings = readings.set_column(place, readings.schema.field(place), pc.add(readings["time"], shift))
        with writing(self._output):
            self._sink.add(readings)
        self._end = max(self._end, pc.max(readings["time"]).as_py())
        self._stays.take(readings, path)

    def result(self) -> Ingested:
        """The counts, once all logs have been gone through."""
        moves = transitions(self._stays.rows())
        kinds = Counter((moves["kind"] + " " + moves["rat_from"] + "→" + moves["rat_to"]).tolist())
        back = int(pingpong(moves, PINGPONG_S).sum())
        files = tuple(file for _, file in self.files)
        return Ingested(files, _by_count(kinds), back, (*self._notes, *self._shifts))


def _reader(name: str | None, column_map: Path | None) -> Callable[[Path], Stream | None]:
    """What reads a log: the format named, the one that its content tells, or a column map."""
    if column_map is None:
        return lambda path: find_log(path, name)
    if name is not None:
        raise InputError("a format and a column map are both given, expected one of them", column_map)
    described = read_map(column_map)
    return lambda path: read_mapped(path, described)


def _read(path: Path, reader: Callable[[Path], Stream | None], progress: Progress) -> Iterator[tuple[Path, Stream]]:
    """A log, or those in an archive, each under the name it has there; each is gone through before the next."""
    kind = archive_kind(path)
    if not kind:
        yield path, reader(path) or open_log(path)
        return
    others: list[str] = []
    count = 0
    with closing(unpacked(path, progress)) as members:
        for name, file in members:
            shown = path / name
            with _named(shown):
                log = None if is_event_header(header_names(file)[0]) else reader(file)
            if log is None:
                others.append(printable(name))
                continue
            count += 1
            log.parts = _parts_named(shown, log.parts)
            yield shown, log
    if not count:
        what = f"; it holds {printable(', '.join(others), 200)}" if others else ""
        raise InputError(f"holds no drive-test log rfopt can read{what}", path)


@contextmanager
def _named(shown: Path) -> Iterator[None]:
    """What is said against a file out of an archive, under the name it has there."""
    try:
        yield
    except InputError as error:
        raise InputError(error.message, shown, error.line) from None


def _parts_named(shown: Path, parts: Iterator[Part]) -> Iterator[Part]:
    with _named(shown):
        yield from parts


def _refuse_useless(path: Path, file: Counted) -> None:
    """A file of which no row can be used is not what its user thinks it is."""
    if not file.rows:
        raise InputError("holds a header and no rows, expected measurements", path)
    if not file.readings:
        counts = _by_count(Counter(file.reasons) + Counter(file.unused))
        line, text = file.first.get(next(iter(counts), ""), (None, ""))
        said = ", ".join(f"{count} × {reason}" for reason, count in counts.items())
        raise InputError(f"has no row that can be used: {said}{text and f'; the first: {text}'}", path, line)
