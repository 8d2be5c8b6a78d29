"""Make the font that figures fall back to for Chinese: the part of Noto Sans CJK SC that GBK can write.

Run with the path of NotoSansCJK-Regular.ttc (SIL Open Font License 1.1, see OFL.txt beside this file):

    python make_subset.py NotoSansCJK-Regular.ttc
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

SIMPLIFIED = "Noto Sans CJK SC"


def gbk_characters() -> list[int]:
    """Code points of every character that GBK encodes."""
    found = set(range(0x20, 0x7F))
    for high in range(0x81, 0xFF):
        for low in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            try:
                found.add(ord(bytes((high, low)).decode("gbk")))
            except UnicodeDecodeError:
                continue
    return sorted(found)


def main(collection: str) -> None:
    """Write the subset beside this file."""
    fonts = TTCollection(collection).fonts
    font = next(font for font in fonts if font["name"].getDebugName(1) == SIMPLIFIED)
    options = subset.Options(
        hinting=False, desubroutinize=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 6, 13, 14]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=gbk_characters())
    cutter.subset(font)
    font.save(str(Path(__file__).with_name("NotoSansSC-gbk.otf")))


if __name__ == "__main__":
    main(sys.argv[1])
