"""A GeoPackage of a prediction for QGIS and MapInfo: places with server, level, dominance and C/I, and the cells."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from rfopt.exports import exports
from rfopt.prediction import Prediction

LONG_AGO = "1980-01-01T00:00:00.000Z"
WGS84 = "EPSG:4326"
OF_CELLS = ("rat", "kind", "site", "height_m", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg", "power_dbm")


@exports(of="prediction", file="prediction.gpkg", needs="pyogrio", extra="maps")
def gpkg(prediction: Prediction, _lang: str) -> bytes:
    """A layer for each technology, one for the cells; WGS84 points whose fields are called as in the tables."""
    import pyogrio  # noqa: PLC0415  an extra

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": LONG_AGO})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prediction.gpkg"
            for name, table in layers_of(prediction).items():
                _write(path, name, table)
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def layers_of(prediction: Prediction) -> dict[str, pd.DataFrame]:
    """Tables with lat and lon, by the name of their layer."""
    places = prediction.places.reset_index(drop=True)
    found = {
        f"coverage_{rat.lower()}": pd.concat([places, figures.reset_index(drop=True)], axis=1)
        for rat, figures in prediction.figures.items()
    }
    cells = prediction.network.cells
    found["cells"] = cells[["lat", "lon", *OF_CELLS]].rename_axis("cell").reset_index().dropna(subset=["lat", "lon"])
    return found


def _write(path: Path, layer: str, table: pd.DataFrame) -> None:
    from pyogrio.raw import write  # noqa: PLC0415  an extra

    points = shapely.to_wkb(shapely.points(table["lon"].to_numpy(float), table["lat"].to_numpy(float)))
    fields = [name for name in table if name not in ("lat", "lon")]
    write(
        path, points, [_field(table[name]) for name in fields], fields, layer=layer, driver="GPKG",
        geometry_type="Point", crs=WGS84, append=path.exists(),
    )  # fmt: skip


def _field(column: pd.Series) -> Any:
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(float)
    return np.array([str(value) for value in column], dtype=object)
