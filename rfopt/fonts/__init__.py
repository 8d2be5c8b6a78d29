"""Fonts of figures: DejaVu Sans, and for Chinese a part of Noto Sans SC, so that no machine draws boxes."""

from __future__ import annotations

import functools
from pathlib import Path

from matplotlib import font_manager

SUBSET = Path(__file__).with_name("NotoSansSC-gbk.otf")


@functools.cache
def families() -> tuple[str, ...]:
    """Font families for Latin and Chinese text, in the order in which a glyph is looked for."""
    font_manager.fontManager.addfont(str(SUBSET))
    return ("DejaVu Sans", font_manager.FontProperties(fname=str(SUBSET)).get_name())
