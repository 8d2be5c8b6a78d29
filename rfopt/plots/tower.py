"""A tower: its façades unrolled, and its floors one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from numpy.typing import NDArray

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.geography.scene import SIDES
from rfopt.plots.style import (
    NOBODY,
    OTHERS,
    PALETTE,
    FloatArray,
    categories,
    lettered,
    server_colours,
    server_legend,
)
from rfopt.prediction import Prediction
from rfopt.scales import SCALES, Scale
from rfopt.words import say, spoken

GAP = 1
"""Columns left empty between two sides of a façade picture."""


@dataclass(frozen=True)
class Unrolled:
    """A tower's places as a picture: rows are floors, columns are places along the sides, in the order of `SIDES`."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    floors: tuple[int, ...]
    middles: dict[str, float]
    width: int

    def grid(self, values: FloatArray) -> FloatArray:
        """Values of places as rows and columns; NaN where there is no place."""
        table = np.full((len(self.floors), self.width), np.nan)
        table[self.row, self.column] = values
        return table


def unroll(places: pd.DataFrame) -> Unrolled:
    """Lay a tower's places out side by side.

    Parameters
    ----------
    places : DataFrame
        floor and side, as `rfopt.coverage.tower` gives them.
    """
    floors = tuple(sorted(places["floor"].unique()))
    rank = places.groupby(["floor", "side"]).cumcount().to_numpy()
    column, middles, start = np.zeros(len(places), dtype=np.int64), {}, 0
    for side in SIDES:
        here = (places["side"] == side).to_numpy()
        if here.any():
            width = int(rank[here].max()) + 1
            column[here] = start + rank[here]
            middles[side] = start + (width - 1) / 2.0
            start += width + GAP
    return Unrolled(np.searchsorted(floors, places["floor"]), column, floors, middles, max(start - GAP, 1))


@lettered
def facade(ax: Axes, unrolled: Unrolled, values: FloatArray, scale: Scale, lang: str | None = None) -> Axes:
    """One figure of every place of a tower, floor by floor and side by side, with its colour bar."""
    lang = lang or spoken()
    bounds = np.array(scale.steps)
    norm = BoundaryNorm(bounds, 256, extend="both")
    drawn = ax.imshow(
        unrolled.grid(values), origin="lower", aspect="auto", cmap="cividis", norm=norm, interpolation="none"
    )
    bar = ax.figure.colorbar(drawn, ax=ax, ticks=bounds, pad=0.01)
    bar.ax.set_yticklabels([f"{bound:g}" for bound in bounds])
    ax.set_title(say(f"plot.{scale.name}", lang), loc="left", fontsize=10)
    _facade_axes(ax, unrolled, lang)
    return ax


@lettered
def facade_servers(ax: Axes, unrolled: Unrolled, servers: Sequence[str], lang: str | None = None) -> Axes:
    """The best server of every place of a tower, floor by floor and side by side, with a legend."""
    lang = lang or spoken()
    colours = server_colours(servers)
    names = list(colours)
    number = np.array([names.index(name) if name else np.nan for name in servers], dtype=np.float64)
    cmap, norm = categories(colours)
    ax.imshow(unrolled.grid(number), origin="lower", aspect="auto", cmap=cmap, norm=norm, interpolation="none")
    ax.set_title(say("plot.server", lang), loc="left", fontsize=10)
    _facade_axes(ax, unrolled, lang)
    server_legend(ax, colours, lang)
    return ax


def _facade_axes(ax: Axes, unrolled: Unrolled, lang: str) -> None:
    ax.set_facecolor(NOBODY)
    ax.set_xticks(list(unrolled.middles.values()), [say(f"plot.side_{side}", lang) for side in unrolled.middles])
    every = next((step for step in (1, 5, 10, 20) if len(unrolled.floors) <= 12 * step), 50)
    ticks = [row for row, floor in enumerate(unrolled.floors) if floor % every == 0]
    ax.set_yticks(ticks, [f"{unrolled.floors[row]}" for row in ticks])
    ax.set_ylabel(say("plot.floor", lang))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


@lettered
def floor_shares(ax: Axes, floors: Sequence[int], servers: Sequence[str], lang: str | None = None) -> Axes:
    """On each floor, the share of its places that each cell serves best."""
    lang = lang or spoken()
    table = pd.crosstab(np.asarray(floors), np.asarray(servers, dtype=object), normalize="index")
    colours = server_colours(servers)
    left = np.zeros(len(table))
    for name, colour in colours.items():
        share = table[name].to_numpy()
        ax.barh(table.index.to_numpy(), share, left=left, height=0.9, color=colour)
        left = left + share
    ax.set(
        xlim=(0.0, 1.0),
        ylim=(min(floors) - 0.5, max(floors) + 0.5),
        ylabel=say("plot.floor", lang),
        xlabel=say("plot.share", lang),
    )
    server_legend(ax, colours, lang)
    return ax


@lettered
def floor_bands(ax: Axes, floors: Sequence[int], values: FloatArray, label: str, limits: Sequence[float] = ()) -> Axes:
    """Median of a figure on each floor, and its band from the 10th to the 90th percentile; `limits` are drawn."""
    by_floor = pd.Series(values).groupby(np.asarray(floors))
    low, middle, high = (by_floor.quantile(q) for q in (0.1, 0.5, 0.9))
    ax.fill_betweenx(middle.index, low, high, color=PALETTE[4], alpha=0.35, linewidth=0)
    ax.plot(middle, middle.index, color=PALETTE[0], linewidth=1.5)
    for limit in limits:
        ax.axvline(limit, color=OTHERS, linewidth=0.8, linestyle="--")
    ax.set_xlabel(label.replace(": ", ":\n").replace("：", "：\n"))
    ax.grid(alpha=0.25)
    return ax


def tower(ax: Axes, found: Prediction, rat: str, figure: str = "", lang: str | None = None) -> Axes:
    """The façades of a predicted tower, floor by floor and side by side.

    Parameters
    ----------
    rat : {"GSM", "LTE"}
    figure : str
        ``rxlev_dbm``, ``rsrp_dbm``, ``dominance_db``, ``ci_bcch_db`` or ``sinr_db``; '' for the best server.

    Raises
    ------
    InputError
        If the prediction is not of a tower, or lacks the technology or the figure.
    """
    if found.kind != "tower" or rat not in found.figures:
        raise InputError(f"a picture of a tower wants a prediction of one with {printable(rat)}")
    unrolled, figures = unroll(found.places), found.figures[rat]
    if not figure:
        return facade_servers(ax, unrolled, list(figures["server"]), lang)
    scale = next((scale for scale in SCALES[rat] if scale.name == figure), None)
    if scale is None:
        near = did_you_mean(figure, [scale.name for scale in SCALES[rat]])
        raise InputError(f"figure '{printable(figure)}' is not one of {rat}{near}")
    return facade(ax, unrolled, figures[figure].to_numpy(np.float64), scale, lang)
