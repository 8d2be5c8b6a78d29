"""A case: one complaint, the network around it and the logs taken there."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rfopt.errors import InputError, did_you_mean, found_instead, printable
from rfopt.files import read_text, sha256, stands, toml_tables
from rfopt.geography.coordinates import SYSTEMS, from_wgs84, to_wgs84
from rfopt.logs import Log, log_text, read_log
from rfopt.network import Network
from rfopt.picks import read_pick
from rfopt.regions import refuse_foreign, refuse_foreign_log
from rfopt.shown import Shown
from rfopt.sites import read_network
from rfopt.tables import schema

TUNABLE = tuple(
    [name for name, column in schema("cells").items() if column.affects]
    + [name for name, column in schema("neighbours").items() if column.affects]
    + ["neighbour", "redirect_arfcn"]
)
KEYS: dict[str, dict[str, type]] = {
    "complaint": {
        "id": str,
        "text": str,
        "lat": float,
        "lon": float,
        "building": str,
        "floor": int,
        "coordinates": str,
    },
    "inputs": {
        "network": str,
        "logs": list,
        "wanted": list,
        "coordinates": str,
        "map_coordinates": str,
        "log_coordinates": str,
        "around_m": float,
        "from": object,
        "to": object,
        "floors": object,
    },
    "limits": {"parameters": list, "cells": list, "max_changes": int, "site_visits": bool},
}
COORDINATES = {"complaint": ("coordinates",), "inputs": ("coordinates", "map_coordinates", "log_coordinates")}
"""Keys that say what places are given in: the complaint's own; the cells', the map's and the logs'."""
NAMES = ("id", "building", "network")
NEEDED = {"complaint": ("id", "lat", "lon", "floor"), "inputs": ("logs",)}


@dataclass(frozen=True)
class Limits:
    """What a plan may change.

    `parameters` and `cells` are None where everything may change.
    """

    parameters: frozenset[str] | None = None
    cells: frozenset[str] | None = None
    max_changes: int = 12
    site_visits: bool = True

    def allow(self, cell: str, parameter: str, visit: bool) -> str:
        """Why a change is not permitted; '' if it is."""
        if self.parameters is not None and parameter not in self.parameters:
            return f"{parameter} is not among the permitted parameters"
        if self.cells is not None and cell not in self.cells:
            return f"{cell} is not among the permitted cells"
        return "needs a crew and site visits are not permitted" if visit and not self.site_visits else ""


@dataclass(frozen=True)
class Case(Shown):
    """One complaint with its inputs read.

    Attributes
    ----------
    network : Network or None
        None where the case has logs only; then only what the logs alone show can be said.
    readings : DataFrame
        Rows of all logs (`rfopt.logs.Log.readings`).
    wanted : tuple of str
        Cells meant to serve here; empty where none is named and none serves the building.
    """

    id: str
    text: str
    lat: float
    lon: float
    building: str
    floor: int
    network: Network | None
    readings: pd.DataFrame
    wanted: tuple[str, ...] = ()
    limits: Limits = Limits()
    notes: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Case {printable(self.id)}: floor {self.floor}, {len(self.readings)} readings, {self.network!r}>"


@dataclass(frozen=True)
class Inputs:
    """What a case.toml names: its logs, and the network's file or folder (None without one)."""

    toml: Path
    logs: tuple[Path, ...]
    network: Path | None

    def files(self) -> list[Path]:
        """Every file that the case rests on."""
        network = [] if self.network is None else [self.network, *sorted(self.network.rglob("*"))]
        return [self.toml, *self.logs, *(path for path in network if path.is_file())]


def inputs_of(path: Path) -> Inputs:
    """What a case folder or its case.toml names, without reading it.

    Raises
    ------
    InputError
        If there is no case, or its case.toml is broken or names logs that are not there.
    """
    toml = _toml_of(path)
    text = read_text(toml, largest=1 << 20)
    tables = toml_tables(text, toml)
    _check_keys(tables, text, toml)
    inputs = tables["inputs"]
    return Inputs(toml, tuple(_log_files(toml, inputs["logs"], text)), _network_path(inputs, toml))


