"""The ground from above: a figure of a grid of places, buildings, masts and sectors."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import BoundaryNorm

from rfopt.errors import InputError, printable
from rfopt.geography.scene import Frame, Scene, build_scene
from rfopt.network import Network
from rfopt.plots.style import FloatArray, categories, lettered, server_colours, server_legend
from rfopt.scales import Scale
from rfopt.words import say, spoken


@lettered
def ground(
    ax: Axes,
    scene: Scene,
    places: pd.DataFrame,
    values: FloatArray | Sequence[str],
    scale: Scale | None,
    lang: str | None = None,
) -> Axes:
    """One figure of a grid of places in metres about the scene's middle, with the buildings; no scale = servers."""
    lang = lang or spoken()
    x, y = scene.frame.to_xy(places["lat"], places["lon"])
    step = _step_m(x)
    column, row = (np.round((axis - axis.min()) / step).astype(np.int64) for axis in (x, y))
    table = np.full((row.max() + 1, column.max() + 1), np.nan)
    if scale is None:
        colours = server_colours(list(map(str, values)))
        names = list(colours)
        table[row, column] = [names.index(str(name)) if name else np.nan for name in values]
        cmap, norm = categories(colours)
        server_legend(ax, colours, lang)
    else:
        table[row, column] = np.asarray(values, dtype=np.float64)
        cmap, norm = mpl.colormaps["cividis"], BoundaryNorm(np.array(scale.steps), 256, extend="both")
    extent = (x.min() - step / 2.0, x.max() + step / 2.0, y.min() - step / 2.0, y.max() + step / 2.0)
    drawn = ax.imshow(table, origin="lower", extent=extent, cmap=cmap, norm=norm, interpolation="none")
    if scale is not None:
        ax.figure.colorbar(drawn, ax=ax, ticks=list(scale.steps), pad=0.01)
    _outlines(ax, scene)
    ax.set_title(say("plot.server" if scale is None else f"plot.{scale.name}", lang), loc="left", fontsize=10)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel=say("plot.east", lang), ylabel=say("plot.north", lang))
    return ax


def _outlines(ax: Axes, scene: Scene) -> None:
    parts = [part for shape in scene.outlines for part in getattr(shape, "geoms", [shape])]
    corners = [np.asarray(part.exterior.coords) for part in parts]
    ax.add_collection(PolyCollection(corners, facecolors="#DDDDDD", edgecolors="#777777", linewidths=0.4))


def _step_m(x_m: FloatArray) -> float:
    steps = np.diff(np.unique(np.round(x_m, 2)))
    return float(steps[steps > 0.05].min(initial=100.0))


@lettered
def antennas(ax: Axes, scene: Scene, cells: pd.DataFrame, length_m: float) -> Axes:
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
    return ax


@lettered
def town(ax: Axes, network: Network, rat: str, lang: str | None = None) -> Axes:
    """Where a network's cells of one technology stand and point to, with the buildings, in metres about their middle.

    Raises
    ------
    InputError
        If no cell of the technology has a place.
    """
    cells = network.of_rat(rat).dropna(subset=["lat", "lon"])
    if cells.empty:
        raise InputError(f"no cell of {printable(rat)} has a place to draw")
    middle = Frame(float(cells["lat"].mean()), float(cells["lon"].mean()))
    scene = build_scene(network.buildings, middle)
    _outlines(ax, scene)
    x, y = scene.frame.to_xy(cells["lat"], cells["lon"])
    reach = 1.15 * max(float(np.abs(x).max()), float(np.abs(y).max()), 100.0)
    antennas(ax, scene, cells, 0.08 * reach)
    for name, (east, north) in _masts(cells, x, y).items():
        ax.annotate(name, (east, north), xytext=(5, 4), textcoords="offset points", fontsize=7, clip_on=True)
    lang = lang or spoken()
    ax.set(xlim=(-reach, 1.3 * reach), ylim=(-reach, reach), aspect="equal")
    ax.set(xlabel=say("plot.east", lang), ylabel=say("plot.north", lang))
    return ax


def _masts(cells: pd.DataFrame, x_m: FloatArray, y_m: FloatArray) -> dict[str, tuple[float, float]]:
    """A name for each place where cells stand: the site's, or its first cell's."""
    places: dict[tuple[int, int], str] = {}
    names: dict[str, tuple[float, float]] = {}
    for cell, site, east, north in zip(cells.index, cells["site"], x_m, y_m, strict=True):
        name = places.setdefault((round(east), round(north)), str(site or cell))
        names.setdefault(name, (float(east), float(north)))
    return names
