"""Help in Chinese, click's own words included."""

from __future__ import annotations

import copy
import inspect
import re
import sys

import click

from rfopt.cli.options import spoken

MODULES = ("core", "decorators", "formatting", "types")
"""Parts of click that say something in help; what they say in errors is translated whole (`in_words`)."""
REMARK = re.compile(r"^(.*\S\s{2,}(?:# )?)(\S.*)$")
"""An example with a remark after it."""


class _Formatter(click.HelpFormatter):
    """Help with full-width colons."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix if prefix is not None else _said("Usage:"))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


def in_chinese(command: click.Command) -> click.Command:
    """A command whose help, options and own commands speak Chinese as far as the catalogue does."""
    _teach_click()
    made = copy.copy(command)
    made.context_class = _Context
    parts = map(inspect.cleandoc, inspect.cleandoc(command.help or "").split("\n\n"))
    made.help = "\n\n".join(_examples(part) if "\b" in part else _said(" ".join(part.split())) for part in parts)
    made.epilog = _said(" ".join((command.epilog or "").split()))
    made.options_metavar = _said(command.options_metavar or "")
    made.params = [_parameter(parameter) for parameter in command.params]
    if isinstance(made, click.Group):
        made.subcommand_metavar = _said(made.subcommand_metavar)
        made.commands = {name: in_chinese(inner) for name, inner in made.commands.items()}
    return made


def _said(text: str) -> str:
    from rfopt.words import translated

    return translated(text, "zh")


def _spoken(text: str) -> str:
    return _said(text) if spoken() == "zh" else text


def _parameter(parameter: click.Parameter) -> click.Parameter:
    made = copy.copy(parameter)
    if isinstance(made, click.Option):
        made.help = _said(made.help or "")
        shown = _said(made.type.name.upper())
        made.metavar = made.metavar or (None if made.is_flag or shown == made.type.name.upper() else shown)
        if isinstance(made.show_default, str):
            made.show_default = _said(made.show_default)
    return made


def _examples(block: str) -> str:
    """Lines of examples, the remarks after them translated."""
    found = ((REMARK.match(line), line) for line in block.splitlines())
    return "\n".join(remark[1] + _said(remark[2]) if remark else line for remark, line in found)


def _teach_click() -> None:
    """Let click look its words up in the catalogue, as it has no Chinese of its own, and know how wide a hanzi is."""
    from rich.cells import cell_len

    for name in MODULES:
        vars(sys.modules[f"click.{name}"])["_"] = _spoken
    vars(sys.modules["click.formatting"])["term_len"] = cell_len
