"""Readings on their way: a log part by part as Arrow tables, whole as a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.logs.picking import Pick
from rfopt.tables import NUMERIC, schema

LOG_COLUMNS = tuple(schema("log"))
"""Columns of the measurement table in their order."""
READING_COLUMNS = (*LOG_COLUMNS, "file", "line")
"""Columns of `rfopt.logs.Log.readings`."""
WORDS = pa.dictionary(pa.int32(), pa.string())
Words = tuple[NDArray[np.int32], list[str]]
"""Words of rows by their place in a list in which each stands once."""
Rejects = list[tuple[int, str, str]]
"""Line, reason, text of rows that could not be used."""


def _type(name: str) -> pa.DataType:
    kind = schema("log")[name].type
    if name == "serving":
        return pa.bool_()
    if kind == "int":
        return pa.int32()
    return pa.float64() if kind in NUMERIC else WORDS


PART_SCHEMA = pa.schema([*((name, _type(name)) for name in LOG_COLUMNS), ("line", pa.int64())])
"""Numbers and words of a part's readings; null is unknown."""


@dataclass(frozen=True)
class Part:
    """Some rows of a log: their readings (`PART_SCHEMA`), rejects, and how far into the file they reach in bytes."""

    readings: pa.Table
    rejects: Rejects
    done: int = 0


@dataclass
class Stream:
    """A log that is read while `parts` is gone through; once it is, the other fields are as those of a `Log`.

    `pick` may be set before: what of the log is wanted, so that its reader may leave out what is not.
    """

    path: Path
    format: str
    size: int = 0
    parts: Iterator[Part] = field(default_factory=lambda: iter(()))
    rows: int = 0
    start: str = ""
    notes: tuple[str, ...] = ()
    unused: Mapping[str, int] = field(default_factory=dict)
    pick: Pick | None = None


def part_table(count: int, columns: Mapping[str, Any]) -> pa.Table:
    """Readings of a part from Arrow arrays; what `columns` lacks is unknown."""
    arrays = [columns[f.name] if f.name in columns else pa.nulls(count, f.type) for f in PART_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=PART_SCHEMA)


def numbers(values: NDArray[np.float64]) -> pa.Array:
    """Real numbers, NaN becoming null."""
    unknown = np.isnan(values)
    return pa.array(values, mask=unknown) if unknown.any() else pa.array(values)


def whole_numbers(values: NDArray[np.float64]) -> pa.Array:
    """Whole numbers, NaN becoming null."""
    unknown = np.isnan(values)
    return pa.array(np.where(unknown, 0.0, values).astype(np.int32), mask=unknown)


def known(values: NDArray[Any], others: NDArray[np.bool_]) -> pa.Array:
    """Numbers of some rows, those of the others becoming null, and with them NaN and whole numbers below 0."""
    unknown = others | (np.isnan(values) if values.dtype.kind == "f" else values < 0)
    return pa.array(values, mask=unknown) if unknown.any() else pa.array(values)


def words(codes: NDArray[Any], known: Sequence[str]) -> pa.Array:
    """Words by their place in a list in which each stands once; '' becomes null."""
    codes = np.asarray(codes, dtype=np.int32)
    unknown = codes == known.index("") if "" in known else None
    if unknown is not None and unknown.all():
        return pa.nulls(len(codes), WORDS)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=unknown), pa.array(known, pa.string()))


def merged_words(codes: NDArray[np.int32], words: list[str]) -> Words:
    """Words of which some are the same, each once."""
    unique = list(dict.fromkeys(words))
    if len(unique) == len(words):
        return codes, words
    place = {word: k for k, word in enumerate(unique)}
    return np.array([place[word] for word in words], dtype=np.int32)[codes], unique


def part_of(readings: pd.DataFrame) -> pa.Table:
    """A frame of readings as a part's table."""
    columns: dict[str, Any] = {"line": pa.array(readings["line"].to_numpy(dtype=np.int64))}
    for name in LOG_COLUMNS:
        values = readings[name]
        if name == "serving":
            columns[name] = pa.array(values.to_numpy(dtype=bool))
        elif PART_SCHEMA.field(name).type == WORDS:
            codes, known = pd.factorize(values.to_numpy(dtype=object))
            columns[name] = words(codes, [str(word) for word in known])
        else:
            made = whole_numbers if PART_SCHEMA.field(name).type == pa.int32() else numbers
            columns[name] = made(values.to_numpy(dtype=float))
    return part_table(len(readings), columns)


def frame_of(tables: Sequence[pa.Table], path: Path, names: Sequence[str] = LOG_COLUMNS) -> pd.DataFrame:
    """Parts' tables as a frame with some columns of the measurement table, file and line."""
    table = pa.concat_tables(tables) if tables else PART_SCHEMA.empty_table()
    columns: dict[str, Any] = {}
    for name in names:
        kind = PART_SCHEMA.field(name).type
        if name == "serving":
            columns[name] = table[name].to_numpy()
        elif kind == WORDS:
            texts = table[name].cast(pa.string()).cast(pa.large_string()).fill_null("").combine_chunks()
            columns[name] = pd.array(texts, dtype="str")
        else:
            columns[name] = table[name].cast(pa.float64()).to_numpy()
    file = pa.repeat(pa.scalar(str(path), type=pa.large_string()), len(table))
    columns |= {"file": pd.array(file, dtype="str"), "line": table["line"].to_numpy()}
    return pd.DataFrame(columns, copy=False)
