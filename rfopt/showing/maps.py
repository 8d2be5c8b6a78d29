"""A small map of a network: masts as dots, sectors as strokes towards their azimuth, distributions as rings."""

from __future__ import annotations

import math

import pandas as pd
from markupsafe import Markup

from rfopt.geography.buildings import Frame
from rfopt.showing.pieces import BLUE, ORANGE

SIDE, EDGE, STROKE = 200.0, 14.0, 11.0
MOST_DRAWN = 600
"""Cells beyond which a map of this size shows nothing any more."""


def network_map(cells: pd.DataFrame) -> Markup:
    """The cells that have a place, north up; nothing where none or too many have one."""
    placed = cells[cells["lat"].notna() & cells["lon"].notna()]
    if placed.empty or len(placed) > MOST_DRAWN:
        return Markup("")
    x, y = Frame(float(placed["lat"].mean()), float(placed["lon"].mean())).to_xy(placed["lat"], placed["lon"])
    span = max(float(x.max() - x.min()), float(y.max() - y.min()), 1.0)
    scale, left, top = (SIDE - 2.0 * EDGE) / span, (x.max() + x.min()) / 2.0, (y.max() + y.min()) / 2.0
    marks = Markup("").join(
        _mark(SIDE / 2.0 + (east - left) * scale, SIDE / 2.0 - (north - top) * scale, azimuth, rat)
        for east, north, azimuth, rat in zip(x, y, placed["azimuth_deg"], placed["rat"], strict=True)
    )
    return Markup('<svg width="{0}" height="{0}" viewBox="0 0 {0} {0}" role="img">{1}</svg>').format(int(SIDE), marks)


def _mark(x: float, y: float, azimuth_deg: float, rat: str) -> Markup:
    colour = BLUE if rat == "GSM" else ORANGE
    if math.isnan(azimuth_deg):
        return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="none" stroke="{}"/>').format(x, y, colour)
    turn = math.radians(azimuth_deg)
    stroke = Markup('<path d="M{:.1f} {:.1f}l{:.1f} {:.1f}" stroke="{}" stroke-width="2"/>').format(
        x, y, STROKE * math.sin(turn), -STROKE * math.cos(turn), colour
    )
    return stroke + Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2" fill="currentColor"/>').format(x, y)
