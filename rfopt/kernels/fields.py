"""Delimited text taken apart: where the fields of each row stand, and what numbers, words and times stand in them.

All kernels work on one block of UTF-8 text that holds whole rows, as bytes. A field is told by where it begins and its
length; a length below 0 is that of a field in quotes which still has to be freed of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NEWLINE, RETURN, QUOTE, BLANK, TAB, MINUS, PLUS, POINT, COMMA, ZERO = 10, 13, 34, 32, 9, 45, 43, 46, 44, 48
U = np.uint64
"""Of the places in a text: a signed one is tested for being below 0 at every byte."""
EXACT = np.uint64(1 << 53)
"""Whole numbers below this, divided by a power of ten below 10^23, give the double nearest to the decimal text."""
STRIDE = 64
"""Bytes that are looked at together where only a line's end is sought."""
TENS = np.array([10.0**k for k in range(23)])
NO_MOMENT = np.iinfo(np.int64).min
"""The microseconds of a stamp that cannot be read."""


@njit(cache=True, nogil=True)
def cut(  # noqa: PLR0912, PLR0915  one pass over the bytes
    text: Any, delimiter: int, quote: int, closed: bool, width: int, longest: int, number_of: Any, text_of: Any,
    value: Any, odd: Any, begin: Any, size: Any, extent: Any, rough: Any, line: Any, stray: Any,
) -> Any:  # fmt: skip
    """Find the wanted fields of every row, and read those that are numbers.

    Parameters
    ----------
    text : uint8[byte]
    delimiter, quote : int
        Bytes; quote −1 where quotes are part of the text.
    closed : bool
        Rows end with a delimiter after their last field, which counts for nothing.
    width : int
        Fields of a row; a row of another number of fields is a stray.
    longest : int
        Bytes of a field beyond which its row is rough.
    number_of, text_of : int64[width]
        For each place the column of `value`, and that of `begin` and `size`; −1 unwanted.
    value : float64[number, row]
        Filled with decimal numbers; NaN for an empty field, one of one or two dashes and an odd one.
    odd : uint8[number, row]
        Set to 1 where a field is no number of digits and a point, or has too many digits to be read exactly here.
    begin, size : int32[text, row]
        Filled.
    extent : int32[2, row]
        Filled with the begin and the end of each row.
    rough : uint8[row]
        Set to 1 where a field up to the last wanted one is long, or has quotes in it that are not plain.
    line : int64[row]
        Filled with the row's first line, the block's own counted from 0.
    stray : int64[row, 4]
        Filled with line, fields, begin and end of each stray.

    Returns
    -------
    rows, strays, odds : int
        Lines without a single character are neither rows nor strays; `odds` are the odd fields, strays' included.
    """
    rows, strays, odds, lines, at, end = 0, 0, 0, 0, 0, len(text)
    last = width - 1
    while last >= 0 and number_of[last] < 0 and text_of[last] < 0:
        last -= 1
    digital = delimiter in (MINUS, POINT) or (delimiter >= ZERO and delimiter <= ZERO + 9)
    while at < end:
        if text[U(at)] == NEWLINE or text[U(at)] == RETURN:
            at = _next_line(text, at, end)
            lines += 1
            continue
        row_at, row_line, place, length, torn, wild = at, lines, 0, 0, False, False
        while True:
            start, found, fits = at, np.nan, False
            number = number_of[place] if place < width else -1
            if at < end and text[U(at)] == quote:
                at, lines, plain = _past_quotes(text, at, end, quote, lines)
                torn = at > end
                at = min(at, end)
                after = at
                at = _field_end(text, at, end, delimiter)
                plain = plain and after == at
                length = after - start - 2 if plain else start - at
                start += plain
            else:
                if number >= 0 and not digital:  # digits and perhaps a point; in a function it takes half as long again
                    negative = at < end and text[U(at)] == MINUS
                    at += negative
                    whole, first, places = 0, at, 0
                    while at < end and text[U(at)] >= ZERO and text[U(at)] <= ZERO + 9:
                        whole = whole * 10 + (int(text[U(at)]) - ZERO)
                        at += 1
                    digits = at - first
                    if at < end and text[U(at)] == POINT:
                        at += 1
                        first = at
                        while at < end and text[U(at)] >= ZERO and text[U(at)] <= ZERO + 9:
                            whole = whole * 10 + (int(text[U(at)]) - ZERO)
                            at += 1
                        places = at - first
                        digits += places
                    fits = 0 < digits < 16 and (
                        at >= end or text[U(at)] == delimiter or text[U(at)] == NEWLINE or text[U(at)] == RETURN
                    )
                    found = whole / TENS[places] if fits and places else float(whole)
                    found = -found if negative else found
                if not fits:
                    at = _field_end(text, at, end, delimiter)
                length = at - start
            if number >= 0:
                if not fits:
                    found, fits = _number(text, start, start + length) if length else (np.nan, True)
                    odd[number, rows] = not fits
                    odds += not fits
                value[number, rows] = found
            if place < width and text_of[place] >= 0:
                begin[text_of[place], rows] = start
                size[text_of[place], rows] = length
            wild |= length < 0 or length > longest
            place += 1
            if at >= end or text[U(at)] != delimiter:
                break
            at += 1
            if place > last and quote < 0:
                at, more = _line_end(text, at, end, delimiter)
                place += 1 + more
                length = int(text[U(at - 1)] != delimiter)
                break
        if closed and length == 0 and place > 1:
            place -= 1
        if place == width and not torn:
            line[rows], rough[rows], extent[0, rows], extent[1, rows] = row_line, wild, row_at, at
            rows += 1
        else:
            stray[strays, 0], stray[strays, 1], stray[strays, 2], stray[strays, 3] = row_line, place, row_at, at
            strays += 1
            for number in range(len(odd)):
                odd[number, rows] = 0
        if at < end:
            at = _next_line(text, at, end)
            lines += 1
    return rows, strays, odds


