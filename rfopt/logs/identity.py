"""What a phone says of a cell's identity, and which of it can be true."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.bands import GSM_BANDS

TECHNOLOGIES = {
    **dict.fromkeys(("2G", "GSM", "GPRS", "EDGE"), "GSM"),
    **dict.fromkeys(("3G", "UMTS", "WCDMA", "HSPA", "HSPA+", "HSDPA", "HSUPA", "DC-HSPA+", "TD-SCDMA"), "3G"),
    **dict.fromkeys(("4G", "LTE", "LTE+", "LTE-A", "LTE_A", "LTE_CA", "LTE-CA", "TD-LTE", "LTE-FDD", "LTE-TDD"), "LTE"),
    **dict.fromkeys(("5G", "NR", "5GNR", "5G-NR", "NR_SA", "NR-SA"), "5G"),
}
"""Names that tools give a technology, in capitals, and rfopt's."""

TECHS = ("", "GSM", "LTE", "3G", "5G")
"""rfopt's technologies by number; 0 is none."""
GSM, LTE = 1, 2

NO_CELL = (65529.0, 65535.0, 268435455.0, 2147483647.0)
"""Cell numbers that phones write for "not known", beside 0 and −1."""
NO_AREA = (65534.0, 65535.0, 2147483647.0)
"""Area codes that mean "none", beside 0 and −1."""

MOST_CELL, MOST_NODE, MOST_AREA = (1 << 28) - 1, (1 << 32) - 1, (1 << 24) - 1
"""Longer numbers are no identities of cells, and may be a subscriber's."""

UMTS_DOWNLINK = (
    (10562, 10838), (9662, 9938), (1162, 1513), (1537, 1738), (4357, 4458), (2237, 2563), (2937, 3088), (9237, 9387),
    (3112, 3388), (3712, 3787), (3842, 3903), (4017, 4043), (4117, 4143), (712, 763), (4512, 4638), (862, 912),
    (4662, 5038), (5112, 5413), (5762, 5913), (9400, 9600), (10050, 10125), (11500, 12000),
)  # fmt: skip
"""UTRA downlink channels: FDD bands I…XXVI and the TDD bands in use. From memory of TS 25.101 §5.4.4 and TS 25.102
[M]; bands I and VIII agree with real logs. Used only to see that a channel is not UMTS."""


PLAIN_BSIC = re.compile(r"[0-9]{1,2}")


def cell_label(operator: str, rat: str, lac: float, node: float, ci: float) -> str:
    """An identity as one word, operator-area-node-cell without what is not there; '' where cell or area is unknown.

    Cell 0 is unknown, but for an LTE or 5G cell of a known node, which may number its cells from 0.

    >>> cell_label("60802", "LTE", 701, 1032, 1), cell_label("608-02", "GSM", 701, float("nan"), 11542)
    ('60802-701-1032-1', '60802-701-11542')
    >>> cell_label("60801", "LTE", 7000, 281, 0), cell_label("60802", "GSM", 0, float("nan"), 0)
    ('60801-7000-281-0', '')
    """
    lowest = 0 if rat in ("LTE", "5G") and node >= 1 else 1
    if not (lowest <= ci <= MOST_CELL and 1 <= lac <= MOST_AREA) or ci in NO_CELL or lac in NO_AREA:
        return ""
    network = "".join(c for c in operator if c.isdigit() and c.isascii())
    numbers = [lac, node, ci] if 1 <= node <= MOST_NODE else [lac, ci]
    return "-".join([network] * (5 <= len(network) <= 6) + [f"{number:.0f}" for number in numbers])


def cell_labels(identities: Mapping[str, Any]) -> tuple[NDArray[np.int64], list[str]]:
    """`cell_label` of many rows at once: a number into the list of labels for each row; label 0 is ''.

    Parameters
    ----------
    identities : mapping of name → ndarray[row]
        operator, rat, lac, node, ci. Rows next to each other that say the same are looked at once.
    """
    columns = [np.asarray(identities[name]) for name in ("operator", "rat", "lac", "node", "ci")]
    columns = [np.nan_to_num(values, nan=-1.0) if values.dtype.kind == "f" else values for values in columns]
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64), [""]
    fresh = np.ones(len(columns[0]), dtype=bool)
    fresh[1:] = np.logical_or.reduce([values[1:] != values[:-1] for values in columns])
    heads = np.flatnonzero(fresh)
    places = {"": 0}
    said = [_label(*who) for who in zip(*(values[heads].tolist() for values in columns), strict=True)]
    numbers = np.array([places.setdefault(label, len(places)) for label in said], dtype=np.int64)
    return np.repeat(numbers, np.diff(np.append(heads, len(fresh)))), list(places)


_label = functools.lru_cache(maxsize=1 << 16)(cell_label)


