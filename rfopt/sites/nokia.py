"""A network as a Nokia RAML dump with a site table beside it: the dump has the parameters, the table the places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rfopt.errors import InputError
from rfopt.network import Network
from rfopt.sites import network_formats
from rfopt.sites.assembly import assemble
from rfopt.sites.nokia_cells import KINDS, Dump, cells_of, gsm_power, layers_of, redirects_of, relations_of
from rfopt.sites.raml import ManagedObject, is_raml, merged, read_raml
from rfopt.sites.remarks import Remarks
from rfopt.sites.sift import Row, once, sift
from rfopt.sites.site_grid import read_site_tables
from rfopt.sites.site_table import known_antennas, rows_of, site_files
from rfopt.tables import Rows

IDENTITY = ("rat", "arfcn", "bsic", "lac", "ci", "earfcn", "pci", "tac", "eci")
PLAN = "plan"


@network_formats
def nokia(path: Path) -> Network | None:
    """A folder with RAML dumps (.xml, .xml.gz) and a site table (工参) of the same cells.

    Files of the actual network are taken first, plans after them, each in the order of their names.
    """
    if path.is_file() and is_raml(path):
        raise InputError("is a Nokia dump and has no places, expected a folder of it and a site table (工参)", path)
    dumps = sorted(file for file in path.iterdir() if is_raml(file)) if path.is_dir() else []
    if not dumps:
        return None
    dump = Dump(_objects(dumps), Remarks(dumps[0].name if len(dumps) == 1 else path.name))
    files = site_files(path)
    tables = [table for file in files for table in read_site_tables(file)]
    if not tables:
        raise InputError("has a Nokia dump and no site table (工参), expected one with the cells' places", path)
    site, lines, said = rows_of(tables)
    site, lines = once(site, lines, said)
    cells, names = _placed(dump, site, lines, path, said)
    by_identity = {_identity(row): row["cell"] for row in (dict(zip(cells.header, r, strict=True)) for r in cells.rows)}
    return assemble(_tables(dump, cells, names, by_identity, path), path, [*dumps, *files],
                    [*dump.remarks.notes(), *said.notes()])  # fmt: skip


def _objects(dumps: list[Path]) -> dict[str, ManagedObject]:
    """All objects after all files: first what is, then what is planned."""
    read = [read_raml(file, KINDS) for file in dumps]
    ordered = sorted(read, key=lambda objects_and_type: objects_and_type[1] == PLAN)
    return merged(one for objects, _ in ordered for one in objects)


def _placed(dump: Dump, site: list[Row], lines: list[int], path: Path, said: Remarks) -> tuple[Rows, dict[str, str]]:
    """Cells with their places: the dump's in the site table's rows, then the site table's other cells.

    Returns
    -------
    cells : Rows
    names : dict
        Distinguished name to cell, of the dump's cells that have a place.
    """
    found, found_lines = cells_of(dump)
    index = _index(site)
    rows: list[Row] = []
    dns: list[str] = []
    used: set[int] = set()
    for dn, row in found.items():
        k = next((index[key] for key in (_identity(row), ("name", row["cell"])) if index.get(key) is not None), None)
        if k is None or k in used:
            dump.remarks.add("passed over: a cell of which no site table has the place", found_lines[dn])
            continue
        used.add(k)
        whole = {**site[k], **{name: value for name, value in row.items() if value}}
        whole["cell"] = site[k]["cell"] or row["cell"]
        rows.append(whole | (gsm_power(dump, dn, whole) if whole["rat"] == "GSM" else {}))
        dns.append(dn)
    others = [k for k in range(len(site)) if k not in used]
    if not rows:
        raise InputError(f"none of {len(found)} cells of the dump is in a site table, expected the same cells", path)
    if others:
        said.tell(f"{len(others)} cells are not in the dump and keep their defaults")
    known_antennas([*rows, *(site[k] for k in others)], path, said)
    dumped = sift(rows, [found_lines[dn] for dn in dns], path, "cells", dump.remarks)
    rest = sift([site[k] for k in others], [lines[k] for k in others], path, "cells", said)
    return _joined(dumped, rest), {dn: row["cell"] for dn, row in zip(dns, rows, strict=True)}


def _identity(row: Mapping[str, str]) -> tuple[str, str]:
    """(LAC, CI) of a GSM cell, ('', ECI) of an LTE cell."""
    return (row.get("lac", ""), row.get("ci", "")) if row["rat"] == "GSM" else ("", row.get("eci", ""))


def _index(site: list[Row]) -> dict[tuple[str, str], int | None]:
    """Rows by identity and by name; None for a key that several have."""
    index: dict[tuple[str, str], int | None] = {}
    for k, row in enumerate(site):
        for key in (_identity(row), ("name", row["cell"])):
            if key[1]:
                index[key] = None if key in index else k
    return index


def _joined(a: Rows, b: Rows) -> Rows:
    """Two tables of the same kind, one below the other."""
    header = list(dict.fromkeys([*a.header, *b.header]))
    rows = [[dict(zip(part.header, row, strict=True)).get(name, "") for name in header]
            for part in (a, b) for row in part.rows]  # fmt: skip
    return Rows(a.file, header, rows, [*a.lines, *b.lines])


def _tables(
    dump: Dump, cells: Rows, names: Mapping[str, str], by_identity: Mapping[tuple[str, str], str], path: Path
) -> dict[str, Rows]:
    """The contract's four tables; entries of cells that were passed over go with them."""
    kept = set(cells.column("cell"))
    known = {dn: name for dn, name in names.items() if name in kept}
    tables = {"cells": cells}
    for table, found in (
        ("neighbours", relations_of(dump, known, by_identity)),
        ("redirects", redirects_of(dump, known)),
        ("layers", layers_of(dump, known)),
    ):
        if found:
            rows, lines = zip(*found, strict=True)
            tables[table] = sift(list(rows), list(lines), path, table, dump.remarks)
    return tables
