"""When the serving cell of a log changed, and which changes were undone at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.logs.streams import frame_of

SERVER = ("rat", "cell", "arfcn", "bsic", "earfcn", "pci")
"""Who serves; a change of any of them ends a stay."""
LOOKED_AT = ("time", "point", "mode", "serving", *SERVER)
"""Columns of readings that server changes are told from, beside the file."""
COLUMNS = ["time", "from_cell", "to_cell", "rat_from", "rat_to", "kind", "mode", "point", "file", "dwell_s"]


def transitions(readings: pd.DataFrame, gap_s: float = 15.0) -> pd.DataFrame:
    """Serving-cell changes of a log.

    Two serving rows next to each other in one file and at one point are compared. Further apart in time than `gap_s`
    they are not: what happened between was not seen.

    Parameters
    ----------
    readings : DataFrame
        `rfopt.logs.Log.readings`, or several of them one below the other; or `Stays.rows`.
    gap_s : float
        Longest time between two rows of one stretch in seconds.

    Returns
    -------
    DataFrame
        time [s] of the first row on the new cell; from_cell, to_cell: the cell's name, else the one name that the
        log gives its channel and code elsewhere, else the channel (``LTE 38400/321``), else the technology; rat_from,
        rat_to; kind: ``csfb`` from LTE to GSM or 3G in a call, else ``reselection`` in idle mode and ``handover`` in
        the others; mode, point, file of the new row; dwell_s, the time on from_cell, NaN where its begin was not
        seen.

    Examples
    --------
    >>> base = {"file": "a.csv", "point": "", "mode": "idle", "rat": "GSM", "serving": True}
    >>> base |= {"arfcn": 62.0, "bsic": "4-5", "earfcn": float("nan"), "pci": float("nan")}
    >>> rows = [base | {"time": t, "cell": c} for t, c in ((0, "A"), (2, "B"), (4, "B"), (6, "A"))]
    >>> transitions(pd.DataFrame(rows))[["time", "from_cell", "to_cell", "kind", "dwell_s"]].values.tolist()
    [[2, 'A', 'B', 'reselection', nan], [6, 'B', 'A', 'reselection', 4.0]]
    """
    serving = readings[readings["serving"].to_numpy(dtype=bool)]
    stay = _stays(serving if "until" in serving.columns else serving.assign(until=serving["time"]), gap_s)
    label = server_labels(stay)
    time = stay["time"].to_numpy(dtype=float)
    joined = _joined(stay, gap_s)
    changed = label[:-1] != label[1:]
    arrival = _arrivals(time, joined, changed)
    at = np.flatnonzero(joined & changed)
    moves = stay.iloc[1:].iloc[at][["time", "mode", "point", "file"]].reset_index(drop=True)
    rat = stay["rat"].to_numpy()
    for name, values in (("cell", label), ("rat", rat)):
        for end, of in (("from", values[:-1]), ("to", values[1:])):
            moves[f"{end}_cell" if name == "cell" else f"rat_{end}"] = pd.array(of[at], dtype="str")
    moves["kind"] = _kinds(moves)
    moves["dwell_s"] = time[1:][at] - arrival[:-1][at]
    return moves[COLUMNS]


class Stays:
    """The serving rows of a log with each stretch on one server as one row, which is all that `transitions` looks at.

    They are taken part by part, so a log of any length needs only its stays; one that goes on in the next part is in
    two pieces here.
    """

    def __init__(self, gap_s: float = 15.0):
        self._gap_s = gap_s
        self._begins: list[tuple[Path, pa.Table, NDArray[np.float64]]] = []

    def take(self, readings: pa.Table, path: Path) -> None:
        """Take the readings of a part (`rfopt.logs.streams.PART_SCHEMA`) of a file."""
        rows = pa.array(np.flatnonzero(readings["serving"].to_numpy()))
        serving = readings.select([*LOOKED_AT, "line"]).take(rows)
        time = serving["time"].to_numpy()
        if not len(time):
            return
        same = [_alike(serving[name].combine_chunks()) for name in ("point", *SERVER)]
        begins = np.append(True, ~np.logical_and.reduce([*same, np.diff(time) <= self._gap_s]))
        until = time[np.append(begins[1:], True)]
        self._begins.append((path, serving.filter(pa.array(begins)), until))

    def rows(self) -> pd.DataFrame:
        """The rows that begin a stay, and `until`, the time of its last."""
        files = dict.fromkeys(path for path, _, _ in self._begins)
        frames = [frame_of([table for of, table, _ in self._begins if of == path], path, LOOKED_AT) for path in files]
        until = np.concatenate([np.empty(0), *(ends for _, _, ends in self._begins)])
        return pd.concat([frame_of([], Path(), LOOKED_AT), *frames], ignore_index=True).assign(until=until)


def _alike(column: pa.Array) -> NDArray[np.bool_]:
    """Whether each value but the first is that of the row before, both unknown included."""
    values = column.indices if isinstance(column, pa.DictionaryArray) else column
    number = np.asarray(values.fill_null(-1))
    unknown = np.asarray(values.is_null())
    return np.asarray((number[1:] == number[:-1]) & (unknown[1:] == unknown[:-1]))


def _stays(serving: pd.DataFrame, gap_s: float) -> pd.DataFrame:
    """Serving rows, or pieces of stays, with each stretch on one server as one row, its last time `until`."""
    same = _joined(serving, gap_s)
    for name in SERVER:
        values = serving[name].to_numpy()
        unknown = pd.isna(values)
        same &= (values[1:] == values[:-1]) | (unknown[1:] & unknown[:-1])
    begins = np.append(True, ~same)[: len(serving)]
    until = serving["until"].to_numpy()[np.append(begins[1:], True)[: len(begins)]]
    return serving[begins].assign(until=until)


def _joined(stay: pd.DataFrame, gap_s: float) -> NDArray[np.bool_]:
    """Whether each row but the first belongs to the stretch of the one before it."""
    time, until = stay["time"].to_numpy(dtype=float), stay["until"].to_numpy(dtype=float)
    joined = time[1:] - until[:-1] <= gap_s
    for name in ("file", "point"):
        values = stay[name].to_numpy()
        joined &= np.asarray(values[1:] == values[:-1], dtype=bool)
    return np.asarray(joined)


def server_labels(serving: pd.DataFrame) -> NDArray[np.object_]:
    """A word for the server of each serving row (see `transitions`)."""
    lte = serving["rat"] == "LTE"
    pci = serving["pci"].map(lambda number: "" if np.isnan(number) else f"{number:.0f}")
    on = pd.DataFrame({"rat": serving["rat"], "channel": serving["earfcn"].where(lte, serving["arfcn"])})
    on["code"] = pci.where(lte, serving["bsic"]).astype(object)
    key = on.groupby(["rat", "channel", "code"], dropna=False, sort=False).ngroup().to_numpy()
    words = on.iloc[np.unique(key, return_index=True)[1]].apply(lambda row: _channel_word(*row), axis=1)
    cell = serving["cell"].to_numpy(dtype=object)
    named = pd.DataFrame({"key": key, "cell": cell})[cell != ""].drop_duplicates()
    only = named.drop_duplicates("key", keep=False).set_index("key")["cell"]
    told = set(key[(on["channel"].notna() & (on["code"] != "")).to_numpy()])
    guess = [only.get(k, word) if k in told else word for k, word in enumerate(words)]
    return np.where(cell == "", np.array(guess, dtype=object)[key] if guess else cell, cell)


def _channel_word(rat: str, channel: float, code: str) -> str:
    if np.isnan(channel):
        return rat
    return f"{rat} {channel:.0f}" + (f"/{code}" if code else "")


def _arrivals(time: NDArray[np.float64], joined: NDArray[np.bool_], changed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """When the phone came to the cell of each row; NaN where that was before the stretch began."""
    begins = np.concatenate([[True], ~joined | changed])
    seen = np.concatenate([[False], joined & changed])
    last = np.maximum.accumulate(np.where(begins, np.arange(len(time)), 0)) if len(time) else np.array([], dtype=int)
    return np.where(seen[last], time[last], np.nan) if len(time) else time


def _kinds(moves: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    falls_back = (moves["rat_from"] == "LTE") & moves["rat_to"].isin(["GSM", "3G"]) & (moves["mode"] == "call")
    kind = np.where(moves["mode"] == "idle", "reselection", "handover")
    return pd.array(np.where(falls_back, "csfb", kind), dtype="str")


def pingpong(moves: pd.DataFrame, window_s: float = 10.0, by: str = "cell") -> NDArray[np.bool_]:
    """Which changes undo the one before: the second of A→B→A, if B was served for `window_s` at most.

    Parameters
    ----------
    moves : DataFrame
        As `transitions` gives them.
    window_s : float
        Longest stay on B in seconds.
    by : str
        ``cell``: A is a cell. ``rat``: A is a technology, whichever of its cells.

    Raises
    ------
    ValueError
        If `by` is neither.
    """
    if by not in ("cell", "rat"):
        raise ValueError(f"by '{by}' is not cell or rat")
    start, end = (
        moves[name].to_numpy() for name in (("from_cell", "to_cell") if by == "cell" else ("rat_from", "rat_to"))
    )
    back = np.zeros(len(moves), dtype=bool)
    moved = start != end
    if len(moves) > 1:
        stay = moves["dwell_s"].to_numpy(dtype=float)[1:]
        back[1:] = (start[1:] == end[:-1]) & (end[1:] == start[:-1]) & moved[1:] & (stay <= window_s)
    return back
