"""The contract's measurement table as text: CSV, also with tabs or semicolons."""

from __future__ import annotations

from pathlib import Path

from rfopt.logs import Log, log_formats
from rfopt.logs.checks import checked_log, is_table
from rfopt.logs.opening import header_names
from rfopt.tables import read_rows


@log_formats
def table(path: Path) -> Log | None:
    """Read the measurement table.

    It is rfopt's own format, so nothing in it is passed over: a value that does not fit refuses the file.

    Raises
    ------
    InputError
        With file, line, value and what was expected (see `rfopt.logs.checks.checked_log`).
    """
    names, delimiter = header_names(path)
    if not is_table(names) or delimiter == "|":
        return None
    return checked_log(read_rows(path, delimiter), "table")
