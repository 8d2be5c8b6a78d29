"""Cells heard in the rows of a wide log, and the long table with one row for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.kernels.heard import long_rows, possible
from rfopt.logs import streams
from rfopt.logs.delimited import Block
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, own_channels, technology

LEVEL_DBM = {GSM: (-120.0, -30.0), LTE: (-156.0, -31.0)}
"""Levels a phone can report; beyond them stand the tools' words for "not known" (−164, −200, −340, −24)."""
QUALITY = {GSM: (0.0, 7.0), LTE: (-34.5, 2.5)}
"""RXQUAL and, in dB, RSRQ."""
CHANNELS = {GSM: (0.0, 1023.0), LTE: (0.0, 262143.0)}
CODES = {LTE: (0.0, 503.0)}
"""PCI."""
LIMITS = np.array(
    [
        [limits.get(tech, (np.inf, -np.inf)) for limits in (LEVEL_DBM, QUALITY, CHANNELS, CODES)]
        for tech in range(len(TECHS))
    ]
)
"""The same as an array [technology, number, least and greatest]."""


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
        level, quality, channel, code = np.array([level, quality, channel, code])
        possible(np.ascontiguousarray(tech), LIMITS, level, quality, channel, code)
        return cls(tech, level, quality, channel, code, np.zeros(tech.shape, dtype=np.int64))

    def named(self, label: NDArray[np.int64], labels: Sequence[str]) -> Cells:
        """The same cells with names. Of a cell without one, channel 0 is the tool's word for "not known"."""
        void = (label == 0) & ~(self.channel > 0)
        channel, pci = (np.where(void, np.nan, numbers) for numbers in (self.channel, self.pci))
        return replace(self, channel=channel, pci=pci, label=label, labels=tuple(labels))

    def take(self, rows: NDArray[np.int64]) -> Cells:
        """The cells of some rows."""
        names = ("tech", "level", "quality", "channel", "pci", "label")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class Heard:
    """Readings of some instants without their times and the servers' names: one row for each server, after it one for
    each of its neighbours.

    Attributes
    ----------
    columns : dict of name → Arrow array
        All columns of a part but time and cell.
    count : ndarray
        The readings of each instant.
    label : ndarray
        Each reading's place in `labels`; 0 for servers.
    passed : int
        Neighbours that were heard and passed over: they cannot be told, or are the server once more.
    """

    columns: dict[str, Any]
    count: NDArray[np.int64]
    label: NDArray[np.int32]
    labels: Sequence[str]
    passed: int

    @property
    def servers(self) -> NDArray[np.int64]:
        """Where among the readings each instant's server stands."""
        return _servers(self.count)


def heard_readings(
    block: Block, rows: NDArray[np.int64], server: Cells, instants: dict[str, NDArray[np.float64]],
    mode: NDArray[np.int32], modes: Sequence[str],
) -> Heard:  # fmt: skip
    """Readings of some rows in the long form.

    A neighbour's technology is the server's unless its block says otherwise. In blocks without a code of their own
    (older versions) the cell number of an LTE neighbour is its PCI.

    Parameters
    ----------
    block : Block
        Its neighbours' columns are called ``rxlev.3`` and the like.
    rows : ndarray
        Those of its rows that are used; the other arguments hold one entry for each.
    instants : mapping
        lat, lon and the server's sinr_db.
    mode : ndarray
        Places in `modes`.
    """
    around = _blocks_of(block.layout.numbers)
    column = block.layout.number_of
    codes = [f"cell.{k}" if f"cell.{k}" in column else f"cellid.{k}" for k in around]
    wanted = [*([f"{name}.{k}" for k in around] for name in ("rxlev", "qual", "arfcn")), codes]
    columns = np.array([[column.get(name, -1) for name in names] for names in wanted], dtype=np.int64).T
    tech = np.repeat(server.tech[:, None], len(around) + 1, axis=1)
    for k, number in enumerate(around, 1):
        if f"tech.{number}" in block.layout.texts:
            own = technology(*block.codes(f"tech.{number}"))[rows]
            tech[:, k] = np.where(own > 0, own, tech[:, k])
    label, labels = _gsm_labels(block, around, tech[:, 1:], rows)
    most = tech.size
    count = np.empty(len(rows), dtype=np.int64)
    rat, channel, code, name = np.empty((4, most), dtype=np.int32)
    level, quality = np.empty((2, most))
    passed = long_rows(
        block.numbers, columns.copy(), rows, tech, label,
        np.array([server.level, server.quality, server.channel, server.pci]), LIMITS, own_channels(),
        count, rat, level, quality, channel, code, name,
    )  # fmt: skip
    rat, name = rat[: count.sum()], name[: count.sum()]
    serving, sinr = np.zeros(len(rat), dtype=bool), np.full(len(rat), np.nan)
    serving[_servers(count)], sinr[_servers(count)] = True, instants["sinr_db"]
    made: dict[str, Any] = {key: streams.numbers(np.repeat(instants[key], count)) for key in ("lat", "lon")}
    made |= {"mode": streams.words(np.repeat(mode, count), modes), "rat": streams.words(rat, TECHS)}
    made |= {"serving": pa.array(serving), "line": pa.array(np.repeat(block.lines[rows], count))}
    made["sinr_db"] = streams.numbers(sinr)
    for tech_of, names in ((GSM, ("arfcn", "rxlev_dbm", "rxqual")), (LTE, ("earfcn", "rsrp_dbm", "rsrq_db", "pci"))):
        other = rat != tech_of
        if not other.all():
            sources: tuple[NDArray[Any], ...] = (channel, level, quality, code)
            for key, values in zip(names, sources, strict=False):
                made[key] = streams.known(values[: len(rat)], other)
    return Heard(made, count, name, labels, int(passed))


def _servers(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each instant's server stands, given the readings of each."""
    return np.cumsum(count) - count


def _blocks_of(names: Iterable[str]) -> list[int]:
    """The numbers of the neighbours' blocks of which a level is among some columns."""
    return sorted(int(name.split(".")[1]) for name in names if name.startswith("rxlev."))


def _gsm_labels(
    block: Block, around: Sequence[int], tech: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Sequence[str]]:
    """The names of neighbours by number, and the names."""
    gsm = tech == GSM
    out = np.zeros(tech.shape, dtype=np.int64)
    if not gsm.any():
        return out, [""]
    codes, operators = block.codes("operator")
    lac, ci = (np.column_stack([block.number(f"{name}.{k}")[rows] for k in around])[gsm] for name in ("lac", "cellid"))
    who: dict[str, Any] = {"rat": np.full(len(ci), "GSM", dtype=object), "node": np.full(len(ci), np.nan)}
    who["operator"] = np.broadcast_to(np.array(operators, dtype=object)[codes[rows]][:, None], tech.shape)[gsm]
    out[gsm], labels = cell_labels(who | {"lac": lac, "ci": ci})
    return out, labels