@njit(cache=True, nogil=True, inline="always")
def _next_line(text: Any, at: int, end: int) -> int:
    return at + 2 if text[U(at)] == RETURN and at + 1 < end and text[U(at + 1)] == NEWLINE else at + 1


@njit(cache=True, nogil=True, inline="always")
def _field_end(text: Any, at: int, end: int, delimiter: int) -> int:
    while at < end and text[U(at)] != delimiter and text[U(at)] != NEWLINE and text[U(at)] != RETURN:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _line_end(text: Any, at: int, end: int, delimiter: int) -> Any:
    """The end of a line, and the delimiters before it; looked at in strides, which become vectors."""
    count, mark = 0, np.uint8(delimiter)
    while at + STRIDE <= end:
        ends: Any = np.uint8(0)
        marks: Any = np.uint8(0)
        for k in range(at, at + STRIDE):
            ends |= np.uint8(text[U(k)] == NEWLINE) | np.uint8(text[U(k)] == RETURN)
            marks += np.uint8(text[U(k)] == mark)
        if ends:
            break
        count += marks
        at += STRIDE
    while at < end and text[U(at)] != NEWLINE and text[U(at)] != RETURN:
        count += text[U(at)] == delimiter
        at += 1
    return at, count


@njit(cache=True, nogil=True)
def _past_quotes(text: Any, at: int, end: int, quote: int, lines: int) -> Any:
    """The place behind a field's closing quote (behind the text's end if there is none), lines, and if it is plain."""
    plain = True
    at += 1
    while at < end:
        byte = text[U(at)]
        if byte == quote:
            if at + 1 >= end or text[U(at + 1)] != quote:
                return at + 1, lines, plain
            plain = False
            at += 1
        elif byte == NEWLINE or (byte == RETURN and not (at + 1 < end and text[U(at + 1)] == NEWLINE)):
            lines += 1
        at += 1
    return end + 1, lines, False


@njit(cache=True, nogil=True)
def whole_rows(text: Any, delimiter: int, quote: int) -> int:
    """Bytes up to the end of the last line that ends outside quotes; a return at the very end may be half of one."""
    at, end, last = 0, len(text), 0
    fresh = True
    while at < end:
        byte = text[U(at)]
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
def _number(text: Any, at: int, end: int) -> Any:
    """A field's number, and whether it could be read; a field in quotes that are not plain ends before it begins."""
    if end < at:
        return np.nan, False
    while at < end and (text[U(at)] == BLANK or text[U(at)] == TAB):
        at += 1
    while at < end and (text[U(end - 1)] == BLANK or text[U(end - 1)] == TAB):
        end -= 1
    negative, first = False, at
    if at < end and (text[U(at)] == MINUS or text[U(at)] == PLUS):
        negative = text[U(at)] == MINUS
        at += 1
    value, digits, places, pointed = np.uint64(0), 0, 0, False
    while at < end:
        byte = text[U(at)]
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
    while at < end and text[U(at)] == MINUS:
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
    count, empty, last, last_at, last_size = 0, -1, -1, 0, 0
    mask = U(len(table) - 1)
    for row in range(len(begin)):
        start, length = int(begin[row]), int(size[row])
        if length == 0 and empty >= 0:
            out[row] = empty
            continue
        if last < 0 or length != last_size or not _same(text, start, last_at, abs(length)):
            mixed = U(14695981039346656037)
            for at in range(start, start + abs(length)):
                mixed = (mixed ^ U(text[U(at)])) * U(1099511628211)
            place = (mixed ^ (mixed >> U(29))) & mask
            while table[place] >= 0:
                other = first[U(table[place])]
                if size[U(other)] == length and _same(text, start, int(begin[U(other)]), abs(length)):
                    break
                place = (place + U(1)) & mask
            if table[place] < 0:
                table[place] = count
                first[count] = row
                empty = count if length == 0 else empty
                count += 1
            last, last_at, last_size = table[place], start, length
        out[row] = last
    return count


@njit(cache=True, nogil=True)
def _same(text: Any, one: int, other: int, count: int) -> bool:
    k = 0
    while k < count and text[U(one + k)] == text[U(other + k)]:
        k += 1
    return k == count


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
        while at < end and text[U(at)] == BLANK:
            at += 1
        while at < end and text[U(end - 1)] == BLANK:
            end -= 1
        out[row] = _moment(text, at, end, marks)
        broken += out[row] == NO_MOMENT
    return broken


@njit(cache=True, nogil=True)
def _moment(text: Any, at: int, end: int, marks: Any) -> int:
    if end - at < 19 or end - at == 20 or end - at > 26:
        return NO_MOMENT
    for place, mark in ((4, marks[0]), (7, marks[0]), (10, marks[1]), (13, marks[2]), (16, marks[2])):
        if text[U(at + place)] != mark:
            return NO_MOMENT
    year = _digits(text, at, 2) * 100 + _digits(text, at + 2, 2)
    month, day = _digits(text, at + 5, 2), _digits(text, at + 8, 2)
    hour, minute, second = _digits(text, at + 11, 2), _digits(text, at + 14, 2), _digits(text, at + 17, 2)
    part = 0
    if end - at > 19:
        part = _digits(text, at + 20, end - at - 20)
        if text[U(at + 19)] != marks[3] or part < 0:
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
        if text[U(k)] < ZERO or text[U(k)] > ZERO + 9:
            return -1_000_000_000
        value = value * 10 + int(text[U(k)]) - ZERO
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
