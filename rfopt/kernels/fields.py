"""Delimited text taken apart: where the fields of each row stand, and what numbers, words and times stand in them.

All kernels work on one block of UTF-8 text that holds whole rows, as bytes. A field is told by where it begins and its
length; a length below 0 is that of a field in quotes which still has to be freed of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NEWLINE, RETURN, QUOTE, BLANK, TAB, MINUS, PLUS, POINT, COMMA, ZERO = 10, 13, 34, 32, 9, 45, 43, 46, 44, 48
EXACT = np.uint64(1 << 53)
"""Whole numbers below this, divided by a power of ten below 10^23, give the double nearest to the decimal text."""
TENS = np.array([10.0**k for k in range(23)])
NO_MOMENT = np.iinfo(np.int64).min
"""The microseconds of a stamp that cannot be read."""


@njit(cache=True, nogil=True)
def cut(  # noqa: PLR0912  one pass over the bytes
    text: Any, delimiter: int, quote: int, closed: bool, width: int, slot_of: Any, begin: Any, size: Any, line: Any,
    stray: Any,
) -> Any:  # fmt: skip
    """Find the wanted fields of every row.

    Parameters
    ----------
    text : uint8[byte]
    delimiter, quote : int
        Bytes; quote −1 where quotes are part of the text.
    closed : bool
        Rows end with a delimiter after their last field, which counts for nothing.
    width : int
        Fields of a row; a row of another number of fields is a stray.
    slot_of : int64[width]
        The column of `begin` and `size` for each place; −1 unwanted.
    begin, size : int32[row, slot]
        Filled.
    line : int64[row]
        Filled with the row's first line, the block's own counted from 0.
    stray : int64[row, 4]
        Filled with line, fields, begin and end of each stray.

    Returns
    -------
    rows, strays : int
        Lines without a single character are neither.
    """
    rows, strays, lines, at, end = 0, 0, 0, 0, len(text)
    while at < end:
        if text[at] == NEWLINE or text[at] == RETURN:
            at = _next_line(text, at, end)
            lines += 1
            continue
        row_at, row_line, place, length, torn = at, lines, 0, 0, False
        while True:
            start = at
            if at < end and text[at] == quote:
                at, lines, plain = _past_quotes(text, at, end, quote, lines)
                torn = at > end
                at = min(at, end)
                after = at
                while at < end and text[at] != delimiter and text[at] != NEWLINE and text[at] != RETURN:
                    at += 1
                length = after - start - 2 if plain and after == at else start - at
                start += length >= 0
            else:
                while at < end and text[at] != delimiter and text[at] != NEWLINE and text[at] != RETURN:
                    at += 1
                length = at - start
            if place < width and slot_of[place] >= 0:
                begin[rows, slot_of[place]] = start
                size[rows, slot_of[place]] = length
            place += 1
            if at >= end or text[at] != delimiter:
                break
            at += 1
        if closed and length == 0 and place > 1:
            place -= 1
        if place == width and not torn:
            line[rows] = row_line
            rows += 1
        else:
            stray[strays, 0], stray[strays, 1], stray[strays, 2], stray[strays, 3] = row_line, place, row_at, at
            strays += 1
        if at < end:
            at = _next_line(text, at, end)
            lines += 1
    return rows, strays


@njit(cache=True, nogil=True, inline="always")
def _next_line(text: Any, at: int, end: int) -> int:
    return at + 2 if text[at] == RETURN and at + 1 < end and text[at + 1] == NEWLINE else at + 1


@njit(cache=True, nogil=True)
def _past_quotes(text: Any, at: int, end: int, quote: int, lines: int) -> Any:
    """The place behind a field's closing quote (behind the text's end if there is none), lines, and if it is plain."""
    plain = True
    at += 1
    while at < end:
        byte = text[at]
        if byte == quote:
            if at + 1 >= end or text[at + 1] != quote:
                return at + 1, lines, plain
            plain = False
            at += 1
        elif byte == NEWLINE or (byte == RETURN and not (at + 1 < end and text[at + 1] == NEWLINE)):
            lines += 1
        at += 1
    return end + 1, lines, False


@njit(cache=True, nogil=True)
def whole_rows(text: Any, delimiter: int, quote: int) -> int:
    """Bytes up to the end of the last line that ends outside quotes; a return at the very end may be half of one."""
    at, end, last = 0, len(text), 0
    fresh = True
    while at < end:
        byte = text[at]
        if fresh and byte == quote:
            at, _, _ = _past_quotes(text, at, end, quote, 0)
            fresh = False
            continue
        fresh = byte == delimiter
        if byte == NEWLINE or (byte == RETURN and at + 1 < end):
            at = _next_line(text, at, end)
            last, fresh = at, True
        else:
            at += 1
    return last


@njit(cache=True, nogil=True)
def numbers(text: Any, begin: Any, size: Any, out: Any, odd: Any) -> int:
    """Read decimal numbers.

    Parameters
    ----------
    text : uint8[byte]
    begin, size : int32[row, column]
    out : float64[row, column]
        Filled; NaN for an empty field, one of one or two dashes and an odd one.
    odd : uint8[row, column]
        Set to 1 where a field is no number of digits and a point, or has too many digits to be read exactly here.

    Returns
    -------
    int
        The number of odd fields.
    """
    count = 0
    for row in range(begin.shape[0]):
        for column in range(begin.shape[1]):
            at = begin[row, column]
            end = at + size[row, column]
            while at < end and (text[at] == BLANK or text[at] == TAB):
                at += 1
            while at < end and (text[end - 1] == BLANK or text[end - 1] == TAB):
                end -= 1
            value, fits = _number(text, at, end)
            out[row, column] = value
            if not fits or size[row, column] < 0:
                odd[row, column] = 1
                count += 1
    return count


@njit(cache=True, nogil=True, inline="always")
def _number(text: Any, at: int, end: int) -> Any:
    negative, first = False, at
    if at < end and (text[at] == MINUS or text[at] == PLUS):
        negative = text[at] == MINUS
        at += 1
    value, digits, places, pointed = np.uint64(0), 0, 0, False
    while at < end:
        byte = text[at]
        if byte >= ZERO and byte <= ZERO + 9 and digits < 18:
            value = value * np.uint64(10) + np.uint64(byte - ZERO)
            digits += 1
            places += pointed
        elif byte == POINT and not pointed:
            pointed = True
        else:
            break
        at += 1
    if at == end and digits > 0 and value < EXACT:
        number = float(value) / TENS[places]
        return (-number if negative else number), True
    if digits > 0 or pointed:
        return np.nan, False
    while at < end and text[at] == MINUS:
        at += 1
    return np.nan, at == end and (first == end or (negative and end - first <= 2))


@njit(cache=True, nogil=True)
def words(text: Any, begin: Any, size: Any, out: Any, first: Any, table: Any) -> int:
    """Give every different field of a column a number, in the order in which they come.

    Parameters
    ----------
    text : uint8[byte]
    begin, size : int32[row]
    out : int32[row]
        Filled with the word's number.
    first : int32[row]
        Filled with the first row of each word.
    table : int32[power of two]
        To work in, at least twice the rows; −1 throughout.

    Returns
    -------
    int
        The number of words.
    """
    count = 0
    mask = np.uint64(len(table) - 1)
    for row in range(len(begin)):
        if row > 0 and _same(text, begin, size, row, row - 1):
            out[row] = out[row - 1]
            continue
        mixed = np.uint64(14695981039346656037)
        for at in range(begin[row], begin[row] + abs(size[row])):
            mixed = (mixed ^ np.uint64(text[at])) * np.uint64(1099511628211)
        place = (mixed ^ (mixed >> np.uint64(29))) & mask
        while table[place] >= 0 and not _same(text, begin, size, row, first[table[place]]):
            place = (place + np.uint64(1)) & mask
        if table[place] < 0:
            table[place] = count
            first[count] = row
            count += 1
        out[row] = table[place]
    return count


@njit(cache=True, nogil=True, inline="always")
def _same(text: Any, begin: Any, size: Any, one: int, other: int) -> bool:
    if size[one] != size[other]:
        return False
    for k in range(abs(size[one])):  # noqa: SIM110  a generator would not compile
        if text[begin[one] + k] != text[begin[other] + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def moments(text: Any, begin: Any, size: Any, marks: Any, out: Any) -> int:
    """Read stamps of one shape: year, month, day, hour, minute, second with a given mark between, perhaps a fraction.

    Parameters
    ----------
    text : uint8[byte]
    begin, size : int32[row]
    marks : int64[4]
        The bytes between the parts of the date, before the time and between its parts, and before a fraction.
    out : int64[row]
        Filled with microseconds since 1970; `NO_MOMENT` for what has not this shape.

    Returns
    -------
    int
        How many have not.
    """
    broken = 0
    for row in range(len(begin)):
        at, end = begin[row], begin[row] + size[row]
        while at < end and text[at] == BLANK:
            at += 1
        while at < end and text[end - 1] == BLANK:
            end -= 1
        out[row] = _moment(text, at, end, marks)
        broken += out[row] == NO_MOMENT
    return broken


@njit(cache=True, nogil=True)
def _moment(text: Any, at: int, end: int, marks: Any) -> int:
    if end - at < 19 or end - at == 20 or end - at > 26:
        return NO_MOMENT
    for place, mark in ((4, marks[0]), (7, marks[0]), (10, marks[1]), (13, marks[2]), (16, marks[2])):
        if text[at + place] != mark:
            return NO_MOMENT
    year = _digits(text, at, 2) * 100 + _digits(text, at + 2, 2)
    month, day = _digits(text, at + 5, 2), _digits(text, at + 8, 2)
    hour, minute, second = _digits(text, at + 11, 2), _digits(text, at + 14, 2), _digits(text, at + 17, 2)
    part = 0
    if end - at > 19:
        part = _digits(text, at + 20, end - at - 20)
        if text[at + 19] != marks[3] or part < 0:
            return NO_MOMENT
        for _ in range(26 - (end - at)):
            part *= 10
    if year < 1 or min(month, day) < 1 or month > 12 or min(hour, minute, second) < 0:
        return NO_MOMENT
    if hour > 23 or minute > 59 or second > 59 or day > _month_days(year, month):
        return NO_MOMENT
    return ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + part


@njit(cache=True, nogil=True, inline="always")
def _digits(text: Any, at: int, count: int) -> int:
    value = 0
    for k in range(at, at + count):
        if text[k] < ZERO or text[k] > ZERO + 9:
            return -1_000_000_000
        value = value * 10 + int(text[k]) - ZERO
    return value


@njit(cache=True, nogil=True)
def _month_days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@njit(cache=True, nogil=True)
def _days(year: int, month: int, day: int) -> int:
    """Days since 1970 in the Gregorian calendar; years begin in March here, so that leap days come last."""
    years = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + of_year - 719468


@njit(cache=True, nogil=True)
def appearance(codes: Any, seen: Any, order: Any) -> int:
    """Number a column's codes anew in the order in which they appear, in place.

    Parameters
    ----------
    codes : int32[row]
        Below 0: no word.
    seen : int32[code]
        To work in; −1 throughout.
    order : int32[code]
        Filled with the old code of each new one.

    Returns
    -------
    int
        How many codes appear.
    """
    count = 0
    for row in range(len(codes)):
        code = codes[row]
        if code >= 0:
            if seen[code] < 0:
                seen[code] = count
                order[count] = code
                count += 1
            codes[row] = seen[code]
    return count
