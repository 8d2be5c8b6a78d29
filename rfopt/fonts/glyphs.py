"""The Chinese that one page needs, as a font small enough to stand inside it."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from rfopt.fonts.shipped import SUBSET


def font_of(characters: Iterable[str]) -> bytes:
    """The shipped font with the glyphs of some characters only, as WOFF; b'' if it has none of them.

    The same characters give the same bytes.
    """
    return _font(frozenset(map(ord, characters)) & _written())


@functools.cache
def _written() -> frozenset[int]:
    """Code points beyond Latin that the shipped font can write."""
    with TTFont(SUBSET, lazy=True) as font:
        return frozenset(point for point in font.getBestCmap() if point > 0x2E7F)


@functools.lru_cache(maxsize=4)
def _font(points: frozenset[int]) -> bytes:
    if not points:
        return b""
    options = Options(hinting=False, layout_features=[], name_IDs=[1, 2, 13, 14], notdef_outline=True)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    out = io.BytesIO()
    with TTFont(SUBSET, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font:
        cutter = Subsetter(options)
        cutter.populate(unicodes=sorted(points))
        cutter.subset(font)
        font.flavor = "woff"
        font.save(out)
    return out.getvalue()
