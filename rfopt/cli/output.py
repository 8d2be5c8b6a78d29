"""What a command prints, and where: results, notes, progress."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def hint(lang: str, key: str, command: str) -> str:
    """The next command to type."""
    from rfopt.words import say

    return f"{say('cli.next', lang)} {command}"


def as_text(table: Any) -> str:
    """JSON as it is written: readable, in order, the same every time."""
    return json.dumps(table, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def finish(table: Any, json_to: str | None) -> None:
    """Write the JSON where it was asked for."""
    if json_to == "-":
        click.echo(as_text(table), nl=False)
    elif json_to:
        from rfopt.files import write_whole

        write_whole(Path(json_to), as_text(table))


def tell(json_to: str | None, quiet: bool, lines: list[str], last: list[str]) -> None:
    """Print for people, unless the JSON has standard output; `last` is the result that `-q` keeps."""
    if json_to == "-":
        return
    for line in ([] if quiet else lines) + last:
        click.echo(line)


def warn(notes: list[str], lang: str, quiet: bool, verbose: bool) -> None:
    """Warnings to standard error: all with -v, their number otherwise, none with -q."""
    if quiet or not notes:
        return
    from rfopt.words import say

    for note in notes if verbose else [say("cli.notes", lang, count=len(notes))]:
        click.echo(f"note: {note}", err=True)


class progress:  # noqa: N801  a context manager that reads as a verb
    """A bar on standard error while long work runs, only on a terminal and only past the first half second."""

    def __init__(self, off: bool):
        self.off = off or not sys.stderr.isatty()
        self.started = time.monotonic()

    def __enter__(self) -> Callable[[str, float], None]:
        return self.told

    def told(self, stage: str, share: float) -> None:
        """Draw the stage and the share done."""
        if self.off or time.monotonic() - self.started < 0.5:
            return
        width = 30
        bar = "█" * round(width * share) + "·" * (width - round(width * share))
        sys.stderr.write(f"\r{stage:10} {bar} {share:4.0%}")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if not self.off:
            sys.stderr.write("\r" + " " * 50 + "\r")


def finding_lines(table: dict[str, Any]) -> list[str]:
    """Findings, a line each, worst first."""
    return [f"{f['severity']:.2f}  {f['text']}" for f in table["diagnosis"]] or ["–"]
