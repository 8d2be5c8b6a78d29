"""Tables of the tables: one CSV a table, one row a column.

A row says a column's type, unit, whether it is needed, its default, its legal range and what a change of it touches.
The same rows serve checking, defaults, documentation and the search grid. A range is spans ``low:high`` or
``low:high:step`` or single values, separated by blanks. A column whose range has steps is a *parameter*, one without
is a *fact*.
"""

from __future__ import annotations

import csv
import functools
import io
import math
import re
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Column:
    """One row of a schema."""

    column: str
    type: str
    unit: str
    need: str
    default: str
    range: str
    affects: tuple[str, ...]
    visit: bool
    meaning: str

    @property
    def tunable(self) -> bool:
        """True for a parameter: a column whose range has steps or is a list of numbers to choose from."""
        return self.type == "real" and bool(self.range) and not re.fullmatch(r"[-\d.]+:[-\d.]+", self.range)

    def spans(self) -> list[tuple[float, float, float]]:
        """The legal range as (low, high, step); step 0 means any value between."""
        spans = []
        for word in self.range.split():
            low, high, step = [*word.split(":"), "0"] if word.count(":") == 1 else (word.split(":") * 3)[:3]
            spans.append((float(low), float(high), float(step) if ":" in word else 1.0))
        return spans

    def legal(self, value: float) -> bool:
        """True if a number is in range and on its quantum; an unknown value (NaN) is."""
        if math.isnan(value) or not self.range or self.type == "choice":
            return True
        return any(
            low - 1e-9 <= value <= high + 1e-9
            and (step == 0 or abs((value - low) / step - round((value - low) / step)) < 1e-6)
            for low, high, step in self.spans()
        )

    def default_for(self, rat: str, kind: str) -> str:
        """The default for a cell of this technology and kind; '' where there is none."""
        if "=" not in self.default:
            return self.default
        choices = dict(word.split("=") for word in self.default.split())
        return next((choices[k] for k in (f"{rat}.{kind}", kind, rat) if k in choices), "")


Schema = dict[str, Column]


@functools.cache
def schema(table: str) -> Schema:
    """The schema of a table: ``cells``, ``neighbours``, ``redirects``, ``layers``, ``log`` or ``plan``."""
    text = resources.files("rfopt.schema").joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return {
        row["column"]: Column(
            **{k: row[k] for k in ("column", "type", "unit", "need", "default", "range", "meaning")},
            affects=tuple(row["affects"].split()),
            visit=row["visit"] == "yes",
        )
        for row in csv.DictReader(io.StringIO(text))
    }