def read_case(path: Path, networks: Callable[..., Network] = read_network) -> Case:
    """Read a case: a folder with case.toml, the file itself, or a single log (then without a network).

    Parameters
    ----------
    networks : callable, optional
        How networks are read; one that remembers them serves where many cases share one.

    Raises
    ------
    InputError
        If anything in the case, its network or its logs cannot be used.
    """
    file = _toml_of(path)
    return _read_toml(file, networks) if file.suffix == ".toml" else _log_only(file)


def _toml_of(path: Path) -> Path:
    """The case.toml of a case folder; a file as it is."""
    try:
        if path.is_dir():
            if not stands(path / "case.toml"):
                raise InputError("has no case.toml, expected a case folder", path)
            path = path / "case.toml"
        if not stands(path):
            raise InputError("no such case", path)
    except OSError as error:  # a name too long, a folder that may not be looked into
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    return path


def _log_only(path: Path) -> Case:
    log = read_log(path)
    where = log.readings[["lat", "lon"]].median()
    return Case(
        path.stem, "", float(where["lat"]), float(where["lon"]), "", 1, None, log.readings,
        notes=(*log.notes, f"{path.name}: a log without a case, so only what the log alone shows is diagnosed"),
        hashes={path.name: sha256(path)},
    )  # fmt: skip


def _network_path(inputs: dict[str, Any], path: Path) -> Path | None:
    return Path(os.path.normpath(path.parent / inputs["network"])) if "network" in inputs else None


def _network(inputs: dict[str, Any], text: str, path: Path, networks: Callable[..., Network]) -> Network | None:
    """The case's network, its places turned to WGS84 from what `coordinates` says."""
    systems = [_system(inputs, "inputs", key, text, path) for key in ("coordinates", "map_coordinates")]
    where = _network_path(inputs, path)
    return None if where is None else networks(where, *systems)


def _system(table: dict[str, Any], name: str, key: str, text: str, path: Path) -> str:
    """The coordinate system that a key of a table names: ``GCJ-02`` and ``gcj02`` alike; WGS84 where it is silent."""
    word = str(table.get(key, "wgs84"))
    system = re.sub(r"[\s_\-]", "", word).lower()
    if system not in SYSTEMS:
        near = did_you_mean(system, SYSTEMS)
        said = f"{key} '{printable(word)}' is unknown, expected one of {', '.join(SYSTEMS)}{near}"
        raise InputError(said, path, _line_of(key, text, name))
    return system


def _placed(readings: pd.DataFrame, system: str) -> pd.DataFrame:
    """Readings with their places turned to WGS84."""
    lat, lon = to_wgs84(readings["lat"], readings["lon"], system)
    return readings.assign(lat=lat, lon=lon)


