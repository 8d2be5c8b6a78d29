"""Levels over time, as a log has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.logs.transitions import server_labels
from rfopt.plots.style import OTHERS, PALETTE, lettered
from rfopt.words import say, spoken

LEVEL = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}
LONGEST_GAP_S = 15.0
"""A line is broken where a cell was not reported for longer."""
MOST_CELLS = 8


@lettered
def levels_over_time(
    ax: Axes,
    readings: pd.DataFrame,
    point: str = "",
    rat: str = "GSM",
    mode: str = "idle",
    lang: str | None = None,
) -> Axes:
    """The level of each cell that was reported at one place, and which of them served.

    Parameters
    ----------
    readings : DataFrame
        `Log.readings`, `Case.readings` or, with neighbours named, `Diagnosis.evidence.readings`.
    point : str
        Label of the place; '' for all places.
    rat : {"GSM", "LTE"}
    mode : {"idle", "call", "data"}

    Raises
    ------
    InputError
        If nothing was read there in that mode.
    """
    known = readings[(readings["rat"] == rat) & (readings["mode"] == mode) & readings[LEVEL[rat]].notna()]
    rows = known[known["point"] == point] if point else known
    if rows.empty:
        near = "" if point in set(readings["point"]) else did_you_mean(point, set(readings["point"]))
        raise InputError(f"no {printable(rat)} level was read in {printable(mode)} at '{printable(point)}'{near}")
    known = known.assign(label=server_labels(known))
    rows = known.loc[rows.index].sort_values("time", kind="stable")
    order = known["label"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    here = set(rows["label"])
    for rank, name in enumerate(order):  # over all places, so that a cell has one colour at each of them
        if name in here:
            _one_cell(ax, rows[rows["label"] == name], str(name), rank, LEVEL[rat])
    lang = lang or spoken()
    ax.set(xlabel=say("plot.time", lang), ylabel=say("plot.level", lang))
    title = say("plot.serving", lang)
    named = say("view.figure", lang, what=printable(point), value=title) if point else title
    ax.set_title(named, loc="left", fontsize=9)
    ax.grid(alpha=0.25)
    ax.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def _one_cell(ax: Axes, rows: pd.DataFrame, name: str, rank: int, column: str) -> None:
    """A thin line through the reports of a cell, thick where it served; the rarest share a grey and have no name."""
    colour = PALETTE[rank] if rank < MOST_CELLS else OTHERS
    rows = rows.drop_duplicates("time")
    time, level = rows["time"].to_numpy(np.float64), rows[column].to_numpy(np.float64)
    breaks = np.flatnonzero(np.diff(time) > LONGEST_GAP_S) + 1
    time, level = np.insert(time, breaks, np.nan), np.insert(level, breaks, np.nan)
    served = np.insert(rows["serving"].to_numpy(dtype=bool), breaks, False)
    ax.plot(time, level, color=colour, linewidth=0.8, alpha=0.8, label=name if rank < MOST_CELLS else "_")
    ax.plot(time, np.where(served, level, np.nan), color=colour, linewidth=3.0, solid_capstyle="round")
