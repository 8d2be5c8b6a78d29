"""Options that every command takes."""

from __future__ import annotations

from collections.abc import Callable

import click


def common(function: Callable[..., None]) -> Callable[..., None]:
    """Options that every command takes."""
    options = (
        click.option("--json", "json_to", metavar="FILE", help="Write the result as JSON; - for standard output."),
        click.option(
            "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Seed of all chance."
        ),
        click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language."),
        click.option("-q", "--quiet", is_flag=True, help="Print the result only."),
        click.option("-v", "--verbose", is_flag=True, help="Print warnings and defaults taken."),
    )
    for option in reversed(options):
        function = option(function)
    return function
