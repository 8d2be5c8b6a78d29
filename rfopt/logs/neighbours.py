"""Cells heard in the rows of a wide log, and the long table with one row for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.logs import streams
from rfopt.logs.delimited import Block
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, foreign_channels, technology

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


@dataclass(frozen=True)
class Around:
    """The neighbours of some rows, [row, block], with NaN as the level of one that is passed over; how many are."""

    cells: Cells
    passed: int


def blocks_of(names: Iterable[str]) -> list[int]:
    """The numbers of the neighbours' blocks of which a level is among some columns."""
    return sorted(int(name.split(".")[1]) for name in names if name.startswith("rxlev."))


def neighbours(block: Block, server: Cells, rows: NDArray[np.int64]) -> Around:
    """The neighbours of some rows, and how many were heard but cannot be told apart or named.

    A neighbour's technology is the server's unless its block says otherwise. In blocks without a code of their own
    (older versions) the cell number of an LTE neighbour is its PCI.
    """
    numbers = blocks_of(block.slots)
    columns = {
        name: block.numbers([f"{name}.{k}" for k in numbers])[rows] for name in ("rxlev", "arfcn", "qual", "cellid")
    }
    codes = [f"cell.{k}" if f"cell.{k}" in block.slots else f"cellid.{k}" for k in numbers]
    code = block.numbers(codes)[rows] if codes != [f"cellid.{k}" for k in numbers] else columns["cellid"]
    mine = server.take(rows)
    tech = np.broadcast_to(mine.tech[:, None], columns["rxlev"].shape).copy()
    for k, number in enumerate(numbers):
        if f"tech.{number}" in block.slots:
            own = technology(*block.codes(f"tech.{number}"))[rows]
            tech[:, k] = np.where(own > 0, own, tech[:, k])
    level, channel = columns["rxlev"], columns["arfcn"]
    heard = Cells.heard(tech, level, columns["qual"], channel, code)
    heard = heard.named(*_gsm_labels(block, numbers, tech, columns["cellid"], rows))
    told = np.where(
        tech == GSM,
        np.isfinite(heard.channel) | (heard.label > 0),
        np.isfinite(heard.channel) & np.isfinite(heard.pci),
    )
    told &= ~foreign_channels(tech, channel)
    same = (tech == mine.tech[:, None]) & (heard.channel == mine.channel[:, None])
    same &= heard.pci == mine.pci[:, None]
    keep = told & np.isfinite(heard.level) & ~same
    passed = int((np.isfinite(level) & ~keep).sum())
    return Around(replace(heard, level=np.where(keep, heard.level, np.nan)), passed)


def _gsm_labels(
    block: Block, numbers: Sequence[int], tech: NDArray[np.int64], ci: NDArray[np.float64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Sequence[str]]:
    gsm = tech == GSM
    out = np.zeros(tech.shape, dtype=np.int64)
    if not gsm.any():
        return out, [""]
    codes, operators = block.codes("operator")
    lac = block.numbers([f"lac.{k}" for k in numbers])[rows]
    count = int(gsm.sum())
    who: dict[str, Any] = {"rat": np.full(count, "GSM", dtype=object), "node": np.full(count, np.nan)}
    who["operator"] = np.broadcast_to(np.array(operators, dtype=object)[codes[rows]][:, None], tech.shape)[gsm]
    out[gsm], labels = cell_labels(who | {"lac": lac[gsm], "ci": ci[gsm]})
    return out, labels


@dataclass(frozen=True)
class Heard:
    """Readings of some instants without their times and the servers' names: one row for each server, one for each
    neighbour with a level, in that order.

    Attributes
    ----------
    columns : dict of name → Arrow array
        All columns of a part but time and cell.
    row : ndarray
        The instant of each reading.
    label : ndarray
        The neighbour's place in `labels`; 0 for servers.
    """

    columns: dict[str, Any]
    row: NDArray[np.int64]
    serving: NDArray[np.bool_]
    label: NDArray[np.int64]
    labels: Sequence[str]


def heard_readings(
    instants: dict[str, NDArray[np.float64]], mode: NDArray[np.int64], modes: Sequence[str], lines: NDArray[np.int64],
    server: Cells, around: Cells,
) -> Heard:  # fmt: skip
    """Readings in the long form.

    `instants` holds lat, lon and the server's sinr_db of each row; `mode` is a place in `modes`.
    """
    kept = np.column_stack([np.ones(len(lines), dtype=bool), np.isfinite(around.level)])
    row, slot = np.divmod(np.flatnonzero(kept), kept.shape[1])
    main = slot == 0
    every = bool(kept.all())
    one: dict[str, NDArray[Any]] = {}
    for name in ("tech", "channel", "level", "quality", "pci"):
        wide = np.column_stack([getattr(server, name), getattr(around, name)])
        one[name] = wide.reshape(-1) if every else wide[kept]
    label = np.column_stack([np.zeros(len(lines), dtype=np.int64), around.label])[kept]
    columns: dict[str, Any] = {name: streams.numbers(instants[name][row]) for name in ("lat", "lon")}
    columns |= {"mode": streams.words(mode[row], modes), "rat": streams.words(one["tech"], TECHS)}
    columns |= {"serving": pa.array(main), "line": pa.array(lines[row])}
    columns["sinr_db"] = streams.numbers(np.where(main, instants["sinr_db"][row], np.nan))
    for rat, names in ((GSM, ("arfcn", "rxlev_dbm", "rxqual")), (LTE, ("earfcn", "rsrp_dbm", "rsrq_db", "pci"))):
        of_rat = one["tech"] == rat
        if not of_rat.any():
            continue
        for name, source in zip(names, ("channel", "level", "quality", "pci"), strict=False):
            values = one[source] if of_rat.all() else np.where(of_rat, one[source], np.nan)
            whole = streams.PART_SCHEMA.field(name).type == pa.int32()
            columns[name] = streams.whole_numbers(values) if whole else streams.numbers(values)
    return Heard(columns, row, main, label, around.labels)
