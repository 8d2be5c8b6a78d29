"""When the serving cell of a log changed, and which changes were undone at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ["time", "from_cell", "to_cell", "rat_from", "rat_to", "kind", "mode", "point", "file", "dwell_s"]


def transitions(readings: pd.DataFrame, gap_s: float = 15.0) -> pd.DataFrame:
    """Serving-cell changes of a log.

    Two serving rows next to each other in one file and at one point are compared. Further apart in time than `gap_s`
    they are not: what happened between was not seen.

    Parameters
    ----------
    readings : DataFrame
        `rfopt.logs.Log.readings`, or several of them one below the other.
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
    label = server_labels(serving)
    before, after = serving.iloc[:-1], serving.iloc[1:]
    time = serving["time"].to_numpy(dtype=float)
    joined = np.diff(time) <= gap_s
    for name in ("file", "point"):
        joined &= before[name].to_numpy() == after[name].to_numpy()
    changed = label[:-1] != label[1:]
    arrival = _arrivals(time, joined, changed)
    at = np.flatnonzero(joined & changed)
    rat_from, rat_to = before["rat"].to_numpy()[at], after["rat"].to_numpy()[at]
    moves = after.iloc[at][["time", "mode", "point", "file"]].reset_index(drop=True)
    moves["from_cell"], moves["to_cell"] = pd.array(label[:-1][at], dtype="str"), pd.array(label[1:][at], dtype="str")
    moves["rat_from"], moves["rat_to"] = pd.array(rat_from, dtype="str"), pd.array(rat_to, dtype="str")
    moves["kind"] = _kinds(moves)
    moves["dwell_s"] = time[1:][at] - arrival[:-1][at]
    return moves[COLUMNS]


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
