"""Plans in files, one format per file.

Contract of the shelf: each entry is ``name(network: Network, plan: Plan, names: Mapping[str, str]) -> str``: the text
of a file that carries the plan out in the network as it is before it. `names` are distinguished names of cells, for the
formats that need them. rfopt writes plans and executes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rfopt.drafts import Draft, read_draft
from rfopt.errors import InputError, did_you_mean, found_instead, printable
from rfopt.network import Network
from rfopt.plan_files.nokia_plans import read_objects
from rfopt.registry import Shelf
from rfopt.sites.raml import is_raml
from rfopt.tables import read_rows

plan_files = Shelf("rfopt.plan_files")


def read_plan_file(path: Path, network: Network, names: Mapping[str, str] | None = None) -> Draft:
    """The rows of a plan.csv, or of a Nokia plan (RAML), each with its line.

    Raises
    ------
    InputError
        If the file is no plan, or a RAML object is of a cell that cannot be told.
    """
    if is_raml(path):
        return read_objects(path, network, names or {})
    return read_draft(path)


def read_names(path: Path, network: Network) -> dict[str, str]:
    """Distinguished names by cell, from a CSV file with the columns `cell` and `dn`.

    Raises
    ------
    InputError
        If a column is missing, or a cell is not in the network.
    """
    rows = read_rows(path)
    for column in ("cell", "dn"):
        if column not in rows.header:
            raise InputError(f"column '{column}' is missing{found_instead(column, rows.header)}", path, 1)
    names = {}
    for cell, dn, line in zip(rows.column("cell"), rows.column("dn"), rows.lines, strict=True):
        if cell not in network.cells.index:
            near = did_you_mean(cell, network.cells.index)
            raise InputError(f"cell '{printable(cell)}' is not in the network{near}", path, line)
        if not dn or not dn.isprintable() or any(mark in dn for mark in "<>&\"'"):
            raise InputError(f"dn '{printable(dn)}' is no distinguished name", path, line)
        names[cell] = dn
    return names
