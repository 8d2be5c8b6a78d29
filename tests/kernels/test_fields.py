"""Fields of delimited text against a plain reading of it, byte by byte."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rfopt.kernels import fields


@dataclass
class Cut:
    """What the kernel finds: rows as (line, fields), strays as (line, number of fields), numbers by column."""

    rows: list
    strays: list
    numbers: np.ndarray
    odd: np.ndarray
    rough: list[bool]
    extents: list[str]


def taken_apart(
    text: str, delimiter: str, width: int, quoted: bool, closed: bool = False, numbers: Sequence[int] = (),
    texts: Sequence[int] | None = None, longest: int = 100,
) -> Cut:  # fmt: skip
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    most = len(raw) + 1
    texts = range(width) if texts is None else texts
    number_of, text_of = np.full((2, width), -1)
    number_of[list(numbers)], text_of[list(texts)] = np.arange(len(numbers)), np.arange(len(texts))
    value, odd = np.empty((len(numbers), most)), np.zeros((len(numbers), most), dtype=np.uint8)
    begin, size = np.zeros((2, len(texts), most), dtype=np.int32)
    extent, rough = np.zeros((2, most), dtype=np.int32), np.zeros(most, dtype=np.uint8)
    line, stray = np.zeros(most, dtype=np.int64), np.zeros((most, 4), dtype=np.int64)
    quote = fields.QUOTE if quoted else -1
    rows, strays, odds = fields.cut(
        raw, ord(delimiter), quote, closed, width, longest, number_of, text_of, value, odd, begin, size, extent, rough,
        line, stray,
    )  # fmt: skip
    found = [(int(line[r]), [_word(raw, *at) for at in zip(begin[:, r], size[:, r], strict=True)]) for r in range(rows)]
    assert odds >= odd[:, :rows].sum()
    return Cut(
        found, [(int(s[0]), int(s[1])) for s in stray[:strays]], value[:, :rows], odd[:, :rows],
        (rough[:rows] > 0).tolist(), [raw[a:b].tobytes().decode() for a, b in extent[:, :rows].T],
    )  # fmt: skip


def cut(text: str, delimiter: str, width: int, quoted: bool, closed: bool = False) -> tuple[list, list]:
    both = taken_apart(text, delimiter, width, quoted, closed)
    return both.rows, both.strays


def _word(raw: np.ndarray, begin: int, size: int) -> str:
    word = raw[begin : begin + abs(size)].tobytes().decode()
    return word if size >= 0 else next(csv.reader(io.StringIO(word, newline="")), [""])[0]


@settings(deadline=None)
@given(st.text("ab1\t\r\n中", max_size=40), st.integers(1, 4), st.booleans())
@example("a\t\r\n\r\nb\t\r", 2, True)
def test_rows_of_tabs_are_as_split_by_hand(text: str, width: int, closed: bool) -> None:
    rows, strays = [], []
    for line, content in enumerate(re.split(r"\r\n|\n|\r", text)):
        if not content:
            continue
        words = content.split("\t")
        if closed and len(words) > 1 and words[-1] == "":
            words.pop()
        if len(words) == width:
            rows.append((line, words))
        else:
            strays.append((line, len(words)))
    assert cut(text, "\t", width, quoted=False, closed=closed) == (rows, strays)


@settings(deadline=None)
@given(st.lists(st.lists(st.text('ab,"\n\r', max_size=5), min_size=3, max_size=3), max_size=5))
def test_what_is_written_with_quotes_is_read(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(table)
    rows, strays = cut(out.getvalue(), ",", 3, quoted=True)
    lines = np.cumsum([0, *(1 + sum(len(re.findall(r"\r\n|\n|\r", word)) for word in row) for row in table)])
    assert not strays
    assert [words for _, words in rows] == table
    assert [line for line, _ in rows] == lines[:-1].tolist()


@settings(deadline=None)
@given(
    st.lists(st.text("a\t中", max_size=90) | st.sampled_from(["", "\t\t\t", "\t" * 70]), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 4), st.booleans(), st.data(),
)  # fmt: skip
def test_what_is_not_wanted_changes_nothing(lines: list, end: str, width: int, closed: bool, data: Any) -> None:
    text = end.join(lines)
    wanted = sorted(data.draw(st.sets(st.integers(0, width - 1))))
    some, all_of = taken_apart(text, "\t", width, False, closed, texts=wanted), cut(text, "\t", width, False, closed)
    assert some.strays == all_of[1]
    assert some.rows == [(line, [words[k] for k in wanted]) for line, words in all_of[0]]


@settings(deadline=None)
@given(st.lists(st.lists(st.text('ab"', max_size=5), min_size=2, max_size=2), max_size=5), st.booleans())
def test_rough_rows_are_long_or_have_quotes_to_be_freed(table: list[list[str]], every: bool) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL).writerows(table)
    found = taken_apart(out.getvalue(), ",", 2, quoted=True, longest=3)
    assert found.rough == [any('"' in word or len(word) > 3 for word in row) for row in table]
    assert found.extents == out.getvalue().splitlines()


def test_an_open_quote_is_a_stray() -> None:
    assert cut('a,b\n"c,d\ne', ",", 2, quoted=True) == ([(0, ["a", "b"])], [(1, 1)])


@settings(deadline=None)
@given(st.text('ab,"\n\r', max_size=30))
def test_whole_rows_end_where_the_reader_ends_them(text: str) -> None:
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    end = fields.whole_rows(raw, ord(","), fields.QUOTE)
    head, tail = text[:end], text[end:]
    both = cut(text, ",", 2, quoted=True)
    first, second = cut(head, ",", 2, quoted=True), cut(tail, ",", 2, quoted=True)
    above = len(re.findall(r"\r\n|\n|\r", head))
    for k in (0, 1):
        assert both[k] == [*first[k], *((line + above, *rest) for line, *rest in second[k])]


def numbers(words: list[str], delimiter: str = ",") -> tuple[list[float], list[int]]:
    """The numbers of fields, one a row, each after a stray with an odd one."""
    text = "".join(f"{delimiter}x{delimiter}\n{delimiter}{word}\n" for word in words)
    found = taken_apart(text, delimiter, 2, quoted=True, numbers=[1], texts=[])
    assert len(found.strays) == len(words)
    return found.numbers[0].tolist(), found.odd[0].tolist()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False).map(repr)
        | st.decimals(-400, 400, places=6).map(str)
        | st.text("-+.0123456789 e", max_size=22),
        min_size=1,
    )
)
def test_a_number_is_the_double_nearest_to_its_text_or_odd(words: list[str]) -> None:
    for word, value, odd in zip(words, *numbers(words), strict=True):
        if not odd and math.isnan(value):
            assert set(word.strip(" ")) <= {"-"}
        elif not odd:
            assert value == float(word) and math.copysign(1, value) == math.copysign(1, float(word))


def test_only_unusual_numbers_are_odd() -> None:
    values, odd = numbers(
        ["-96", " 3.5", "+1", "38.495063123456", "", "--", "1e3", "weak", "12345678901234567890", "."]
    )
    assert values[:4] == [-96, 3.5, 1, 38.495063123456] and np.isnan(values[4:]).all()
    assert odd == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    values, odd = numbers(['"7"', '""', '"1""0"', '"7"0', " 7 "])
    assert values[::4] == [7, 7] and np.isnan(values[1:4]).all() and odd == [0, 0, 1, 1, 0]


def test_a_delimiter_may_be_a_digit() -> None:
    assert numbers(["2", "-345"], delimiter="1") == ([2, -345], [0, 0])


@settings(deadline=None)
@given(st.lists(st.text("ab中 ", max_size=3), max_size=30))
def test_words_are_numbered_as_they_come(words: list[str]) -> None:
    raw = np.frombuffer("".join(words).encode() + b" ", dtype=np.uint8)
    size = np.array([len(word.encode()) for word in words], dtype=np.int32)
    begin = (np.cumsum(size) - size).astype(np.int32)
    out, first = np.empty((2, len(words)), dtype=np.int32)
    count = fields.words(raw, begin, size, out, first, np.full(128, -1, dtype=np.int32))
    unique = list(dict.fromkeys(words))
    assert count == len(unique) and out.tolist() == [unique.index(word) for word in words]
    assert [words[k] for k in first[:count]] == unique


def moment(text: str) -> int:
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    out = np.empty(1, dtype=np.int64)
    marks = np.frombuffer(b"-T:.", dtype=np.uint8).astype(np.int64)
    fields.moments(raw, np.array([0], dtype=np.int32), np.array([len(raw)], dtype=np.int32), marks, out)
    return int(out[0])


@settings(max_examples=300, deadline=None)
@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_a_moment_is_its_microseconds(when: datetime) -> None:
    since = when.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(when.isoformat()) == (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


@pytest.mark.parametrize(
    "text",
    ["", "2025-07-18", "2025-02-29T00:00:00", "2025-13-01T00:00:00", "2025-07-18T24:00:00", "2025-07-18T00:00:60",
     "2025-07-18T00:00:00.", "2025-07-18T00:00:00.1234567", "0000-07-18T00:00:00", "2025-07-18T00:00:0x",
     "2025-07-18 00:00:00", "2025-00-18T00:00:00", "2025-07-00T00:00:00"],
)  # fmt: skip
def test_another_shape_is_no_moment(text: str) -> None:
    assert moment(text) == fields.NO_MOMENT


@settings(deadline=None)
@given(st.lists(st.integers(-1, 5)))
def test_codes_are_numbered_as_they_appear(codes: list[int]) -> None:
    new, order = np.array(codes, dtype=np.int32), np.empty(6, dtype=np.int32)
    count = fields.appearance(new, np.full(6, -1, dtype=np.int32), order)
    unique = [code for code in dict.fromkeys(codes) if code >= 0]
    assert order[:count].tolist() == unique
    assert new.tolist() == [unique.index(code) if code >= 0 else -1 for code in codes]
