"""Cells heard in the rows of a wide log, and the long table with one row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.logs import LOG_COLUMNS, READING_COLUMNS
from rfopt.logs.delimited import Columns
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, foreign_channels, technology
from rfopt.tables import NUMERIC, schema

LEVEL_DBM = {GSM: (-120.0, -30.0), LTE: (-156.0, -31.0)}
"""Levels a phone can report; beyond them stand the tools' words for "not known" (−164, −200, −340, −24)."""
QUALITY = {GSM: (0.0, 7.0), LTE: (-34.5, 2.5)}
"""RXQUAL and, in dB, RSRQ."""
CHANNELS = {GSM: (0.0, 1023.0), LTE: (0.0, 262143.0)}
HIGHEST_PCI = 503.0


def _possible(
    numbers: NDArray[np.float64], tech: NDArray[np.int64], limits: Mapping[int, tuple[float, float]]
) -> NDArray[np.float64]:
    """The numbers that lie within their technology's limits; NaN for others and where there are no limits."""
    out = np.full(tech.shape, np.nan)
    for rat, (low, high) in limits.items():
        np.copyto(out, numbers, where=(tech == rat) & (numbers >= low) & (numbers <= high))
    return out


def _whole(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The whole numbers; NaN for others."""
    return np.where(numbers == np.round(numbers), numbers, np.nan)


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
        level, quality = _possible(level, tech, LEVEL_DBM), _possible(quality, tech, QUALITY)
        channel = _possible(_whole(channel), tech, CHANNELS)
        pci = _possible(_whole(code), tech, {LTE: (0.0, HIGHEST_PCI)})
        return cls(tech, level, quality, channel, pci, np.zeros(tech.shape, dtype=np.int64))

    def named(self, label: NDArray[np.int64], labels: Sequence[str]) -> Cells:
        """The same cells with names. Of a cell without one, channel 0 is the tool's word for "not known"."""
        void = (label == 0) & ~(self.channel > 0)
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
        told = np.where(
            tech == GSM,
            np.isfinite(heard.channel) | (heard.label > 0),
            np.isfinite(heard.channel) & np.isfinite(heard.pci),
        )
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
    who: dict[str, Any] = {
        "operator": columns.text("operator")[rows],
        "rat": pd.Categorical.from_codes(np.where(gsm, tech, 0), pd.Index(TECHS)),
    }
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
    kept = np.column_stack([np.ones(len(lines), dtype=bool), *(np.isfinite(cell.level) for cell in around)])
    row, slot = np.nonzero(kept)
    names = ("tech", "label", "channel", "level", "quality", "pci")
    stacked = {name: np.column_stack([getattr(cell, name) for cell in cells])[kept] for name in names}
    gsm, lte = stacked["tech"] == GSM, stacked["tech"] == LTE
    offsets = np.cumsum([0, *(len(cell.labels) for cell in cells)])[slot]
    known: dict[str, Any] = {name: rows[name][row] for name in ("time", "lat", "lon")}
    known |= {"mode": _words(mode[row], modes), "rat": _words(stacked["tech"], TECHS), "serving": slot == 0}
    known["cell"] = _words(stacked["label"] + offsets, [label for cell in cells for label in cell.labels])
    for name, column in (("arfcn", "channel"), ("rxlev_dbm", "level"), ("rxqual", "quality")):
        known[name] = np.where(gsm, stacked[column], np.nan)
    for name, column in (("earfcn", "channel"), ("pci", "pci"), ("rsrp_dbm", "level"), ("rsrq_db", "quality")):
        known[name] = np.where(lte, stacked[column], np.nan)
    known["sinr_db"] = np.where(slot == 0, rows["sinr_db"][row], np.nan)
    known |= {"file": _word(str(path), len(row)), "line": lines[row]}
    return pd.DataFrame(
        {name: known[name] if name in known else _unknown(name, len(row)) for name in READING_COLUMNS}, copy=False
    )


def _unknown(name: str, count: int) -> Any:
    numeric = schema("log")[name].type in NUMERIC if name in LOG_COLUMNS else False
    return np.full(count, np.nan) if numeric else _word("", count)


def _word(word: str, count: int) -> Any:
    return pd.array(pa.repeat(pa.scalar(word, type=pa.large_string()), count), dtype="str")


def _words(places: NDArray[np.int64], words: Sequence[str]) -> Any:
    """Text from places in a list of words, without a Python string for each row."""
    text = pa.large_string()
    coded = pa.DictionaryArray.from_arrays(pa.array(places, type=pa.int32()), pa.array(list(words), type=text))
    return pd.array(coded.cast(text), dtype="str")
