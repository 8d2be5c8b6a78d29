"""Pictures of levels: a tower's façades, its floors, the ground. Every function draws into the Axes it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from rfopt.fonts.figures import families
from rfopt.geography.scene import SIDES, Scene
from rfopt.scales import Scale
from rfopt.words import say

FloatArray = NDArray[np.float64]

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#332288", "#882255", "#44AA99")
"""Colours that the colour-blind tell apart (Okabe and Ito's, and Tol's)."""
OTHERS, NOBODY = "#999999", "#FFFFFF"
GAP = 1
"""Columns left empty between two sides of a façade picture."""


@contextmanager
def lettering() -> Iterator[None]:
    """Text drawn inside can be Chinese on any machine."""
    with mpl.rc_context({"font.family": list(families()), "axes.unicode_minus": False}):
        yield


def server_colours(servers: Sequence[str]) -> dict[str, str]:
    """A colour for each of the most frequent servers, most frequent first; the rest share a grey."""
    counts = (
        pd.Series(list(servers), dtype="str").value_counts().sort_index().sort_values(ascending=False, kind="stable")
    )
    names = [name for name in counts.index if name]
    return {name: PALETTE[rank] if rank < len(PALETTE) else OTHERS for rank, name in enumerate(names)}


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


def facade(ax: Axes, unrolled: Unrolled, values: FloatArray, scale: Scale, lang: str = "en") -> None:
    """One figure of every place of a tower, floor by floor and side by side, with its colour bar."""
    bounds = np.array(scale.steps)
    norm = BoundaryNorm(bounds, 256, extend="both")
    drawn = ax.imshow(
        unrolled.grid(values), origin="lower", aspect="auto", cmap="cividis", norm=norm, interpolation="none"
    )
    bar = ax.figure.colorbar(drawn, ax=ax, ticks=bounds, pad=0.01)
    bar.ax.set_yticklabels([f"{bound:g}" for bound in bounds])
    ax.set_title(say(f"plot.{scale.name}", lang), loc="left", fontsize=10)
    _facade_axes(ax, unrolled, lang)


def facade_servers(ax: Axes, unrolled: Unrolled, servers: Sequence[str], lang: str = "en") -> None:
    """The best server of every place of a tower, floor by floor and side by side, with a legend."""
    colours = server_colours(servers)
    names = list(colours)
    number = np.array([names.index(name) if name else np.nan for name in servers], dtype=np.float64)
    cmap, norm = _categories(colours)
    ax.imshow(unrolled.grid(number), origin="lower", aspect="auto", cmap=cmap, norm=norm, interpolation="none")
    ax.set_title(say("plot.server", lang), loc="left", fontsize=10)
    _facade_axes(ax, unrolled, lang)
    server_legend(ax, colours, lang)


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


def server_legend(ax: Axes, colours: dict[str, str], lang: str = "en") -> None:
    """Names of the servers below a picture; those that share the grey stand as one line."""
    handles = [Patch(color=colour, label=name) for name, colour in colours.items() if colour != OTHERS]
    grey = sum(colour == OTHERS for colour in colours.values())
    handles += [Patch(color=OTHERS, label=say("plot.others", lang, count=grey))] if grey else []
    if handles:
        ax.legend(handles=handles, fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)


def floor_shares(ax: Axes, floors: Sequence[int], servers: Sequence[str], lang: str = "en") -> None:
    """On each floor, the share of its places that each cell serves best."""
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


def floor_bands(ax: Axes, floors: Sequence[int], values: FloatArray, label: str, limits: Sequence[float] = ()) -> None:
    """Median of a figure on each floor, and its band from the 10th to the 90th percentile; `limits` are drawn."""
    by_floor = pd.Series(values).groupby(np.asarray(floors))
    low, middle, high = (by_floor.quantile(q) for q in (0.1, 0.5, 0.9))
    ax.fill_betweenx(middle.index, low, high, color=PALETTE[4], alpha=0.35, linewidth=0)
    ax.plot(middle, middle.index, color=PALETTE[0], linewidth=1.5)
    for limit in limits:
        ax.axvline(limit, color=OTHERS, linewidth=0.8, linestyle="--")
    ax.set_xlabel(label.replace(": ", ":\n").replace("：", "：\n"))
    ax.grid(alpha=0.25)


def ground(
    ax: Axes,
    scene: Scene,
    places: pd.DataFrame,
    values: FloatArray | Sequence[str],
    scale: Scale | None,
    lang: str = "en",
) -> None:
    """One figure of a grid of places in metres about the scene's middle, with the buildings; no scale = servers."""
    x, y = scene.frame.to_xy(places["lat"], places["lon"])
    step = _step_m(x)
    column, row = (np.round((axis - axis.min()) / step).astype(np.int64) for axis in (x, y))
    table = np.full((row.max() + 1, column.max() + 1), np.nan)
    if scale is None:
        colours = server_colours(list(map(str, values)))
        names = list(colours)
        table[row, column] = [names.index(str(name)) if name else np.nan for name in values]
        cmap, norm = _categories(colours)
        server_legend(ax, colours, lang)
    else:
        table[row, column] = np.asarray(values, dtype=np.float64)
        cmap, norm = mpl.colormaps["cividis"], BoundaryNorm(np.array(scale.steps), 256, extend="both")
    extent = (x.min() - step / 2.0, x.max() + step / 2.0, y.min() - step / 2.0, y.max() + step / 2.0)
    drawn = ax.imshow(table, origin="lower", extent=extent, cmap=cmap, norm=norm, interpolation="none")
    if scale is not None:
        ax.figure.colorbar(drawn, ax=ax, ticks=list(scale.steps), pad=0.01)
    parts = [part for shape in scene.outlines for part in getattr(shape, "geoms", [shape])]
    corners = [np.asarray(part.exterior.coords) for part in parts]
    ax.add_collection(PolyCollection(corners, facecolors="#DDDDDD", edgecolors="#777777", linewidths=0.4))
    ax.set_title(say("plot.server" if scale is None else f"plot.{scale.name}", lang), loc="left", fontsize=10)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel=say("plot.east", lang), ylabel=say("plot.north", lang))


def _step_m(x_m: FloatArray) -> float:
    steps = np.diff(np.unique(np.round(x_m, 2)))
    return float(steps[steps > 0.05].min(initial=100.0))


def _categories(colours: dict[str, str]) -> tuple[Colormap, BoundaryNorm]:
    """A colour map of names by their number."""
    edges = np.arange(len(colours) + 1) - 0.5 if colours else np.array([0.0, 1.0])
    return ListedColormap(list(colours.values()) or [NOBODY]), BoundaryNorm(edges, max(len(colours), 1))


def antennas(ax: Axes, scene: Scene, cells: pd.DataFrame, length_m: float) -> None:
    """Masts as dots and sectors as strokes towards their azimuth; distributions as rings."""
    x, y = scene.frame.to_xy(cells["lat"], cells["lon"])
    turn = np.radians(cells["azimuth_deg"].to_numpy(np.float64))
    for from_x, from_y, angle in zip(x, y, turn, strict=True):
        ring = np.isnan(angle)
        ax.plot(from_x, from_y, "o", ms=5, mfc="none" if ring else "black", mec="black", clip_on=True)
        if not ring:
            ax.plot(
                [from_x, from_x + length_m * np.sin(angle)], [from_y, from_y + length_m * np.cos(angle)], "k-", lw=1.2
            )
