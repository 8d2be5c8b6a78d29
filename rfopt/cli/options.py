"""What all commands share: their options, the language they speak, suggestions for mistyped words."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from rfopt.errors import did_you_mean, printable

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where the user's language stands, the first that is set counting, as POSIX has it."""


def language(words: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> str:
    """The language of a command line: what ``--lang`` says, else Chinese on a Chinese system, else English.

    >>> language(["diagnose", "case", "--lang", "zh"], {}), language([], {"LANG": "zh_CN.UTF-8"}), language([], {})
    ('zh', 'zh', 'en')
    """
    words = list(words)
    for word, value in zip(words, [*words, ""][1:], strict=True):
        said = word.removeprefix("--lang=") if word.startswith("--lang=") else value if word == "--lang" else ""
        if said in ("en", "zh"):
            return said
    place = next((environment[name] for name in LOCALE if environment.get(name)), "")
    return "zh" if place.lower().startswith("zh") else "en"


def spoken() -> str:
    """The language of this command line."""
    return language(sys.argv[1:])


def common(function: Callable[..., None]) -> Callable[..., None]:
    """Options that every command takes."""
    options = (
        click.option("--json", "json_to", metavar="FILE", help="Write the result as JSON; - for standard output."),
        click.option(
            "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Seed of all chance."
        ),
        click.option(
            "--lang", type=click.Choice(["en", "zh"]), default=spoken, show_default="by LC_ALL, LC_MESSAGES, LANG",
            help="Language.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print the result only."),
        click.option("-v", "--verbose", is_flag=True, help="Print warnings and defaults taken."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


class Suggesting(click.Group):
    """Commands with a suggestion for a mistyped one, and help that follows the user's language."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command of a word; an unknown word is refused with the nearest known one."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = did_you_mean(args[0], known) or f"; expected one of {', '.join(known)}"
            raise click.UsageError(f"no command '{printable(args[0])}'{near}")
        return super().resolve_command(ctx, args)
