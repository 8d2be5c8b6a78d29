"""What all pictures share: letters that every machine has, colours that the colour-blind tell apart, legends."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ParamSpec

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from rfopt.fonts.figures import families
from rfopt.words import say, spoken

FloatArray = NDArray[np.float64]
Given = ParamSpec("Given")

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#332288", "#882255", "#44AA99")
"""Colours that the colour-blind tell apart (Okabe and Ito's, and Tol's)."""
OTHERS, NOBODY = "#999999", "#FFFFFF"


@contextmanager
def lettering() -> Iterator[None]:
    """Text drawn inside can be Chinese on any machine."""
    with mpl.rc_context({"font.family": list(families()), "axes.unicode_minus": False}):
        yield


def lettered(draw: Callable[Given, Axes]) -> Callable[Given, Axes]:
    """A function whose letters are there wherever it is called: labels and titles are older than the picture."""

    @functools.wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Axes:
        with lettering():
            ax = draw(*args, **kwargs)
        for text in ax.findobj(Text):
            text.set_fontfamily(list(families()))
        return ax

    return drawn


def server_colours(servers: Sequence[str]) -> dict[str, str]:
    """A colour for each of the most frequent servers, most frequent first; the rest share a grey."""
    counts = (
        pd.Series(list(servers), dtype="str").value_counts().sort_index().sort_values(ascending=False, kind="stable")
    )
    names = [name for name in counts.index if name]
    return {name: PALETTE[rank] if rank < len(PALETTE) else OTHERS for rank, name in enumerate(names)}


def categories(colours: dict[str, str]) -> tuple[Colormap, BoundaryNorm]:
    """A colour map of names by their number."""
    edges = np.arange(len(colours) + 1) - 0.5 if colours else np.array([0.0, 1.0])
    return ListedColormap(list(colours.values()) or [NOBODY]), BoundaryNorm(edges, max(len(colours), 1))


@lettered
def server_legend(ax: Axes, colours: dict[str, str], lang: str | None = None) -> Axes:
    """Names of the servers below a picture; those that share the grey stand as one line."""
    handles = [Patch(color=colour, label=name) for name, colour in colours.items() if colour != OTHERS]
    grey = sum(colour == OTHERS for colour in colours.values())
    handles += [Patch(color=OTHERS, label=say("plot.others", lang or spoken(), count=grey))] if grey else []
    if handles:
        ax.legend(handles=handles, fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
    return ax
