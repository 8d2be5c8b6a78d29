"""A network as one Excel workbook: the contract's tables, a sheet each."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from rfopt.network import Network
from rfopt.sites import network_formats
from rfopt.sites.assembly import assemble
from rfopt.sites.site_grid import contract_sheets
from rfopt.tables import Rows, split_rows
from rfopt.workbooks import Sheet, is_workbook, read_workbook

DATED_BSIC = re.compile(r"\d{4}-0?([0-7])-0?([0-7])")
"""What a spreadsheet makes of the BSIC 4-5: the fifth of April."""


@network_formats
def workbook(path: Path) -> Network | None:
    """An .xlsx with the sheet ``cells``, and ``neighbours``, ``redirects``, ``layers`` where there are any."""
    if not is_workbook(path):
        return None
    sheets = read_workbook(path)
    named = contract_sheets(sheets)
    if not named:
        return None
    tables = {table: _rows(sheets[name], path.with_name(f"{path.name} [{table}]")) for table, name in named.items()}
    return assemble(tables, path.parent, [path])


def _rows(sheet: Sheet, file: Path) -> Rows:
    """A sheet as the text of a table, a line each row, so that the lines named are those of the sheet."""
    header = next((row for row in sheet if any(row)), [])
    bsic = header.index("bsic") if "bsic" in header else -1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in sheet:
        texts = [DATED_BSIC.sub(r"\1-\2", text) if k == bsic else " ".join(text.split()) for k, text in enumerate(row)]
        writer.writerow(texts if any(texts) else [])
    return split_rows(out.getvalue(), file)
