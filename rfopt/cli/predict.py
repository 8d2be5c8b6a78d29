"""Coverage by point, grid, façade and floor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, tell, warn
from rfopt.errors import InputError, printable

if TYPE_CHECKING:
    from rfopt.network import Network
    from rfopt.prediction import Prediction


@click.command()
@click.argument("network", type=click.Path(path_type=Path))
@click.option("--building", help="Predict this building floor by floor; the default is the tallest of the map.")
@click.option("--floors", metavar="FROM-TO", help="Only these floors, such as 20-24 or 23.")
@click.option("--ground", metavar="LAT,LON", help="Predict on the ground about a place instead.")
@click.option("--radius", default=300.0, show_default=True, type=click.FloatRange(1.0, 20_000.0), help="Metres.")
@click.option("--spacing", default=10.0, show_default=True, type=click.FloatRange(0.5, 1000.0), help="Metres.")
@click.option(
    "--points", type=click.Path(path_type=Path), help="Predict at the points of a CSV file: lat, lon, floor …"
)
@click.option("--calibration", type=click.Path(path_type=Path), help="What rfopt calibrate wrote.")
@click.option("-o", "output", type=click.Path(path_type=Path), help="Folder for tables and pictures.")
@click.option(
    "--export", "formats", multiple=True, metavar="FORMAT",
    help="Further files into the folder: gpkg (QGIS, MapInfo), or all; may be repeated.",
)  # fmt: skip
@common
def predict(
    network: Path, building: str | None, floors: str | None, ground: str | None, radius: float, spacing: float,
    points: Path | None, calibration: Path | None, output: Path | None, formats: tuple[str, ...],
    json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Predict the coverage of NETWORK: a tower floor by floor, the ground, or given points.

    \b
    rfopt predict site_configs/baohu_tianxia --building bhtx-1 -o out/tower
    rfopt predict site_configs/baohu_tianxia --floors 20-26 -o out/tower --export gpkg
    rfopt predict site_configs/baohu_tianxia --ground 38.495,106.225 --radius 400 -o out/ground
    """
    from rfopt.exports import asked_for, write_exports
    from rfopt.prediction import predict_ground, predict_points, predict_tower
    from rfopt.prediction_output import lines, summary, write_prediction
    from rfopt.sites import read_network

    if sum(bool(kind) for kind in (building or floors, ground, points)) > 1:
        raise click.UsageError("--building, --ground and --points exclude each other, expected one of them")
    chosen = asked_for(formats, "prediction")
    if chosen and output is None:
        raise click.UsageError("--export writes into a folder, expected -o DIR too")
    read = read_network(network)
    fitted = None
    if calibration:
        from rfopt.calibrating import read_calibration

        fitted = read_calibration(calibration)
    found: Prediction
    if points:
        found = predict_points(read, points, fitted)
    elif ground or not read.buildings:
        lat, lon = place(ground) if ground else middle(read)
        found = predict_ground(read, lat, lon, radius, spacing, fitted)
    else:
        found = predict_tower(read, building or tallest(read), floor_range(floors), fitted)
    written = write_prediction(found, output, lang) + write_exports(chosen, found, output, lang) if output else []
    if output and found.kind == "tower":
        from rfopt.files import write_whole
        from rfopt.report import building_html

        page = output / "tower.html"
        write_whole(page, building_html(found, fitted, lang))
        written.append(page)
    finish(summary(found), json_to)
    warn(list(found.notes), lang, quiet, verbose)
    after = "" if written else hint(lang, "rfopt", "predict", network, "-o", "out")
    tell(json_to, quiet and bool(written), lines(found, lang), [f"{path}" for path in written], after)


def place(text: str) -> tuple[float, float]:
    """Latitude and longitude of ``LAT,LON``."""
    found = re.fullmatch(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", text)
    lat, lon = (float(number) for number in found.groups()) if found else (91.0, 181.0)
    if abs(lat) > 90.0 or abs(lon) > 180.0:
        raise InputError(
            f"--ground '{printable(text)}' is no place, expected LAT,LON in degrees such as 38.495,106.225"
        )
    return lat, lon


def floor_range(text: str | None) -> list[int] | None:
    """Floors of ``20-24`` or ``23``; None for all."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*", text)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if high < low:
        raise InputError(f"--floors '{printable(text)}' are no floors, expected such as 20-24 or 23")
    return list(range(low, high + 1))


def tallest(network: Network) -> str:
    """The building of most floors; of several the first on the map."""
    highest = max(network.buildings, key=lambda building: building.height_m)
    name: str = highest.id
    return name


def middle(network: Network) -> tuple[float, float]:
    """The middle of the cells that have a place."""
    places = network.cells[["lat", "lon"]].dropna()
    if places.empty:
        raise InputError("no cell has a place and there is no map, expected lat and lon in cells.csv")
    return float(places["lat"].mean()), float(places["lon"].mean())
