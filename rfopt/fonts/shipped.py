"""The font that rfopt brings along."""

from __future__ import annotations

from pathlib import Path

SUBSET = Path(__file__).with_name("NotoSansSC-gbk.otf")
"""Noto Sans SC as far as GBK can write (SIL Open Font License 1.1, see OFL.txt beside it)."""
