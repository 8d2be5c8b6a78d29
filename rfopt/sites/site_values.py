"""Values of site tables as people write them: units, hexadecimal numbers, floors in names, identities in one word."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Sequence

from rfopt.geography.buildings import FLOOR_HEIGHT_M
from rfopt.tables import EMPTY

BLANK = EMPTY | {"/", "\\", "#n/a", "未知", "空", "暂无", "无数据", "不详", "na", "."}
NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?)([a-zµ°度米兆瓦英尺厘弧%]*)")
HALVES = {"n": 1.0, "e": 1.0, "s": -1.0, "w": -1.0, "北": 1.0, "东": 1.0, "南": -1.0, "西": -1.0}
"""Letters of a half of the globe, and the sign of a degree there."""
DEGREES = re.compile(
    rf"(?:([{''.join(HALVES)}])[经纬]?\s*)?(-?\d{{1,3}}(?:\.\d+)?)"
    r"(?:\s*[°度: ]\s*(?:(\d{1,2}(?:\.\d+)?)(?:\s*['′’分: ]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"”秒]|''|′′)?)?)?)?)?"
    rf"\s*([{''.join(HALVES)}])?"
)
SCALES = {
    "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "英尺": 0.3048, "cm": 0.01, "厘米": 0.01, "rad": 180.0 / math.pi,
    "弧度": 180.0 / math.pi, "0.1°": 0.1, "0.1度": 0.1, "0.1deg": 0.1,
}  # fmt: skip
"""Units of heights and angles that are neither metres nor degrees, and what makes them such."""
HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-f]{1,8}h?")
FLOORS = re.compile(r"(-?[b]?\d{1,2})\s*[fl层楼]*\s*[-~至到]\s*(-?[b]?\d{1,2})\s*(?:[fl]|层|楼)(?![a-z])")
CEILING_M = 2.5
REMEMBERED = 1 << 16
"""Texts of which the meaning is kept: a table of sites says the same again and again."""
DBD_DBI = 2.15
LEAST_TENTHS_OF_ALL = 150.0
"""A whole cell's power up to here is no tenths of dBm, which would be 15 dBm: it is watts, or EIRP."""
RESOURCE_BLOCKS = {1.4: 6, 3.0: 15, 5.0: 25, 10.0: 50, 15.0: 75, 20.0: 100}
"""TS 36.104 Table 5.6-1."""
INDOORS = ("室内", "室分", "indoor", "das", "分布", "das室分")
SMALL = ("微", "小站", "micro", "small", "杆站", "pico", "lamp")
OUTDOORS = ("室外", "宏", "outdoor", "macro", "铁塔", "楼顶")


@functools.lru_cache(maxsize=REMEMBERED)
def plain(text: str) -> str:
    """Text without case, width and blanks; '' for what means not known.

    >>> plain(" ５９.8 W "), plain("无"), plain("N/A")
    ('59.8w', '', '')
    """
    bare = re.sub(r"[\s\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text).casefold())
    return "" if bare in BLANK else bare


@functools.lru_cache(maxsize=REMEMBERED)
def number(text: str) -> tuple[float, str] | None:
    """A number and the unit written after it; None if the text is none.

    >>> number("59.8W"), number("30 米"), number("-3.5"), number("three")
    ((59.8, 'w'), (30.0, '米'), (-3.5, ''), None)
    """
    found = NUMBER.fullmatch(plain(text))
    return (float(found[1]), found[2]) if found else None


def shortest(value: float) -> str:
    """A number as text: six decimals at most, '' if it is none.

    >>> shortest(12.0), shortest(16.98228), shortest(math.nan)
    ('12', '16.98228', '')
    """
    if not math.isfinite(value):
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)


def quantity(text: str, unit: str) -> float | None:
    """A height in metres or an angle in degrees; a unit after the number is believed before `unit`, the header's.

    >>> quantity("98ft", "m"), quantity("98", "ft"), quantity("30", ""), quantity("high", "")
    (29.8704, 29.8704, 30.0, None)
    """
    found = number(text)
    return found[0] * SCALES.get(found[1] or unit, 1.0) if found else None


