"""Nokia's parameter values to the contract's: units stripped, raw codings undone."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import NamedTuple

from rfopt.sites.raml import ManagedObject
from rfopt.sites.site_values import shortest

VALUE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([A-Za-zµ%]*)")
Q_HYST_DB = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24)
"""TS 36.331 q-Hyst by its index."""
OFFSET_DB = (*range(-24, -5, 2), *range(-5, 6), *range(6, 25, 2))
"""TS 36.331 Q-OffsetRange by its index; 15 is 0 dB."""
BANDWIDTH_CODES = {14.0, 30.0, 50.0, 100.0, 150.0, 200.0}
PENALTY_STEP_S = 20.0


class Alias(NamedTuple):
    """One row of `nokia_names.csv`."""

    object: str
    name: str
    table: str
    column: str
    coding: str
    source: str


@functools.cache
def aliases() -> dict[str, tuple[Alias, ...]]:
    """Aliases by object class."""
    text = resources.files("rfopt.sites").joinpath("nokia_names.csv").read_text(encoding="utf-8")
    rows = [Alias(**row) for row in csv.DictReader(io.StringIO(text))]
    return {kind: tuple(row for row in rows if row.object == kind) for kind in {row.object for row in rows}}


class Codes:
    """How this dump writes what is written in two ways: decided by all its values together.

    Parameters
    ----------
    objects : iterable of ManagedObject
    """

    def __init__(self, objects: Iterable[ManagedObject]):
        texts: dict[str, list[str]] = {"penalty_time": [], "offset": []}
        for one in objects:
            for alias in aliases().get(one.kind, ()):
                if alias.coding in texts and alias.name in one.values:
                    texts[alias.coding].append(one.values[alias.name])
        self.penalty_is_code = penalty_is_code(texts["penalty_time"])
        self.offset_is_index = offset_is_index(texts["offset"])

    def translate(self, one: ManagedObject, table: str) -> dict[str, str]:
        """An object's parameters in the columns of a table; a value that is no number stays as it stands."""
        row: dict[str, str] = {}
        for alias in aliases().get(one.kind, ()):
            text = one.values.get(alias.name, "").strip()
            if alias.table == table and text and not row.get(alias.column):
                row[alias.column] = self.value(text, alias.coding)
        return row

    def value(self, text: str, coding: str) -> str:
        """One value decoded."""
        found = VALUE.fullmatch(text)
        if found is None:
            return text
        value, unit = float(found[1]), found[2].lower()
        if coding == "rxlev" and value >= 0.0 and not unit:
            value -= 110.0
        elif coding == "half" and not unit:
            value *= 0.5
        elif coding == "bandwidth" and value in BANDWIDTH_CODES and not unit:
            value /= 10.0
        elif coding == "q_hyst" and not unit and value not in Q_HYST_DB and 0.0 <= value < len(Q_HYST_DB):
            value = Q_HYST_DB[int(value)]
        elif coding == "penalty_time" and self.penalty_is_code:
            value = PENALTY_STEP_S * (value + 1.0)
        elif coding == "offset" and not unit and self.offset_is_index and 0.0 <= value < len(OFFSET_DB):
            value = OFFSET_DB[int(value)]
        return shortest(value)


def penalty_is_code(texts: Sequence[str]) -> bool:
    """True where penaltyTime is written as the code 0…31 and not in seconds.

    >>> penalty_is_code(["0", "31"]), penalty_is_code(["20", "640"]), penalty_is_code(["20"])
    (True, False, False)
    """
    values = [float(text) for text in texts if re.fullmatch(r"\d{1,3}", text)]
    return bool(values) and max(values) <= 31.0 and any(value % PENALTY_STEP_S for value in values)


def offset_is_index(texts: Sequence[str]) -> bool:
    """True where offsets are written as the index of Q-OffsetRange: none has a unit or sign, and most are 15 (0 dB).

    >>> offset_is_index(["15", "15", "18"]), offset_is_index(["0dB", "3dB"]), offset_is_index(["0", "-3"])
    (True, False, False)
    """
    if not texts or not all(re.fullmatch(r"\d{1,2}", text) for text in texts):
        return False
    return Counter(texts).most_common(1)[0][0] == "15"
