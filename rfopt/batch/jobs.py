"""What there is to do: case folders, each with a name and a fingerprint of all that its result rests on."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rfopt import __version__
from rfopt.case import inputs_of
from rfopt.errors import InputError
from rfopt.files import as_json, sha256, write_whole

MOST_CASES = 1_000_000


@dataclass(frozen=True)
class Job:
    """One case to do.

    Attributes
    ----------
    name : str
        Unique in its batch, usable as the name of a folder.
    case : str
        Path of the folder with case.toml.
    fingerprint : str
        Changes when anything does that the result rests on; '' where the inputs cannot be read, which the work says.
    """

    name: str
    case: str
    fingerprint: str = ""


@dataclass(frozen=True)
class Settings:
    """What all cases of a batch share; `memory_mb` 0 sets no bound."""

    output: str
    seed: int = 0
    lang: str = "en"
    memory_mb: int = 0
    seconds: float = 900.0
    threads: int = 1


def find_jobs(paths: Iterable[Path], settings: Settings) -> list[Job]:
    """The cases below some folders, in the order of their paths, each once.

    Raises
    ------
    InputError
        If a path holds no case.
    """
    folders: dict[Path, None] = {}
    for path in paths:
        found = [path] if (path / "case.toml").is_file() else sorted(p.parent for p in path.glob("**/case.toml"))
        if not found:
            raise InputError("holds no case, expected a folder with case.toml or a folder of such folders", path)
        folders |= dict.fromkeys(p.resolve() for p in found)
        if len(folders) > MOST_CASES:
            raise InputError(f"holds more than {MOST_CASES} cases, expected fewer in one batch", path)
    names = _names(list(folders))
    return [Job(names[folder], str(folder), _fingerprint(folder, settings)) for folder in folders]


def _names(folders: Sequence[Path]) -> dict[Path, str]:
    """The folders' own names, with their parents' where that is not enough to tell them apart."""
    depth = dict.fromkeys(folders, 1)
    while True:
        names = {folder: "~".join(folder.parts[-depth[folder] :]).replace("/", "") for folder in folders}
        taken: dict[str, list[Path]] = {}
        for folder, name in names.items():
            taken.setdefault(name, []).append(folder)
        twins = [folder for same in taken.values() if len(same) > 1 for folder in same]
        if not twins:
            return names
        for folder in twins:
            depth[folder] += 1


def _fingerprint(folder: Path, settings: Settings) -> str:
    try:
        hashes = [f"{path}:{_sha256(path, _age(path))}" for path in inputs_of(folder).files()]
    except (InputError, OSError):
        return ""
    said = [__version__, str(settings.seed), settings.lang, *hashes]
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape")).hexdigest()


def _age(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@functools.lru_cache(maxsize=4096)
def _sha256(path: Path, age: tuple[int, int]) -> str:  # noqa: ARG001  a file that changed is hashed again
    """Hash of a file; a network that many cases share is hashed once."""
    return sha256(path)


@dataclass(frozen=True)
class Record:
    """What became of a case: `error` is '' where it was done, else the one line that says why not.

    `plan`, `findings` and the rest are as in its recommendation.json.
    """

    name: str
    case: str
    fingerprint: str
    id: str = ""
    network: str = ""
    error: str = ""
    seconds: float = 0.0
    peak_mb: int = 0
    objective: tuple[float, float] | None = None
    findings: tuple[dict[str, Any], ...] = ()
    plan: tuple[dict[str, Any], ...] = ()

    @property
    def done(self) -> bool:
        """True if the case has a recommendation."""
        return not self.error


def record_path(output: str, name: str) -> Path:
    """Where the record of a case stands."""
    return Path(output) / "records" / f"{name}.json"


def write_record(output: str, record: Record) -> None:
    """Keep what became of a case, whole or not at all."""
    write_whole(record_path(output, record.name), as_json(asdict(record)))


def read_record(output: str, job: Job) -> Record | None:
    """The record of a job that is done with the inputs as they are now; None if it has to be done (again)."""
    path = record_path(output, job.name)
    if not job.fingerprint or not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**{**kept, "objective": kept["objective"] and tuple(kept["objective"])})
    except (ValueError, TypeError, KeyError):
        return None
    return record if record.done and record.fingerprint == job.fingerprint else None
