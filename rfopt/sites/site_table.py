"""A network as a site table (工参): a CSV file or workbook with Chinese or English headers, alone or in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.network import Network
from rfopt.sites import network_formats
from rfopt.sites.assembly import assemble
from rfopt.sites.remarks import Remarks
from rfopt.sites.sift import Row, once, sift
from rfopt.sites.site_grid import ENDINGS, SiteTable, read_site_tables
from rfopt.sites.site_rows import site_rows
from rfopt.sites.surroundings import family, pattern_files

WORKBOOKS = (".xlsx", ".xlsm")


@network_formats
def site_table(path: Path) -> Network | None:
    """One site table, or a folder of some; antennas/, buildings and terrain.asc may stand beside."""
    home = path if path.is_dir() else path.parent
    files = [path] if path.is_file() else site_files(home)
    tables = [table for file in files for table in read_site_tables(file)]
    if not tables:
        return None
    rows, lines, remarks = rows_of(tables)
    source = tables[0].file if len(tables) == 1 else path
    rows, lines = once(rows, lines, remarks)
    known_antennas(rows, home, remarks)
    cells = sift(rows, lines, source, "cells", remarks)
    if not cells.rows:
        said = remarks.most("passed over") or "no rows below the header"
        raise InputError(f"holds no cell that can be used: {said}", path)
    return assemble({"cells": cells}, home, files, remarks.notes())


def site_files(home: Path) -> list[Path]:
    """Files of a folder that may be site tables, in the order of their names."""
    if not home.is_dir():
        return []
    files = [f for f in home.iterdir() if f.suffix.lower() in (*ENDINGS, *WORKBOOKS) and f.is_file()]
    return sorted(f for f in files if not f.name.startswith((".", "~$")))


def rows_of(tables: Sequence[SiteTable]) -> tuple[list[Row], list[int], Remarks]:
    """The rows of several tables one after another."""
    remarks = Remarks(tables[0].file.name if len(tables) == 1 else "site tables")
    rows: list[Row] = []
    lines: list[int] = []
    for table in tables:
        more, more_lines = site_rows(table, remarks)
        rows += more
        lines += more_lines
    return rows, lines, remarks


def known_antennas(rows: list[Row], home: Path, remarks: Remarks) -> None:
    """Empty, in place, the antenna of every row whose model has no file, and say which."""
    files = pattern_files(home)
    wanted = sorted({row["antenna"] for row in rows if row.get("antenna")})
    lacking = [name for name in wanted if not family(files, name)]
    for row in rows:
        if row.get("antenna") in lacking:
            row["antenna"] = ""
    if lacking:
        names = ", ".join(printable(name, 30) for name in lacking[:5]) + (" …" if len(lacking) > 5 else "")
        near = did_you_mean(lacking[0], [f.stem for f in files])
        remarks.tell(f"{len(lacking)} antennas have no file in antennas/ and were taken as parametric: {names}{near}")
