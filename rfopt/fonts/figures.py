"""Fonts of figures."""

from __future__ import annotations

import functools

from matplotlib import font_manager

from rfopt.fonts.shipped import SUBSET


@functools.cache
def families() -> tuple[str, ...]:
    """Font families for Latin and Chinese text, in the order in which a glyph is looked for."""
    font_manager.fontManager.addfont(str(SUBSET))
    return ("DejaVu Sans", font_manager.FontProperties(fname=str(SUBSET)).get_name())
