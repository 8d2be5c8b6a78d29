"""A network as a folder of CSV tables: cells, neighbours, redirects, layers, buildings and antennas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import sha256
from rfopt.network import RELATION_PARAMETERS, Network
from rfopt.radio.antennas import Pattern, read_pattern
from rfopt.scene import read_buildings
from rfopt.sites import network_formats
from rfopt.tables import read_table, schema
from rfopt.terrain import read_terrain

PATTERN_ENDINGS = (".msi", ".pln", ".txt")


@network_formats
def folder(path: Path) -> Network | None:
    """The contract's folder of tables."""
    if not path.is_dir() or not (path / "cells.csv").exists():
        return None
    cells, notes = _cells(path / "cells.csv")
    neighbours, more = _neighbours(path / "neighbours.csv", cells)
    redirects, still_more = _redirects(path / "redirects.csv", cells)
    layers, last = _layers(path / "layers.csv", cells)
    buildings, seen = read_buildings(path / "buildings.geojson") if (path / "buildings.geojson").exists() else ((), ())
    terrain, found = read_terrain(path / "terrain.asc") if (path / "terrain.asc").exists() else (None, [])
    files = [f for f in path.glob("*") if f.suffix in (".csv", ".geojson", ".asc")] + _pattern_files(path)
    return Network(
        cells.drop(columns=["cell"]).set_axis(pd.Index(cells["cell"], name="cell")),
        neighbours,
        redirects,
        layers,
        tuple(buildings),
        _antennas(path, cells),
        (*notes, *more, *still_more, *last, *seen, *found),
        {f.relative_to(path).as_posix(): sha256(f) for f in sorted(files)},
        terrain,
    )


def _cells(path: Path) -> tuple[pd.DataFrame, list[str]]:
    cells, notes = read_table(path, "cells")
    if cells.empty:
        raise InputError("holds no cells, expected one row a cell", path)
    _refuse_twice(cells, ["cell"], path, "cell")
    _need_by_rat(cells, path)
    notes += _fill_defaults(cells)
    text = [name for name in schema("cells") if cells[name].dtype == "str"]
    return cells.astype(dict.fromkeys(text, object)), notes


def _refuse_twice(frame: pd.DataFrame, keys: list[str], path: Path, what: str) -> None:
    twice = frame.duplicated(keys)
    if twice.any():
        line = frame.index[twice][0]
        value = " → ".join(printable(f"{v:g}" if isinstance(v, float) else v) for v in frame.loc[line, keys])
        raise InputError(f"{what} {value} stands twice, expected once", path, int(line))


def _need_by_rat(cells: pd.DataFrame, path: Path) -> None:
    for column in schema("cells").values():
        if column.need not in ("GSM", "LTE"):
            continue
        values = cells[column.column]
        empty = (values == "") if column.type == "bsic" else values.isna()
        missing = empty & (cells["rat"] == column.need)
        if missing.any():
            line = int(cells.index[missing][0])
            raise InputError(f"{column.column} is empty, expected one for a {column.need} cell", path, line)


def _fill_defaults(cells: pd.DataFrame) -> list[str]:
    """Fill empty values by the schema, in place, and say once per column what was taken."""
    notes = []
    for column in schema("cells").values():
        if not column.default:
            continue
        wanted = [column.default_for(rat, kind) for rat, kind in zip(cells["rat"], cells["kind"], strict=True)]
        defaults = np.array([float(word) if word else np.nan for word in wanted])
        defaults[~_applies(column.affects, cells["rat"])] = np.nan
        taken = cells[column.column].isna().to_numpy() & np.isfinite(defaults)
        if taken.any():
            values = ", ".join(f"{v:g}" for v in np.unique(defaults[taken]))
            notes.append(
                f"cells.csv: {column.column} is empty for {taken.sum()} cells, taken as {values} {column.unit}".rstrip()
            )
            cells.loc[taken, column.column] = defaults[taken]
    empty = cells["max_power_dbm"].isna()
    cells.loc[empty, "max_power_dbm"] = cells.loc[empty, "power_dbm"]
    return notes


def _applies(affects: tuple[str, ...], rat: pd.Series) -> np.ndarray:
    """Cells whose technology has the parameter: gsm_… for GSM, lte_… for LTE, the rest for both."""
    if any(word.startswith("gsm_") for word in affects):
        return (rat == "GSM").to_numpy()
    if any(word.startswith("lte_") for word in affects):
        return (rat == "LTE").to_numpy()
    return np.ones(len(rat), dtype=bool)


