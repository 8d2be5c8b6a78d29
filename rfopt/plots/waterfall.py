"""What each change of a plan adds, from the score as found to the score after the plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rfopt.network import Plan
from rfopt.plots.style import OTHERS, PALETTE, lettered
from rfopt.recommendation import Recommendation
from rfopt.sentences import made_text, object_text
from rfopt.words import say, spoken

GAIN, LOSS = PALETTE[2], PALETTE[5]


@lettered
def waterfall(ax: Axes, result: Recommendation, lang: str | None = None) -> Axes:
    """The score of a recommendation step by step, in points of 100."""
    lang = lang or spoken()
    labels, place = [say("report.as_found", lang)], 1
    for part, _ in result.ladder[1:]:
        labels.append(_label(part, place, lang))
        place += len(part)
    steps(ax, labels, [100.0 * value for _, value in result.ladder])
    ax.set(xlabel=say("plot.score", lang), xlim=(0.0, 108.0), xticks=range(0, 101, 20))
    return ax


@lettered
def steps(ax: Axes, labels: Sequence[str], totals: Sequence[float]) -> Axes:
    """Bars from one total to the next, downwards; the first stands by itself."""
    rows = np.arange(len(totals))
    for row, total in enumerate(totals):
        start = totals[row - 1] if row else 0.0
        colour = OTHERS if not row else GAIN if total >= start else LOSS
        ax.barh(row, total - start, left=start, color=colour, height=0.7)
        if row:
            ax.text(max(start, total) + 0.5, row, f"{total - start:+.1f}", va="center", fontsize=8)
            ax.plot([start, start], [row - 1, row], color="black", linewidth=0.6)
    ax.set_yticks(rows, labels, fontsize=8)
    ax.invert_yaxis()
    return ax


def _label(part: Plan, place: int, lang: str) -> str:
    """Changes that belong together, by their places in the plan: what is made at the first, and how many more."""
    places = f"{place}" if len(part) == 1 else f"{place}–{place + len(part) - 1}"
    more = f" (+{len(part) - 1})" if part[1:] else ""
    return f"{places}. {object_text(part[0])}{more}\n{made_text(part[0], lang)}"
