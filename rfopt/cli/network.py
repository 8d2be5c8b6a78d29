"""Networks: what was understood of one, and any format to the contract's tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from rfopt.cli.options import Suggesting, common
from rfopt.cli.output import finish, hint, tell, warn

SYSTEMS = click.Choice(["wgs84", "gcj02", "bd09"])


def places(function: Callable[..., None]) -> Callable[..., None]:
    """Options that say what the places of a network are given in."""
    function = click.option(
        "--map-coordinates", type=SYSTEMS, default="wgs84", show_default=True, help="Of the map of buildings."
    )(function)
    return click.option(
        "--coordinates", type=SYSTEMS, default="wgs84", show_default=True, help="Of the cells' places."
    )(function)


@click.group(cls=Suggesting, invoke_without_command=True)
@click.pass_context
def network(ctx: click.Context) -> None:
    """Look at a NETWORK of any format, or convert it to tables.

    \b
    rfopt network show site_configs/baohu_tianxia
    rfopt network convert 工参.xlsx --coordinates gcj02 -o site_configs/mine
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@network.command()
@click.argument("path", metavar="NETWORK", type=click.Path(path_type=Path))
@places
@common
def show(
    path: Path, coordinates: str, map_coordinates: str, json_to: str | None, seed: int, lang: str, quiet: bool,
    verbose: bool,
) -> None:  # fmt: skip
    """Say what was understood of NETWORK: cells, ranges, relations, lists, and what looks wrong.

    NETWORK is a folder with cells.csv, an .xlsx with the same tables as sheets, a site table (工参) in CSV or XLSX, or
    a folder with a Nokia dump (RAML .xml, .xml.gz) and a site table.
    """
    from rfopt.network_summary import lines, summarise
    from rfopt.sites import read_network

    read = read_network(path, coordinates, map_coordinates)
    found = summarise(read)
    finish(found, json_to)
    warn(list(read.notes), lang, quiet, verbose)
    shown = lines(found, lang)
    tell(json_to, False, shown, [])


@network.command()
@click.argument("path", metavar="NETWORK", type=click.Path(path_type=Path))
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@places
@common
def convert(
    path: Path, output: Path, coordinates: str, map_coordinates: str, json_to: str | None, seed: int, lang: str,
    quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Write NETWORK as a folder of tables, in WGS84, with every default filled in."""
    from rfopt.network_summary import summarise
    from rfopt.network_tables import write_network
    from rfopt.sites import read_network

    read = read_network(path, coordinates, map_coordinates)
    written = write_network(read, path, output)
    finish(summarise(read) | {"files": [str(file) for file in written]}, json_to)
    warn(list(read.notes), lang, quiet, verbose)
    tell(json_to, quiet, [], [f"{file}" for file in written], hint(lang, "rfopt", "network", "show", output))
