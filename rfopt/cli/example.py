"""Write the shipped case."""

from __future__ import annotations

from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, tell


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@common
def example(folder: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Write the Baohu Tianxia case and its network into FOLDER.

    \b
    rfopt example here
    rfopt example here --seed 7    # the same network, walked again
    """
    from rfopt.example import write_example

    case = write_example(folder, seed)
    finish({"case": str(case)}, json_to)
    tell(json_to, quiet, [], [f"{case}"], hint(lang, "rfopt", "recommend", case, "-o", folder / "out"))
