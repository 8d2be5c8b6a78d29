"""Pictures: every function draws into the Axes it is given, returns it, and can write Chinese on any machine.

``rfopt.plots.levels_over_time`` what a log read, ``c2_margins`` who leads in idle mode, ``waterfall`` what each change
adds, ``tower`` a predicted building by floor and side, ``town`` where the cells stand; the rest are their parts.
"""

from rfopt.plots.ground import antennas, ground, town
from rfopt.plots.margins import c2_margins
from rfopt.plots.style import lettering, server_colours, server_legend
from rfopt.plots.times import levels_over_time
from rfopt.plots.tower import Unrolled, facade, facade_servers, floor_bands, floor_shares, tower, unroll
from rfopt.plots.waterfall import steps, waterfall

__all__ = [
    "Unrolled", "antennas", "c2_margins", "facade", "facade_servers", "floor_bands", "floor_shares", "ground",
    "lettering", "levels_over_time", "server_colours", "server_legend", "steps", "tower", "town", "unroll", "waterfall",
]  # fmt: skip