def technology(codes: NDArray[np.int32], names: Sequence[str]) -> NDArray[np.int64]:
    """Technologies by number (`TECHS`) from tools' names for them, given by their place in a list.

    >>> technology(np.array([1, 0, 1]), ["4G", "gprs"]).tolist()
    [1, 2, 1]
    """
    places = [TECHS.index(TECHNOLOGIES.get(name.upper(), "")) for name in names]
    return np.array(places, dtype=np.int64)[codes]


def foreign_channels(tech: NDArray[np.int64], channel: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a technology has no such channel: the phone named a technology and a cell of different instants.

    >>> foreign_channels(np.array([1, 3, 1, 2]), np.array([3060.0, 1850.0, 62.0, 62.0])).tolist()
    [True, True, False, False]
    """
    own = own_channels()
    known = channel > 0
    whole = np.where(known & (channel < own.shape[1]), channel, 0).astype(np.int64)
    return np.asarray(known & ~own[tech, whole])


@functools.cache
def own_channels() -> NDArray[np.bool_]:
    """Whether a technology has a channel, [place in `TECHS`, channel], 0 standing for those beyond.

    Told are GSM and 3G; the others have any.
    """
    own = np.ones((len(TECHS), 1 << 14), dtype=bool)
    for rat, spans in (("GSM", [(band.low, band.high) for band in GSM_BANDS]), ("3G", UMTS_DOWNLINK)):
        own[TECHS.index(rat)] = False
        for low, high in spans:
            own[TECHS.index(rat), low : high + 1] = True
        own[TECHS.index(rat), 0] = False
    return own


def bsic_words(codes: pd.Series, octal: bool | None = None) -> tuple[pd.Series, bool]:
    """NCC-BCC of the BSICs of one file, '' where unknown, and whether they were octal.

    A BSIC is written as ``4-5``, as its number 8·NCC + BCC or in octal, its two digits side by side; `octal` tells
    which, where these are not all of a file's.

    >>> bsic_words(pd.Series(["37", "4-5", "", "99"]))[0].tolist()
    ['4-5', '4-5', '', '']
    >>> bsic_words(pd.Series(["37", "75"]))[0].tolist()
    ['3-7', '7-5']
    """
    places, unique = pd.factorize(codes.astype(str))
    octal = octal_signs(unique) == {True} if octal is None else octal
    texts = np.array([_bsic(word, octal) for word in unique], dtype=object)
    return pd.Series(texts[places] if len(places) else texts, index=codes.index, dtype="str"), octal


def octal_signs(words: Iterable[str]) -> set[bool]:
    """What a file's BSICs say of how they are written: True of octal, False of numbers; only True means octal.

    64 to 77 are no number of a BSIC, and 8 and 9 no octal digits. A file that shows neither is taken as numbers.

    >>> octal_signs(["37", "75"]), octal_signs(["37", "48", "99"])
    ({True}, {False})
    """
    plain = [word for word in map(_bare, words) if PLAIN_BSIC.fullmatch(word)]
    digits = {word: set(word) <= set("01234567") for word in plain}
    return {digits[word] for word in plain if digits[word] == (int(word) > 63)}


def _bare(word: str) -> str:
    return re.sub(r"\.0+$", "", word.strip())


def _bsic(word: str, octal: bool) -> str:
    word = _bare(word)
    if re.fullmatch("[0-7]-[0-7]", word):
        return word
    if not PLAIN_BSIC.fullmatch(word) or (octal and not set(word) <= set("01234567")):
        return ""
    return _number_bsic(int(word, 8 if octal else 10))


def _number_bsic(number: int) -> str:
    return f"{number // 8}-{number % 8}" if number <= 63 else ""


def lagging(
    key: NDArray[Any], label: NDArray[Any], time_s: NDArray[np.float64], gap_s: float = 5.0
) -> NDArray[np.bool_]:
    """Which servers still bear the name of the cell before: the next row tells theirs.

    The channel and code (`key`, below 0 unknown) changed with the row, its name (`label`, 0 unknown) only with the
    next one, within `gap_s` and on the same channel and code. Phones report a GSM cell's identity that much later,
    because it is read from its BCCH.

    >>> lagging(np.array([1, 2, 2]), np.array([1, 1, 2]), np.array([0.0, 1.0, 2.0])).tolist()
    [False, True, False]
    """
    late = np.zeros(len(key), dtype=bool)
    if len(key) < 3:
        return late
    before, here, after = (slice(None, -2), slice(1, -1), slice(2, None))
    late[1:-1] = (
        (key[here] != key[before])
        & (key[here] == key[after])
        & (np.minimum(key[here], key[before]) >= 0)
        & (label[here] == label[before])
        & (label[here] != label[after])
        & (label[here] != 0)
        & (label[after] != 0)
        & (time_s[after] - time_s[before] <= gap_s)
    )
    return late
