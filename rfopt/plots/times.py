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
    at_point = readings[readings["point"] == point] if point else readings
    rows = at_point[(at_point["rat"] == rat) & (at_point["mode"] == mode) & at_point[LEVEL[rat]].notna()]
    if rows.empty:
        near = did_you_mean(point, set(readings["point"])) if at_point.empty else ""
        raise InputError(f"no {printable(rat)} level was read in {printable(mode)} at '{printable(point)}'{near}")
    rows = rows.assign(label=server_labels(rows)).sort_values("time", kind="stable")
    order = rows["label"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    for rank, name in enumerate(order):
        _one_cell(ax, rows[rows["label"] == name], str(name), rank, LEVEL[rat])
    lang = lang or spoken()
    ax.set(xlabel=say("plot.time", lang), ylabel=say("plot.level", lang))
    ax.set_title(say("plot.serving", lang), loc="left", fontsize=9)
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
