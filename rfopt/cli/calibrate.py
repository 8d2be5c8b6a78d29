"""The propagation model corrected by a log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, progress, refuse_one_name, tell, warn

if TYPE_CHECKING:
    from rfopt.calibrating import CalibratedCase

NAME_WIDTH, KIND_WIDTH = 26, 12


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="File for the calibration, for rfopt predict.")
@common
def calibrate(
    case: Path, output: Path | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool
) -> None:
    """Fit the propagation model to the logs of CASE and report its error on places held back.

    \b
    rfopt calibrate drive_tests/baohu_tianxia -o calibration.json
    rfopt predict site_configs/baohu_tianxia --calibration calibration.json
    """
    from rfopt.calibrating import calibrate_case, with_model
    from rfopt.case import read_case
    from rfopt.files import as_json, write_whole

    refuse_one_name(output, json_to)
    with progress(quiet or json_to == "-", lang) as told:
        result = calibrate_case(read_case(case), told)
    table = result.as_json()
    if output:
        write_whole(output, as_json(with_model(result)))
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    after = (
        hint(lang, "rfopt", "predict", "NETWORK", "--calibration", output)
        if output
        else hint(lang, "rfopt", "calibrate", case, "-o", "calibration.json")
    )
    tell(json_to, quiet, lines(result, table, lang), [f"{output}"] if output else [], after)


def lines(result: CalibratedCase, table: dict[str, Any], lang: str) -> list[str]:
    """The calibration for people: what was used, cells, terms, error held back, suspects."""
    from rfopt.words import say

    used = say("calibrate.used", lang, **table["used"])
    shadow = table["shadowing"]
    field = say(
        "calibrate.shadowing",
        lang,
        **{f"{where}_{name}": value for where, row in shadow.items() for name, value in row.items()},
    )
    return [
        used, "", *_cell_lines(table["cells"], lang), "", *_term_lines(table["terms"], lang), field, "",
        *_held_back_lines(table["held_back"], lang), "", *_suspect_lines(table, lang), "",
    ]  # fmt: skip


def _padded(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


def _kind(word: str, lang: str) -> str:
    """A kind of cell or of wall by name; a technology as it is."""
    from rfopt.words import catalogue, say

    key = next((key for key in (f"network.kind.{word}", f"wall.{word}") if key in catalogue()), "")
    return say(key, lang) if key else word


def _plus_minus(row: dict[str, Any]) -> str:
    return f"{row['value']:+6.1f} ± {(row['high'] - row['low']) / 2:.1f}"


def _cell_lines(cells: list[dict[str, Any]], lang: str) -> list[str]:
    """A cell a line, the most heard first."""
    from rfopt.words import say

    out = [say("calibrate.cells", lang)]
    for row in sorted(cells, key=lambda row: (-row["heard"], row["censored"])):
        places = say("calibrate.places", lang, heard=row["heard"], censored=row["censored"])
        kind = _padded(_kind(row["kind"], lang), KIND_WIDTH)
        out.append(f"  {_padded(row['cell'], NAME_WIDTH)} {row['rat']:4} {kind} {_plus_minus(row):>14}   {places}")
    return out


def _term_lines(terms: list[dict[str, Any]], lang: str) -> list[str]:
    """A term a line; one that is not separable without a value."""
    from rfopt.words import say

    out = [say("calibrate.terms", lang)]
    for row in terms:
        what, *of = row["term"].split(" ", 1)
        name = say(f"calibrate.term.{what}", lang, of=" ".join(_kind(word, lang) for word in " ".join(of).split()))
        value = _plus_minus(row) if row["separable"] else say("calibrate.not_separable", lang)
        out.append(f"  {_padded(name, NAME_WIDTH + 12)} {value:>14}")
    return out


def _held_back_lines(held: dict[str, Any], lang: str) -> list[str]:
    from rfopt.words import say

    if held["inside_90"] is None or held["blocks"] < 2:
        return [say("calibrate.held_back.none", lang)]
    return [
        say(
            "calibrate.held_back", lang, blocks=held["blocks"], levels=held["levels"],
            rmse_before=held["rmse_db"]["before"], rmse_after=held["rmse_db"]["after"],
            median_before=held["median_db"]["before"], median_after=held["median_db"]["after"],
            inside=100.0 * held["inside_90"],
        )
    ]  # fmt: skip


def _suspect_lines(table: dict[str, Any], lang: str) -> list[str]:
    """Rows of the site table that the log contradicts, each with what to check, and what could not be told."""
    from rfopt.words import say

    tested, untold = (len(table["site_table"][name]) for name in ("tested", "not_separable"))
    out = [say("calibrate.site_table", lang, tested=tested, count=len(table["suspects"]))]
    for suspect in table["suspects"]:
        out.append("  " + say(f"calibrate.suspect.{suspect['kind']}", lang, **_turned(suspect)))
        out.append("    " + say(f"calibrate.check.{suspect['kind']}", lang, **_turned(suspect)))
    if untold:
        out.append("  " + say("calibrate.untold", lang, count=untold))
    return out


def _turned(suspect: dict[str, Any]) -> dict[str, Any]:
    """A suspect with azimuths from 0° to 360°."""
    if suspect["parameter"] != "azimuth_deg":
        return suspect
    return suspect | {name: suspect[name] % 360.0 for name in ("table", "fitted", "low", "high")}