def degrees(text: str) -> str:
    """A latitude or longitude in degrees, also from degrees, minutes and seconds, or with a letter for the half of the
    globe; other text as it is.

    >>> degrees("106.225"), degrees("E106°13′30″"), degrees("38度29分42秒"), degrees("38°29.7′S"), degrees("x")
    ('106.225', '106.225', '38.495', '-38.495', 'x')
    >>> degrees("38.495N"), degrees("106 13 30"), degrees("38°75′")
    ('38.495', '106.225', '38°75′')
    """
    if (found := number(text)) and found[1] in ("", "°", "度") and len(text.split()) == 1:
        return repr(found[0])
    word = re.sub(r"[\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text).casefold()).strip()
    split = DEGREES.fullmatch(word)
    whole, minutes, seconds = (float(split[k] or 0.0) for k in (2, 3, 4)) if split else (0.0, 60.0, 0.0)
    if split is None or max(minutes, seconds) >= 60.0 or (split[3] and whole % 1.0):
        return plain(text) and text.strip()
    sign = -1.0 if split[2].startswith("-") else HALVES[split[1] or split[5] or "n"]
    return shortest(sign * (abs(whole) + minutes / 60.0 + seconds / 3600.0))


def is_swapped(lats: Sequence[str], lons: Sequence[str]) -> bool:
    """True where all latitudes name east or west and all longitudes north or south.

    >>> is_swapped(["17.4W"], ["N14.7"]), is_swapped(["14.7N"], ["17.4W"]), is_swapped([], [])
    (True, False, False)
    """
    return bool(lats) and all(
        re.search(f"[{half}]", plain(text)) for half, texts in (("ew东西", lats), ("ns南北", lons)) for text in texts
    )


def is_hexadecimal(texts: Sequence[str]) -> bool:
    """True for a column of whole numbers of which one has a hexadecimal letter or prefix, and all may be such.

    >>> is_hexadecimal(["5A3C", "5031"]), is_hexadecimal(["5031"]), is_hexadecimal(["5A3C", "later"])
    (True, False, False)
    """
    words = [word for word in map(plain, texts) if word]
    lettered = [word for word in words if re.search(r"[a-f]|0x", word)]
    return bool(lettered) and all(HEXADECIMAL.fullmatch(word) for word in words)


def whole(text: str, hexadecimal: bool) -> str:
    """A whole number as decimal text; other text as it is.

    >>> whole("0x5A3C", True), whole("5031", True), whole("12.0", False), whole("12a", False)
    ('23100', '20529', '12', '12a')
    """
    word = plain(text)
    if word and hexadecimal:
        return str(int(word.removesuffix("h"), 16))
    found = number(text)
    return shortest(found[0]) if found and not found[1] else word


def identity_parts(text: str) -> tuple[str, str] | None:
    """The last two numbers of a CGI or ECGI such as 460-00-21311-45231, '' before a lone one; None if it is none.

    >>> identity_parts("460-00-21311-45231"), identity_parts("460-00-123727107"), identity_parts("46000")
    (('21311', '45231'), ('', '123727107'), None)
    """
    words = re.split(r"[-:_.]", plain(text))
    if not 3 <= len(words) <= 4 or not all(re.fullmatch("[0-9]{1,9}", word) for word in words):
        return None
    return (words[2], words[3]) if len(words) == 4 else ("", words[2])


def bsic_is_decimal(texts: Sequence[str]) -> bool:
    """True for a column of BSICs in decimal (8·NCC + BCC): one of them has a digit that no colour code has.

    >>> bsic_is_decimal(["45", "38"]), bsic_is_decimal(["45", "37"]), bsic_is_decimal(["4-5"])
    (True, False, False)
    """
    words = [word for word in map(plain, texts) if word]
    return any(re.search("[89]", word) for word in words) and all(re.fullmatch(r"\d{1,2}", w) for w in words)


def bsic(text: str, decimal: bool) -> str:
    """NCC-BCC of a BSIC as two digits, as a decimal number, with a joint, or as the date Excel took it for.

    >>> bsic("45", False), bsic("37", True), bsic("4/5", False), bsic("5", False), bsic("2024-04-05", False)
    ('4-5', '4-5', '4-5', '0-5', '4-5')
    """
    word = plain(text)
    if decimal and word.isdecimal() and int(word) < 64:
        return f"{int(word) // 8}-{int(word) % 8}"
    if re.fullmatch("[0-7]{1,2}", word):
        return "-".join(word.zfill(2))
    if found := re.fullmatch(r"\d{4}-0?([0-7])-0?([0-7])", word):
        return f"{found[1]}-{found[2]}"
    found = re.fullmatch(r"([0-7])[-/_.,|:]([0-7])", word)
    return f"{found[1]}-{found[2]}" if found else word


def kind_of(text: str, door: bool) -> str:
    """``macro``, ``micro`` or ``das`` of a word about cover; '' if it does not say. A door type is 1 outside, 2 inside.

    >>> kind_of("室外宏站", False), kind_of("室分", False), kind_of("2", True), kind_of("微站", False)
    ('macro', 'das', 'das', 'micro')
    """
    word = plain(text)
    if door and word in ("1", "2"):
        return "das" if word == "2" else "macro"
    for words, kind in ((INDOORS, "das"), (SMALL, "micro"), (OUTDOORS, "macro")):
        if any(part in word for part in words):
            return kind
    return ""


def floors_of(name: str) -> tuple[int, int] | None:
    """The floors that a cell's name says it serves.

    >>> floors_of("宝湖天下1号楼10~14楼"), floors_of("海宝写字楼16-24F-ZLW-1"), floors_of("宝湖湾二期NG2-6")
    ((10, 14), (16, 24), None)
    """
    found = FLOORS.search(unicodedata.normalize("NFKC", name).casefold())
    if not found:
        return None
    low, high = (-int(word.lstrip("-b")) if word[0] in "-b" else int(word) for word in found.groups())
    return (low, high) if low <= high and 0 not in (low, high) else None


def ceiling_m(floors: tuple[int, int]) -> float:
    """Height of the ceiling antennas in the middle of some floors; a storey is 3 m.

    >>> ceiling_m((10, 14)), ceiling_m((-1, -1))
    (35.5, -0.5)
    """
    middle = sum(floor - (floor > 0) for floor in floors) / 2.0
    return FLOOR_HEIGHT_M * middle + CEILING_M


def bandwidth_mhz(text: str) -> str:
    """Bandwidth in MHz, also from a number of resource blocks.

    >>> bandwidth_mhz("20M"), bandwidth_mhz("100"), bandwidth_mhz("15"), bandwidth_mhz("75RB")
    ('20', '20', '15', '15')
    """
    found = number(text)
    if not found:
        return plain(text)
    value, unit = found
    blocks = {count: mhz for mhz, count in RESOURCE_BLOCKS.items()}
    if value in blocks and (unit == "rb" or (value not in RESOURCE_BLOCKS and not unit)):
        value = blocks[int(value)]
    return shortest(value)


def gain_dbi(text: str) -> str:
    """Antenna gain in dBi; dBd is 2.15 dB less.

    >>> gain_dbi("15.5dBi"), gain_dbi("13 dBd"), gain_dbi("18")
    ('15.5', '15.15', '18')
    """
    found = number(text)
    return shortest(found[0] + DBD_DBI * (found[1] == "dbd")) if found else plain(text)


def power_dbm(text: str, unit: str, total: bool, bandwidth: float | None) -> tuple[float, str] | None:
    """Power in dBm at the connector, and what had to be made of it.

    Parameters
    ----------
    text : str
        The number, perhaps with a unit, which is believed before the header's.
    unit : str
        What the header says.
    total : bool
        True if the number is the whole cell's power, where one resource element's is wanted.
    bandwidth : float or None
        Of an LTE cell in MHz; None for GSM, whose power is the carrier's.

    Examples
    --------
    >>> power_dbm("15.2", "dbm", False, 20.0)
    (15.2, '')
    >>> power_dbm("59.8W", "dbm", True, None)[1]
    'is in W'
    >>> value, made = power_dbm("59.8W", "dbm", False, 20.0)
    >>> round(value, 2), made
    (16.98, "is in W and the whole cell's, and was divided among its resource elements")
    >>> power_dbm("152", "", False, 20.0)
    (15.2, 'is above 60 dBm and was read as 0.1 dBm')
    """
    found = number(text)
    if found is None:
        return None
    value, own = found
    watts = {"w": 1000.0, "瓦": 1000.0, "mw": 1.0}.get(own or unit)
    made = "is in W" if watts and own and "w" not in unit else ""
    if watts:
        if value <= 0.0:
            return None
        value = 10.0 * math.log10(value * watts)
    elif unit.startswith("0.1") and not own:
        value /= 10.0
    elif (LEAST_TENTHS_OF_ALL if total else 60.0) < value <= 600.0:
        value, made = value / 10.0, "is above 60 dBm and was read as 0.1 dBm"
    if bandwidth is not None and (total or watts):
        value -= 10.0 * math.log10(12.0 * RESOURCE_BLOCKS.get(bandwidth, 100))
        made = f"{made} and" if made else "is"
        made += " the whole cell's, and was divided among its resource elements"
    return value, made
