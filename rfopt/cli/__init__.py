"""Words to calls: the command line, and the only place that prints. One file a command.

Science packages are imported inside the commands, so that help answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from rfopt import __version__
from rfopt.errors import InputError, did_you_mean, printable

COMMANDS = ("example", "network", "ingest", "diagnose", "recommend", "simulate", "predict", "calibrate", "compare")
BAD_INPUT = 2


class Group(click.Group):
    """Commands in the order they are used, each in a file of its name, with a suggestion for a mistyped one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded when asked for."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"rfopt.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command of a word; an unknown word is refused with the nearest known one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = did_you_mean(args[0], COMMANDS) or f"; expected one of {', '.join(COMMANDS)}"
            raise click.UsageError(f"no command '{printable(args[0])}'{near}")
        return super().resolve_command(ctx, args)


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """From a walk test in a high-rise flat to a parameter change plan, for 2G and 4G.

    \b
    rfopt example here                                     a case to start with
    rfopt diagnose here/drive_tests/baohu_tianxia          what is wrong
    rfopt recommend here/drive_tests/baohu_tianxia -o out  what to change
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run a command; bad input is one line on standard error and exit code 2."""
    try:
        cli(standalone_mode=False)
    except InputError as error:
        fail(str(error))
    except click.ClickException as error:
        fail(" ".join(error.format_message().split()))
    except click.Abort:
        fail("interrupted")
    except BrokenPipeError:
        sys.exit(0)


def fail(message: str) -> None:
    """One line and exit code 2."""
    click.echo(f"error: {message}", err=True)
    sys.exit(BAD_INPUT)
