"""Words to calls: the command line, and the only place that prints. One file a command.

Science packages are imported inside the commands, so that help answers at once.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from rfopt import __version__
from rfopt.cli.chinese import in_chinese
from rfopt.cli.options import Suggesting, spoken
from rfopt.errors import InputError

COMMANDS = ("example", "network", "ingest", "diagnose", "recommend", "simulate", "check", "plan", "baseline", "predict",
            "calibrate", "compare", "batch", "explain", "doctor", "completion")  # fmt: skip
BAD_INPUT = 2
EXIT_CODES = "Exit codes: 0 done, 2 bad input or usage."


class Group(Suggesting):
    """Commands in the order they are used, each in a file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded when asked for, its help in the user's language."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"rfopt.cli.{cmd_name}"), cmd_name)
        command.epilog = command.epilog or EXIT_CODES
        return in_chinese(command) if spoken() == "zh" else command


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--lang", type=click.Choice(["en", "zh"]), expose_value=False, help="Language, also of this help.")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """From a walk test in a high-rise flat to a parameter change plan, for 2G and 4G.

    \b
    rfopt example here                                     a case to start with
    rfopt diagnose here/drive_tests/baohu_tianxia          what is wrong
    rfopt recommend here/drive_tests/baohu_tianxia -o out  what to change
    rfopt compare here/drive_tests/baohu_tianxia retest    did it work
    rfopt explain penalty_time_s                           what is that
    rfopt doctor                                           is all installed
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run a command; bad input is one line on standard error and exit code 2."""
    gc.set_threshold(100_000)  # imports make a million objects that all stay: not to be looked through every 700
    try:
        command = in_chinese(cli) if spoken() == "zh" else cli
        command(standalone_mode=False)
    except InputError as error:
        fail(error.message, error.place)
    except click.ClickException as error:
        fail(" ".join(error.format_message().split()))
    except click.Abort:
        fail("interrupted")
    except BrokenPipeError:
        from rfopt.cli.output import hush

        hush()
        sys.exit(0)
    finally:
        gc.freeze()  # nor at the end, when all of them go


def fail(message: str, place: str = "") -> None:
    """One line, with the file and line at fault first, and exit code 2."""
    from rfopt.cli.output import heading
    from rfopt.words import in_words

    lang = spoken()
    click.echo(heading("cli.error", lang, "red") + f"{place} {in_words(message, lang)}".strip(), err=True)
    sys.exit(BAD_INPUT)
