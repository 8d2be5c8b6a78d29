"""Cells heard in the rows of a wide log, and the long table with one row for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from rfopt.logs import LOG_COLUMNS, READING_COLUMNS
from rfopt.logs.delimited import Columns
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, foreign_channels, technology
from rfopt.tables import NUMERIC, schema

LEVEL_DBM = {GSM: (-120.0, -30.0), LTE: (-156.0, -31.0)}
"""Levels a phone can report; beyond them stand the tools' words for "not known" (−164, −200, −340, −24)."""
QUALITY = {GSM: (0.0, 7.0), LTE: (-34.5, 2.5)}
"""RXQUAL and, in dB, RSRQ."""
HIGHEST_CHANNEL = {GSM: 1023.0, LTE: 262143.0}
HIGHEST_PCI = 503.0


def within(numbers: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """The numbers, NaN where they are not low to high."""
    return np.where((numbers >= low) & (numbers <= high), numbers, np.nan)


@dataclass(frozen=True)
class Cells:
    """One heard cell for each row; all arrays have the same shape.

    `tech` is a place in `TECHS`, `label` a place in `labels` (0: no name); `level` in dBm, `quality` RXQUAL or RSRQ,
    NaN unknown.
    """

    tech: NDArray[np.int64]
    level: NDArray[np.float64]
    quality: NDArray[np.float64]
    channel: NDArray[np.float64]
    pci: NDArray[np.float64]
    label: NDArray[np.int64]
    labels: tuple[str, ...] = ("",)

    @classmethod
    def heard(
        cls,
        tech: NDArray[np.int64],
        level: NDArray[np.float64],
        quality: NDArray[np.float64],
        channel: NDArray[np.float64],
        code: NDArray[np.float64],
    ) -> Cells:
        """Cells from a tool's numbers, freed of what cannot be."""
        out = [np.full(tech.shape, np.nan) for _ in range(3)]
        for rat in (GSM, LTE):
            for column, numbers, (low, high) in zip(
                out, (level, quality, channel), (LEVEL_DBM[rat], QUALITY[rat], (0.0, HIGHEST_CHANNEL[rat])), strict=True
            ):
                np.copyto(column, within(numbers, low, high), where=tech == rat)
        pci = np.where((tech == LTE) & np.isfinite(out[2]), within(code, 0.0, HIGHEST_PCI), np.nan)
        return cls(tech, *out, pci, np.zeros(tech.shape, dtype=np.int64))

    def named(self, label: NDArray[np.int64], labels: Sequence[str]) -> Cells:
        """The same cells with names; channel 0 of a cell without one is the tool's word for "not known"."""
        void = (label == 0) & (self.channel == 0)
        channel, pci = (np.where(void, np.nan, numbers) for numbers in (self.channel, self.pci))
        return replace(self, channel=channel, pci=pci, label=label, labels=tuple(labels))

    def take(self, rows: NDArray[np.int64]) -> Cells:
        """The cells of some rows."""
        names = ("tech", "level", "quality", "channel", "pci", "label")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def neighbours(columns: Columns, server: Cells, rows: NDArray[np.int64]) -> tuple[list[Cells], int]:
    """The neighbours of some rows, block by block, and how many were heard but cannot be told apart or named.

    A neighbour's technology is the server's unless its block says otherwise. In blocks without a code of their own
    (older versions) the cell number of an LTE neighbour is its PCI.
    """
    blocks = sorted(int(name.split(".")[1]) for name in columns.numbers if name.startswith("rxlev."))
    mine = server.take(rows)
    around: list[Cells] = []
    passed = 0
    for block in blocks:
        level = columns.number(f"rxlev.{block}")[rows]
        own = technology(columns.texts[f"tech.{block}"])[rows] if f"tech.{block}" in columns.texts else 0 * mine.tech
        tech = np.where(own > 0, own, mine.tech)
        channel = columns.number(f"arfcn.{block}")[rows]
        code = columns.number(f"cell.{block}" if f"cell.{block}" in columns.numbers else f"cellid.{block}")[rows]
        heard = Cells.heard(tech, level, columns.number(f"qual.{block}")[rows], channel, code)
        heard = heard.named(*_gsm_labels(columns, block, tech, rows))
        told = np.where(tech == GSM, np.isfinite(heard.channel) | (heard.label > 0), np.isfinite(heard.pci))
        told &= ~foreign_channels(tech, channel)
        same = (tech == mine.tech) & (heard.channel == mine.channel) & (heard.pci == mine.pci)
        keep = told & np.isfinite(heard.level) & ~same
        passed += int((np.isfinite(level) & ~keep).sum())
        around.append(replace(heard, level=np.where(keep, heard.level, np.nan)))
    return around, passed


def _gsm_labels(
    columns: Columns, block: int, tech: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[str]]:
    gsm = tech == GSM
    if not gsm.any():
        return np.zeros(len(rows), dtype=np.int64), [""]
    who = {"operator": columns.text("operator")[rows], "rat": pd.Categorical.from_codes(np.where(gsm, tech, 0), TECHS)}
    who |= {"lac": columns.number(f"lac.{block}")[rows], "node": np.full(len(rows), np.nan)}
    who |= {"ci": np.where(gsm, columns.number(f"cellid.{block}")[rows], np.nan)}
    return cell_labels(pd.DataFrame(who))


def long_readings(
    path: Path,
    rows: dict[str, NDArray[np.float64]],
    modes: Sequence[str],
    mode: NDArray[np.int64],
    lines: NDArray[np.int64],
    server: Cells,
    around: list[Cells],
) -> pd.DataFrame:
    """One row for the server of each instant and one for each neighbour with a level, in that order.

    `rows` holds time, lat, lon and the server's sinr_db of each instant; `mode` is a place in `modes`.
    """
    cells = [server, *around]
    heard = [np.ones(len(lines), dtype=bool), *(np.isfinite(cell.level) for cell in around)]
    where = np.flatnonzero(np.column_stack(heard))
    row, slot = np.divmod(where, len(cells))
    stacked = {name: _stack(cells, name, where) for name in ("tech", "label", "channel", "level", "quality", "pci")}
    gsm, lte = stacked["tech"] == GSM, stacked["tech"] == LTE
    offsets = np.cumsum([0, *(len(cell.labels) for cell in cells)])[slot]
    known = {name: rows[name][row] for name in ("time", "lat", "lon")}
    known |= {"mode": _words(mode[row], modes), "rat": _words(stacked["tech"], TECHS), "serving": slot == 0}
    known["cell"] = _words(stacked["label"] + offsets, [label for cell in cells for label in cell.labels])
    for name, column in (("arfcn", "channel"), ("rxlev_dbm", "level"), ("rxqual", "quality")):
        known[name] = np.where(gsm, stacked[column], np.nan)
    for name, column in (("earfcn", "channel"), ("pci", "pci"), ("rsrp_dbm", "level"), ("rsrq_db", "quality")):
        known[name] = np.where(lte, stacked[column], np.nan)
    known["sinr_db"] = np.where(slot == 0, rows["sinr_db"][row], np.nan)
    known |= {"file": _words(np.zeros_like(row), [str(path)]), "line": lines[row]}
    return pd.DataFrame({name: known[name] if name in known else _unknown(name, len(row)) for name in READING_COLUMNS}, copy=False)


def _stack(cells: list[Cells], column: str, where: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.column_stack([getattr(cell, column) for cell in cells]).ravel().take(where)


def _unknown(name: str, count: int) -> NDArray[np.float64] | ExtensionArray:
    numeric = schema("log")[name].type in NUMERIC if name in LOG_COLUMNS else False
    return np.full(count, np.nan) if numeric else _words(np.zeros(count, dtype=np.int64), [""])


def _words(places: NDArray[np.int64], words: Sequence[str]) -> ExtensionArray:
    """Text from places in a list of words, without a Python string for each row."""
    text = pa.large_string()
    coded = pa.DictionaryArray.from_arrays(pa.array(places, type=pa.int32()), pa.array(list(words), type=text))
    return pd.array(coded.cast(text), dtype="str")