def _neighbours(path: Path, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    if not path.exists():
        return _indexed(pd.DataFrame(columns=["cell", "neighbour", *RELATION_PARAMETERS], dtype=float)), []
    frame, notes = read_table(path, "neighbours")
    rat = dict(zip(cells["cell"], cells["rat"], strict=True))
    _refuse_unknown(frame, ["cell", "neighbour"], rat, path)
    _refuse_twice(frame, ["cell", "neighbour"], path, "relation")
    for line, a, b in zip(frame.index, frame["cell"], frame["neighbour"], strict=True):
        if a == b:
            raise InputError(f"cell {printable(a)} is its own neighbour", path, line)
        if rat[a] != rat[b]:
            raise InputError(
                f"relation joins {rat[a]} {printable(a)} to {rat[b]} {printable(b)}, expected one technology",
                path,
                line,
            )
    for name in RELATION_PARAMETERS:
        column = schema("neighbours")[name]
        defaults = frame["cell"].map(rat).map(lambda r, c=column: float(c.default_for(r, "") or "nan"))
        taken = int((frame[name].isna() & defaults.notna()).sum())
        if taken:
            notes.append(
                f"neighbours.csv: {name} is empty for {taken} relations, taken as {column.default.split('=')[1]}"
            )
        frame[name] = frame[name].fillna(defaults)
    return _indexed(frame), notes


def _indexed(frame: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays(
        [frame["cell"].astype(str), frame["neighbour"].astype(str)], names=["cell", "neighbour"]
    )
    return frame[list(RELATION_PARAMETERS)].set_axis(index)


def _redirects(path: Path, cells: pd.DataFrame) -> tuple[frozenset[tuple[str, int]], list[str]]:
    if not path.exists():
        return frozenset(), []
    frame, notes = read_table(path, "redirects")
    _refuse_unknown(frame, ["cell"], dict(zip(cells["cell"], cells["rat"], strict=True)), path, "LTE")
    _refuse_twice(frame, ["cell", "arfcn"], path, "redirect entry")
    return frozenset((str(c), int(a)) for c, a in zip(frame["cell"], frame["arfcn"], strict=True)), notes


def _layers(path: Path, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    if not path.exists():
        return pd.DataFrame(columns=list(schema("layers"))), []
    frame, notes = read_table(path, "layers")
    _refuse_unknown(frame, ["cell"], dict(zip(cells["cell"], cells["rat"], strict=True)), path, "LTE")
    for name in ("priority", "thresh_x_high_db", "thresh_x_low_db", "q_rxlevmin_dbm"):
        frame[name] = frame[name].fillna(float(schema("layers")[name].default))
    return frame.reset_index(drop=True), notes


def _refuse_unknown(frame: pd.DataFrame, names: list[str], rat: dict[str, str], path: Path, wanted: str = "") -> None:
    for name in names:
        for line, cell in zip(frame.index, frame[name], strict=True):
            if cell not in rat:
                raise InputError(f"{name} '{printable(cell)}' is not in cells.csv{did_you_mean(cell, rat)}", path, line)
            if wanted and rat[cell] != wanted:
                raise InputError(f"{name} '{printable(cell)}' is {rat[cell]}, expected {wanted}", path, line)


def _pattern_files(path: Path) -> list[Path]:
    return sorted(f for f in path.glob("antennas/*") if f.suffix.lower() in PATTERN_ENDINGS)


def _antennas(path: Path, cells: pd.DataFrame) -> dict[str, Pattern]:
    """The patterns that cells name, each with its `name_…T` family; a file nobody names is not read."""
    files = _pattern_files(path)
    patterns: dict[str, Pattern] = {}
    for line, name in zip(cells.index, cells["antenna"], strict=True):
        if not name or name in patterns:
            continue
        family = [f for f in files if f.stem == name or f.stem.startswith(f"{name}_")]
        if not family:
            near = did_you_mean(name, [f.stem for f in files])
            raise InputError(
                f"antenna '{printable(name)}' has no file in antennas/{near}", path / "cells.csv", int(line)
            )
        patterns.update({f.stem: read_pattern(f) for f in family})
    return patterns
