"""The contract's tables, whatever file they came from, to one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import sha256
from rfopt.network import RELATION_PARAMETERS, Network
from rfopt.sites.site_grid import TABLES
from rfopt.sites.surroundings import antennas_of, read_surroundings
from rfopt.tables import Rows, schema, type_rows

__all__ = ["TABLES", "assemble"]


def assemble(tables: Mapping[str, Rows], home: Path, files: Sequence[Path], notes: Sequence[str] = ()) -> Network:
    """A network of the contract's tables and of what stands beside them.

    Parameters
    ----------
    tables : mapping
        Rows by name of `TABLES`; all but cells may be missing.
    home : Path
        The folder with antennas/, buildings and terrain, where there are any.
    files : sequence of Path
        What the tables were read from.
    notes : sequence of str
        What the reader had to say.

    Raises
    ------
    InputError
        With file and line, where a table does not fit its schema or the others.
    """
    source = tables["cells"].file
    cells, said = _cells(tables["cells"])
    neighbours, more = _neighbours(tables.get("neighbours"), cells, source.name)
    redirects, still_more = _redirects(tables.get("redirects"), cells, source.name)
    layers, last = _layers(tables.get("layers"), cells, source.name)
    beside = read_surroundings(home)
    antennas, patterns = antennas_of(home, cells, source)
    return Network(
        cells.drop(columns=["cell"]).set_axis(pd.Index(cells["cell"], name="cell")),
        neighbours,
        redirects,
        layers,
        tuple(beside.buildings),
        antennas,
        (*notes, *said, *more, *still_more, *last, *beside.notes),
        {file.relative_to(home).as_posix(): sha256(file) for file in sorted({*files, *beside.files, *patterns})},
        beside.terrain,
    )


def _cells(rows: Rows) -> tuple[pd.DataFrame, list[str]]:
    cells, notes = type_rows(rows, "cells")
    if cells.empty:
        raise InputError("holds no cells, expected one row a cell", rows.file)
    _refuse_twice(cells, ["cell"], rows.file, "cell")
    _need_by_rat(cells, rows.file)
    notes += _fill_defaults(cells, rows.file.name)
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


def _fill_defaults(cells: pd.DataFrame, file: str) -> list[str]:
    """Fill empty values by the schema, in place, and say once per column what was taken."""
    notes = []
    sort = cells.groupby(["rat", "kind"], sort=False).ngroup().to_numpy()
    sorts = cells.drop_duplicates(["rat", "kind"])
    for column in schema("cells").values():
        if not column.default:
            continue
        words = [column.default_for(rat, kind) for rat, kind in zip(sorts["rat"], sorts["kind"], strict=True)]
        defaults = np.array([float(word) if word else np.nan for word in words])[sort]
        defaults[~_applies(column.affects, cells["rat"])] = np.nan
        taken = cells[column.column].isna().to_numpy() & np.isfinite(defaults)
        if taken.any():
            values = ", ".join(f"{v:g}" for v in np.unique(defaults[taken]))
            notes.append(
                f"{file}: {column.column} is empty for {taken.sum()} cells, taken as {values} {column.unit}".rstrip()
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


def _neighbours(rows: Rows | None, cells: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[str]]:
    if rows is None:
        return _indexed(pd.DataFrame(columns=["cell", "neighbour", *RELATION_PARAMETERS], dtype=float)), []
    frame, notes = type_rows(rows, "neighbours")
    rat = dict(zip(cells["cell"], cells["rat"], strict=True))
    _refuse_unknown(frame, ["cell", "neighbour"], rat, rows.file, source)
    _refuse_twice(frame, ["cell", "neighbour"], rows.file, "relation")
    rats, others = (_looked_up(frame[name], rat) for name in ("cell", "neighbour"))
    _refuse_odd_pairs(frame, rats, others, rows.file)
    for name in RELATION_PARAMETERS:
        column = schema("neighbours")[name]
        defaults = rats.map({r: float(column.default_for(r, "") or "nan") for r in ("GSM", "LTE")})
        taken = int((frame[name].isna() & defaults.notna()).sum())
        if taken:
            notes.append(
                f"{rows.file.name}: {name} is empty for {taken} relations, taken as {column.default.split('=')[1]}"
            )
        frame[name] = frame[name].fillna(defaults)
    return _indexed(frame), notes


def _looked_up(names: pd.Series, rat: dict[str, str]) -> pd.Series:
    """The technology of each named cell; NaN for one that the table does not have."""
    number, kinds = pd.factorize(names)
    found = np.array([rat.get(name, np.nan) for name in kinds], dtype=object)
    return pd.Series(found[number], index=names.index, dtype=object)


def _refuse_odd_pairs(frame: pd.DataFrame, rat: pd.Series, other: pd.Series, path: Path) -> None:
    odd = (frame["cell"] == frame["neighbour"]) | (rat != other)
    if odd.any():
        k = int(np.flatnonzero(odd)[0])
        a, b = (printable(frame[name].iloc[k]) for name in ("cell", "neighbour"))
        problem = (
            f"cell {a} is its own neighbour"
            if a == b
            else f"relation joins {rat.iloc[k]} {a} to {other.iloc[k]} {b}, expected one technology"
        )
        raise InputError(problem, path, int(frame.index[k]))


def _indexed(frame: pd.DataFrame) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays(
        [frame["cell"].astype(str), frame["neighbour"].astype(str)], names=["cell", "neighbour"]
    )
    return frame[list(RELATION_PARAMETERS)].set_axis(index)


def _redirects(rows: Rows | None, cells: pd.DataFrame, source: str) -> tuple[frozenset[tuple[str, int]], list[str]]:
    if rows is None:
        return frozenset(), []
    frame, notes = type_rows(rows, "redirects")
    _refuse_unknown(frame, ["cell"], dict(zip(cells["cell"], cells["rat"], strict=True)), rows.file, source, "LTE")
    _refuse_twice(frame, ["cell", "arfcn"], rows.file, "redirect entry")
    return frozenset((str(c), int(a)) for c, a in zip(frame["cell"], frame["arfcn"], strict=True)), notes


def _layers(rows: Rows | None, cells: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[str]]:
    if rows is None:
        return pd.DataFrame(columns=list(schema("layers"))), []
    frame, notes = type_rows(rows, "layers")
    _refuse_unknown(frame, ["cell"], dict(zip(cells["cell"], cells["rat"], strict=True)), rows.file, source, "LTE")
    for name in ("priority", "thresh_x_high_db", "thresh_x_low_db", "q_rxlevmin_dbm"):
        frame[name] = frame[name].fillna(float(schema("layers")[name].default))
    return frame.reset_index(drop=True), notes


def _refuse_unknown(
    frame: pd.DataFrame, names: list[str], rat: dict[str, str], path: Path, source: str, wanted: str = ""
) -> None:
    for name in names:
        told = _looked_up(frame[name], rat)
        odd = told.isna() | (told != wanted if wanted else False)
        if odd.any():
            k = int(np.flatnonzero(odd)[0])
            line, cell = int(frame.index[k]), str(frame[name].iloc[k])
            if cell not in rat:
                raise InputError(f"{name} '{printable(cell)}' is not in {source}{did_you_mean(cell, rat)}", path, line)
            raise InputError(f"{name} '{printable(cell)}' is {rat[cell]}, expected {wanted}", path, line)
