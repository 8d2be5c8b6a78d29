"""What a command prints, and where: results, notes, progress."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

LEAST_PROGRESS_S = 2.0
LEAST_PACE = 0.02
"""A pace told from less of a stage than this is no pace."""
BAR = 30
SERIOUS = 0.5


def heading(key: str, lang: str, colour: str = "") -> str:
    """The word before a line, and the gap after it that its language wants."""
    from rfopt.words import say

    text = say(key, lang)
    return (paint(text, colour) if colour else text) + (" " if lang == "en" else "")


def hint(lang: str, *words: object) -> str:
    """The next command to type, its words as a shell wants them."""
    return f"{heading('cli.next', lang)}{shlex.join(str(word) for word in words)}"


def put(text: str, newline: bool = True) -> None:
    """Write to standard output.

    Raises
    ------
    InputError
        If it takes no more, as a file on a full disk.
    """
    try:
        click.echo(text, nl=newline)
    except BrokenPipeError:
        raise
    except OSError as error:
        from rfopt.errors import InputError

        hush()
        raise InputError(f"standard output cannot be written: {error.strerror}") from None


def hush() -> None:
    """Let what is left for standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def finish(table: Any, json_to: str | None) -> None:
    """Write the JSON where it was asked for."""
    from rfopt.files import as_json, write_whole

    if json_to == "-":
        put(as_json(table), newline=False)
    elif json_to:
        write_whole(Path(json_to), as_json(table))


def refuse_one_name(output: Path | None, json_to: str | None) -> None:
    """Refuse to write the JSON over the command's own output.

    Raises
    ------
    InputError
        If both are one file.
    """
    from rfopt.errors import InputError
    from rfopt.files import same_file

    if output is not None and json_to not in (None, "-") and same_file(output, Path(str(json_to))):
        raise InputError("is named for the result and for the JSON, expected two names", output)


def tell(json_to: str | None, quiet: bool, lines: list[str], last: list[str], after: str = "") -> None:
    """Print for people, unless the JSON has standard output; `last` is the result that `-q` keeps.

    `after` is what to do next (`hint`), which `-q` leaves out.
    """
    if json_to == "-":
        return
    for line in last if quiet else [*lines, *last, *([after] if after else [])]:
        put(line)


def warn(notes: list[str], lang: str, quiet: bool, verbose: bool) -> None:
    """Warnings to standard error: all with -v, their number otherwise, none with -q."""
    if quiet or not notes:
        return
    from rfopt.words import in_words, say

    for note in [in_words(one, lang) for one in notes] if verbose else [say("cli.notes", lang, count=len(notes))]:
        click.echo(heading("cli.note", lang, "yellow") + note, err=True)


class progress:  # noqa: N801  a context manager that reads as a verb
    """A bar with the time left on standard error while long work runs, only on a terminal and only past two seconds."""

    def __init__(self, off: bool, lang: str = "en"):
        self.off = off or not sys.stderr.isatty()
        self.lang = lang
        self.started = self.stage_started = time.monotonic()
        self.stage, self.stage_share, self.drawn = "", 0.0, 0

    def __enter__(self) -> Callable[[str, float], None]:
        return self.told

    def told(self, stage: str, share: float) -> None:
        """Draw the stage, the share done and the time left."""
        now = time.monotonic()
        if stage != self.stage or share < self.stage_share:
            self.stage, self.stage_share, self.stage_started = stage, share, now
        if self.off or now - self.started < LEAST_PROGRESS_S:
            return
        from rich.cells import cell_len

        line = progress_line(stage, share, self._left_s(share, now), self.lang)
        sys.stderr.write("\r" + line + " " * max(self.drawn - cell_len(line), 0))
        sys.stderr.flush()
        self.drawn = cell_len(line)

    def _left_s(self, share: float, now: float) -> float | None:
        """By the pace of this stage; None before it has any."""
        done = share - self.stage_share
        return (now - self.stage_started) * (1.0 - share) / done if done > LEAST_PACE else None

    def __exit__(self, *_: object) -> None:
        if self.drawn:
            sys.stderr.write("\r" + " " * self.drawn + "\r")


def progress_line(stage: str, share: float, left_s: float | None, lang: str) -> str:
    """A bar as it is drawn.

    >>> progress_line("search", 0.5, 75.0, "en")
    'looking for a plan   ███████████████···············  50%  about 1:15 left'
    """
    from rich.cells import set_cell_size

    from rfopt.words import catalogue, say

    name = say(f"stage.{stage}", lang) if f"stage.{stage}" in catalogue() else stage
    bar = "█" * round(BAR * share) + "·" * (BAR - round(BAR * share))
    left = "" if left_s is None else "  " + say("cli.left", lang, time=f"{left_s // 60:.0f}:{left_s % 60:02.0f}")
    return f"{set_cell_size(name, 20)} {bar} {share:4.0%}{left}"


def paint(text: str, colour: str) -> str:
    """A coloured text where colours are wanted; `click.echo` takes them away again where no terminal reads."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=colour)


def finding_lines(table: dict[str, Any], lang: str) -> list[str]:
    """Findings, a line each, worst first."""
    from rfopt.words import say

    lines = []
    for finding in table["diagnosis"]:
        severity = f"{finding['severity']:.2f}"
        lines.append(f"{paint(severity, 'red') if finding['severity'] >= SERIOUS else severity}  {finding['text']}")
    return lines or [say("report.findings.none", lang)]