def _read_toml(path: Path, networks: Callable[..., Network]) -> Case:
    text = read_text(path, largest=1 << 20)
    tables = toml_tables(text, path)
    notes = _check_keys(tables, text, path)
    complaint, inputs = tables["complaint"], tables["inputs"]
    network = _network(inputs, text, path, networks)
    asked = {
        (name, key): _system(tables[name], name, key, text, path) for name in COORDINATES for key in COORDINATES[name]
    }
    own, of_logs = asked["complaint", "coordinates"], asked["inputs", "log_coordinates"]
    lat, lon = (float(axis) for axis in to_wgs84(complaint["lat"], complaint["lon"], own))
    files = _log_files(path, inputs["logs"], text)
    there = dict(zip(("lat", "lon"), from_wgs84(lat, lon, of_logs), strict=True))
    pick = read_pick({**complaint, **there}, inputs, lambda key: _line_of(key, text), path)
    logs = [read_log(file, pick=pick) for file in files]
    readings = _placed(pd.concat([log.readings for log in logs], ignore_index=True), of_logs)
    turned = {"the complaint was": own, "the logs were": of_logs}
    notes += [
        f"{path.name}: {what} turned from {system} to WGS84" for what, system in turned.items() if system != "wgs84"
    ]
    if readings.empty:
        picked = "" if pick.is_all else " that around_m, from, to and floors leave"
        raise InputError(f"its logs hold no readings{picked}", path)
    if network is not None and (of_cells := _network_path(inputs, path)) is not None:
        refuse_foreign((lat, lon), path, _line_of("lat", text), network.cells, of_cells)
        refuse_foreign_log(readings, network.cells, of_cells)
    case = Case(
        complaint["id"], complaint.get("text", ""), lat, lon,
        complaint.get("building", ""), complaint["floor"], network, readings, (),
        _limits(tables.get("limits", {}), network, text, path),
        (*notes, *(network.notes if network else ()), *(note for log in logs for note in log.notes)),
        _hashes(path, network, files, {} if pick.is_all else dict(zip(files, logs, strict=True))),
    )  # fmt: skip
    return _with_wanted(case, tuple(inputs.get("wanted", ())), text, path)


def _line_of(key: str, text: str, table: str = "") -> int | None:
    """The line that sets a key, in a table if one is named, or opens a table."""
    opening = re.compile(rf"\s*(\[+\s*{key}\s*\]|{key}\s*=)")
    first = _line_of(table, text) or 0 if table else 0
    lines = enumerate(text.splitlines()[first:], first + 1)
    return next((k for k, line in lines if opening.match(line)), None)


def _check_keys(tables: dict[str, Any], text: str, path: Path) -> list[str]:
    for table, keys in NEEDED.items():
        if table not in tables:
            raise InputError(f"table [{table}] is missing{found_instead(table, tables)}", path)
        given = _as_table(table, tables[table], text, path)
        for key in keys:
            if key not in given:
                near = found_instead(key, given)
                raise InputError(f"{key} is missing in [{table}]{near}", path, _line_of(table, text))
    notes = []
    for table, keys_of in tables.items():
        if table not in KEYS:
            notes.append(f"{path.name}: [{printable(table)}] is not known and was ignored{did_you_mean(table, KEYS)}")
            continue
        for key, value in _as_table(table, keys_of, text, path).items():
            if key not in KEYS[table]:
                notes.append(
                    f"{path.name}: {printable(key)} is not known and was ignored{did_you_mean(key, KEYS[table])}"
                )
            else:
                _check_type(key, value, KEYS[table][key], text, path)
    _check_place(tables["complaint"], text, path)
    return notes


