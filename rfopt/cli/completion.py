"""Completion of words at the shell's prompt."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete rfopt's commands, options and files with the tab key.

    \b
    rfopt completion bash >> ~/.bashrc
    rfopt completion zsh  >> ~/.zshrc
    rfopt completion fish >  ~/.config/fish/completions/rfopt.fish
    """
    from click.shell_completion import get_completion_class

    from rfopt.cli import cli

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"this version of click has no completion for {shell}")
    script = found(cli, {}, "rfopt", "_RFOPT_COMPLETE")
    click.echo(script.source_template % script.source_vars())
