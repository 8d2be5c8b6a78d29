"""By how much the wanted cell leads: C2 in idle mode, at each place, before and after a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.evidence import Evidence
from rfopt.mobility.criteria import c1, c2
from rfopt.network import Network, Plan, apply
from rfopt.plots.style import OTHERS, PALETTE, FloatArray, lettered
from rfopt.words import say, spoken

GOOD_DB = 10.0
"""A lead with which a phone reselects once in four minutes (docs/reselection.md)."""
LONG_S = 700.0
"""Longer than any penalty time: temporary offsets are over."""
MOST_CELLS = 10


def c2_db(evidence: Evidence, network: Network) -> pd.DataFrame:
    """Mean C2 of each GSM cell at each place once temporary offsets are over, in dB: places × cells."""
    levels = evidence.gsm.levels
    cells = network.cells.loc[levels.cells]
    names = evidence.situation.network.cells.index
    moved = pd.DataFrame(
        evidence.situation.change(network.cells.loc[names]), index=evidence.situation.points, columns=names
    )
    dbm = levels.dbm + moved.loc[levels.points.index, levels.cells].to_numpy(np.float64)
    columns = ("rxlev_access_min_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s")
    access, offset, temporary, penalty = (cells[name].to_numpy(np.float64) for name in columns)
    table = c2(c1(dbm, access), offset, temporary, penalty, LONG_S)
    return pd.DataFrame(table, index=levels.points.index, columns=levels.cells)


@lettered
def c2_margins(ax: Axes, evidence: Evidence, point: str, plan: Plan = (), lang: str | None = None) -> Axes:
    """How far the best wanted cell's C2 is ahead of every other cell's at one place, as found and with a plan.

    Parameters
    ----------
    evidence : Evidence
        Of a diagnosis or a recommendation.
    point : str
        Label of a place of the complaint.

    Raises
    ------
    InputError
        If the place is not one of the complaint, or no wanted GSM cell was heard there.
    """
    if point not in evidence.gsm.levels.points.index:
        near = did_you_mean(point, list(evidence.gsm.levels.points.index))
        raise InputError(f"'{printable(point)}' is no place of the complaint with GSM{near}")
    lead: dict[str, pd.Series] = {}
    for when, network in (("before", evidence.network), ("after", apply(evidence.network, plan))):
        row = c2_db(evidence, network).loc[[point]].iloc[0]
        wanted = [name for name in evidence.wanted if name in row.index and not np.isnan(row[name])]
        if not wanted:
            raise InputError(f"no wanted GSM cell was heard at '{printable(point)}'")
        lead[when] = pd.Series(row[wanted].max() - row).drop(wanted).dropna()
    order = list(lead["before"].sort_values(kind="stable").index[:MOST_CELLS][::-1])
    before, after = (lead[when][order].to_numpy(np.float64) for when in ("before", "after"))
    _draw(ax, order, before, after, bool(plan), lang or spoken())
    return ax


def _draw(ax: Axes, names: list[str], before: FloatArray, after: FloatArray, planned: bool, lang: str) -> None:
    rows = np.arange(len(names))
    ax.axvline(0.0, color="black", linewidth=0.8)
    ax.axvline(GOOD_DB, color=OTHERS, linewidth=0.8, linestyle="--")
    if planned:
        ax.hlines(rows, before, after, color=OTHERS, linewidth=1.0)
        ax.plot(after, rows, "o", color=PALETTE[0], label=say("cli.after", lang))
    ax.plot(before, rows, "o", mfc="none", mec=PALETTE[5], label=say("cli.before" if planned else "report.found", lang))
    ax.set_yticks(rows, names, fontsize=8)
    ax.set(xlabel=say("plot.c2_margin", lang), ylim=(-0.7, len(names) - 0.3))
    ax.grid(axis="x", alpha=0.25)
    ax.legend(fontsize=8, frameon=False)