def _as_table(name: str, value: Any, text: str, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{name} {printable(value)} is not a table, expected [{name}]", path, _line_of(name, text))
    return value


def _check_type(key: str, value: Any, wanted: type, text: str, path: Path) -> None:
    if wanted is object:  # looked at by `rfopt.picks`
        return
    fits = isinstance(value, wanted) or (wanted is float and isinstance(value, int))
    if isinstance(value, bool) and wanted is not bool:
        fits = False
    if wanted is list and fits:
        fits = all(isinstance(item, str) for item in value)
    if not fits:
        names = {str: "text", float: "a number", int: "a whole number", list: "a list of texts", bool: "true or false"}
        raise InputError(f"{key} {printable(value)} is not {names[wanted]}", path, _line_of(key, text))
    if key in NAMES and not value.isprintable():
        raise InputError(
            f"{key} '{printable(value)}' holds control characters, expected a name", path, _line_of(key, text)
        )


def _check_place(complaint: dict[str, Any], text: str, path: Path) -> None:
    if not complaint["id"].strip():
        raise InputError("id is empty, expected a name for the case", path, _line_of("id", text))
    for key, low, high in (("lat", -90, 90), ("lon", -180, 180), ("floor", -10, 200)):
        if not low <= complaint[key] <= high:
            raise InputError(
                f"{key} {printable(complaint[key])} is out of range, expected {low} to {high}",
                path,
                _line_of(key, text),
            )
    if complaint["floor"] == 0:
        raise InputError("floor 0 does not exist, expected 1 for the ground floor", path, _line_of("floor", text))


def _log_files(path: Path, patterns: list[str], text: str) -> list[Path]:
    """The files that the patterns name, each once: in the order of the patterns, of a pattern by name."""
    files: dict[Path, Path] = {}
    for pattern in patterns:
        found = _matches(path.parent, pattern)
        if not found:
            raise InputError(f"logs '{printable(pattern)}' match no file", path, _line_of("logs", text))
        for file in found:
            files.setdefault(Path(os.path.realpath(file)), file)
    if not files:
        raise InputError("logs is empty, expected at least one file", path, _line_of("logs", text))
    return list(files.values())


def _matches(folder: Path, pattern: str) -> list[Path]:
    """Files by a pattern relative to a folder, or absolute; a plain name is taken as it is."""
    if not pattern.strip() or not pattern.isprintable():
        return []
    if not glob.has_magic(pattern):
        return [folder / pattern]
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  takes absolute patterns too
    return [folder / name for name in sorted(found)]


def _limits(table: dict[str, Any], network: Network | None, text: str, path: Path) -> Limits:
    parameters, cells = table.get("parameters"), table.get("cells")
    for name in parameters or ():
        if name not in TUNABLE:
            raise InputError(
                f"parameter '{printable(name)}' is unknown{did_you_mean(name, TUNABLE)}",
                path,
                _line_of("parameters", text),
            )
    for name in cells or ():
        if network is not None and name not in network.cells.index:
            near = did_you_mean(name, network.cells.index)
            raise InputError(f"cell '{printable(name)}' is not in the network{near}", path, _line_of("cells", text))
    most = table.get("max_changes", Limits.max_changes)
    if most < 0:
        raise InputError(f"max_changes {most} is negative", path, _line_of("max_changes", text))
    return Limits(
        None if parameters is None else frozenset(parameters),
        None if cells is None else frozenset(cells),
        most,
        table.get("site_visits", True),
    )


def _with_wanted(case: Case, named: tuple[str, ...], text: str, path: Path) -> Case:
    """The cells meant to serve here: named in the case, else the GSM indoor cells of the building."""
    if case.network is None:
        return replace(case, wanted=named)
    cells = case.network.cells
    for name in named:
        if name not in cells.index:
            raise InputError(
                f"wanted cell '{printable(name)}' is not in the network{did_you_mean(name, cells.index)}",
                path,
                _line_of("wanted", text),
            )
    if named:
        return replace(case, wanted=named)
    inside = np.array([case.building != "" and case.building in served for served in cells["building"]], dtype=bool)
    found = tuple(cells.index[(cells["kind"] == "das").to_numpy() & inside])
    note = (
        f"wanted is not given, taken as {', '.join(found)}"
        if found
        else "wanted is not given and no das serves the building"
    )
    return replace(case, wanted=found, notes=(*case.notes, f"{path.name}: {note}"))


def _hashes(path: Path, network: Network | None, logs: list[Path], picked: Mapping[Path, Log]) -> dict[str, str]:
    """What stands for the inputs: of each file its hash, of a log of which a part is picked that of the part."""
    inside = {file: file.is_relative_to(path.parent) for file in logs}
    named = {file: file.relative_to(path.parent).as_posix() if inside[file] else str(file) for file in logs}
    files = {path.name: sha256(path)}
    for file, name in named.items():
        if file in picked:
            files[f"{name} (picked)"] = hashlib.sha256(log_text(picked[file].readings).encode("utf-8")).hexdigest()
        else:
            files[name] = sha256(file)
    return {**files, **{f"network/{name}": value for name, value in (network.hashes if network else {}).items()}}
