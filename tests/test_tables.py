"""Tables against their schemas: what is read, what is refused, what is written."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.tables import (
    LONGEST_FIELD,
    MOST_COLUMNS,
    NUMERIC,
    Column,
    parse_column,
    read_rows,
    read_table,
    schema,
    split_rows,
    table_text,
    type_rows,
    value_text,
)

TABLES = ("cells", "neighbours", "redirects", "layers", "log", "plan")
PLACE = Path("t.csv")
EVERY_COLUMN = [(table, column) for table in TABLES for column in schema(table).values()]


def refusal(call, *values) -> str:
    """The message that a call ends with."""
    with pytest.raises(InputError) as caught:
        call(*values)
    return str(caught.value)


def column(kind: str, legal: str = "", need: str = "", unit: str = "") -> Column:
    """A column of a type and a range."""
    return Column("x", kind, unit, need, "", legal, (), False, "something")


def parse(kind: str, *texts: str, legal: str = "", need: str = "", unit: str = "") -> list:
    """What a column of these texts is read as."""
    rows = split_rows("x,y\n" + "".join(f'"{text}",1\n' for text in texts), PLACE)
    return list(parse_column(rows.column("x"), column(kind, legal, need, unit), rows))


@pytest.mark.parametrize(
    ("table", "column"), EVERY_COLUMN, ids=lambda value: value if isinstance(value, str) else value.column
)
def test_every_schema_row_makes_sense(table: str, column: Column) -> None:
    assert column.type in NUMERIC | {"text", "name", "choice", "bsic", "arfcns", "names"}
    assert column.meaning and column.need in ("", "yes", "GSM", "LTE")
    if column.type == "choice":
        return
    for low, high, step in column.spans():
        assert low <= high and step >= 0 and column.legal(low) and column.legal(high)
    for rat in ("GSM", "LTE"):
        for kind in ("macro", "micro", "das"):
            default = column.default_for(rat, kind)
            assert not default or column.type not in NUMERIC or column.legal(float(default))


def test_ranges() -> None:
    steps = column("real", "-24:-6:2 -5:5:1 6:24:2")
    assert steps.tunable and [steps.legal(v) for v in (-24, -7, -5, 4.5, 5, 7, 24, 26)] == [
        True, False, True, False, True, False, True, False,
    ]  # fmt: skip
    span = column("real", "-90:90")
    assert not span.tunable and span.legal(0.123) and not span.legal(90.1)
    single = column("real", "5 10 20")
    assert single.tunable and single.legal(10) and not single.legal(15)
    assert column("real", "0:1:0.1").legal(0.1 + 0.2) and column("real", "1:2").legal(float("nan"))


def test_defaults_by_technology_and_kind() -> None:
    some = Column("x", "real", "", "", "GSM.das=1 GSM=2 macro=3", "", (), False, "")
    chosen = [some.default_for(*key) for key in (("GSM", "das"), ("GSM", "macro"), ("LTE", "macro"), ("LTE", "das"))]
    assert chosen == ["1", "3", "3", ""]
    assert Column("x", "real", "", "", "7", "", (), False, "").default_for("LTE", "das") == "7"


def test_rows_know_the_line_they_began_on() -> None:
    rows = split_rows('a,b\n\n1,"x\ny"\n , \n2,z\n', PLACE)
    assert rows.header == ["a", "b"] and rows.rows == [["1", "x\ny"], ["2", "z"]] and rows.lines == [3, 6]
    assert rows.column("b") == ["x\ny", "z"] and rows.column("c") == ["", ""]


def test_fields_lose_blanks_and_names_hidden_characters() -> None:
    rows = split_rows("\ufeffa\u200b , b\n 1 , 2\n", PLACE)
    assert rows.header == ["a", "b"] and rows.rows == [["1", "2"]]


BROKEN = {
    "": "t.csv: is empty, expected a header line and rows",
    "\n \n,\n": "t.csv: is empty, expected a header line and rows",
    "a,b\n1\n": "t.csv:2: 1 fields, expected 2 as in the header",
    "a,b\n1,2\n1,2,3\n": "t.csv:3: 3 fields, expected 2 as in the header",
    "a,a\n": "t.csv:1: column 'a' stands twice in the header",
    "\na,b, a\n": "t.csv:2: column 'a' stands twice in the header",
    'a\n"x\n': "t.csv:2: broken table text: unexpected end of data",
    'a\n"x"y\n': "t.csv:2: broken table text: ',' expected after '\"'",
    f"a\n{'x' * (LONGEST_FIELD + 1)}\n": f"t.csv:2: broken table text: a field longer than {LONGEST_FIELD} characters",
    ",".join(
        map(str, range(MOST_COLUMNS + 1))
    ): f"t.csv:1: {MOST_COLUMNS + 1} columns, expected at most {MOST_COLUMNS}",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_text_is_refused(text: str) -> None:
    assert refusal(split_rows, text, PLACE) == BROKEN[text]


def test_the_field_limit_of_others_is_left_as_it_was() -> None:
    before = csv.field_size_limit()
    split_rows("a\n1\n", PLACE)
    refusal(split_rows, 'a\n"x', PLACE)
    assert csv.field_size_limit() == before


def test_numbers() -> None:
    assert parse("real", "-75", "0.5", " 1e2 ", "+3", legal="-100:100") == [-75, 0.5, 100, 3]
    assert np.isnan(parse("real", "", "-", "--", "n/a", "N/A", "null", "无", "None", "nan")).all()
    assert parse("int", "7", "7.0") == [7, 7]
    assert parse("arfcn", "0", "1003") == [0, 1003] and parse("earfcn", "38400") == [38400]
    assert parse("real", "38.49506312345678") == [38.49506312345678]


@pytest.mark.parametrize(
    ("text", "kind", "values", "message"),
    [
        ("1_0", "real", {}, "x '1_0' is not a number"),
        ("0x10", "real", {"unit": "dB"}, "x '0x10' is not a number in dB"),
        ("１２", "int", {}, "x '１２' is not a whole number"),
        ("1e999", "real", {}, "x '1e999' is not a number"),
        ("inf", "real", {}, "x 'inf' is not a number"),
        ("True", "real", {}, "x 'True' is not a number"),
        ("59.8W", "real", {"unit": "dBm"}, "x '59.8W' is not a number in dBm"),
        ("", "real", {"need": "yes", "unit": "deg"}, "x is empty, expected a number in deg"),
        ("1.5", "int", {}, "x 1.5 is not a whole number"),
        ("1234567", "int", {"legal": "0:9"}, "x 1234567 is out of range, expected 0 to 9"),
        ("4", "int", {"legal": "1 2 3"}, "x 4 is out of range, expected one of 1 2 3"),
        (
            "300", "arfcn", {},
            "x 300 is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023",
        ),
        (
            "99999", "earfcn", {},
            "x 99999 is in no LTE band rfopt knows; expected a downlink number such as 1300 or 38400",
        ),
    ],
)  # fmt: skip
def test_a_number_that_does_not_fit_is_refused(text: str, kind: str, values: dict, message: str) -> None:
    needed = values.get("need") == "yes"
    texts = (text,) if needed else ("", text)
    assert refusal(lambda: parse(kind, *texts, **values)) == f"t.csv:{len(texts) + 1}: {message}"


def test_a_parameter_off_its_steps_is_read() -> None:
    assert parse("real", "7.3", "999", legal="-24:24:1") == [7.3, 999]
    assert parse("real", "4", legal="1 2 3") == [4]


def test_texts() -> None:
    assert parse("text", "a", "-", "无", "") == ["a", "", "", ""]
    assert parse("name", "宝湖天下NG2-5", "-", "None") == ["宝湖天下NG2-5", "-", "None"]
    assert parse("choice", "GSM", "", legal="GSM LTE") == ["GSM", ""]
    assert parse("bsic", "4-5", "-") == ["4-5", ""]


@pytest.mark.parametrize(
    ("text", "kind", "values", "message"),
    [
        ("gsm", "choice", {"legal": "GSM LTE"}, "x 'gsm' is not one of GSM, LTE"),
        ("macr", "choice", {"legal": "macro das"}, "x 'macr' is not one of macro, das; did you mean 'macro'?"),
        ("45", "bsic", {}, "x '45' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
        ("a\x1bb", "name", {}, "x 'a\ufffdb' holds control characters, expected a name"),
        ("", "name", {"need": "yes"}, "x is empty, expected something"),
        ("62;300", "arfcns", {}, "x '300' is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023"),
        ("62;-1", "arfcns", {}, "x '-1' is not a whole number"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(text: str, kind: str, values: dict, message: str) -> None:
    assert refusal(lambda: parse(kind, text, **values)) == f"t.csv:2: {message}"


def test_lists() -> None:
    assert parse("arfcns", "62; 80;1003", "", ";") == [(62, 80, 1003), (), ()]
    assert parse("names", "a-1;b-2", "-") == [("a-1", "b-2"), ()]


def test_a_table_has_every_column_and_the_lines_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "neighbours.csv"
    path.write_text("neighbour,cell,spare,marjin\n甲,乙,1,2\n\n丙,丁,3,4\n", encoding="utf-8")
    frame, notes = read_table(path, "neighbours")
    assert frame.columns.tolist() == list(schema("neighbours")) and frame.index.tolist() == [2, 4]
    assert frame["cell"].tolist() == ["乙", "丁"] and frame["cell"].dtype == "str"
    assert frame["cio_db"].dtype == np.float64 and frame["cio_db"].isna().all()
    assert notes == [
        "neighbours.csv: column 'spare' is not one of neighbours.csv and was ignored",
        "neighbours.csv: column 'marjin' is not one of neighbours.csv and was ignored",
    ]


def test_a_needed_column_that_is_missing_is_named_with_its_likely_misspelling() -> None:
    rows = split_rows("Cell,neighbour\na,b\n", PLACE)
    assert refusal(type_rows, rows, "neighbours") == "t.csv:1: column 'cell' is missing; did you mean 'Cell'?"


def test_a_table_without_rows_is_a_frame_without_rows() -> None:
    for table in TABLES:
        frame, _ = type_rows(split_rows(",".join(schema(table)) + "\n", PLACE), table)
        assert frame.columns.tolist() == list(schema(table)) and len(frame) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (float("nan"), ""), (-75.0, "-75"), (0.1, "0.1"), (123727107.0, "123727107"), (-0.0, "0"),
        (100000.0, "100000"), (99999.0, "99999"), (np.float64(2.5), "2.5"), (7, "7"), ((62, 80), "62;80"), ((), ""),
        ("甲", "甲"), (0.1 + 0.2, "0.3"), (38.49506312345678, "38.495063123"),
    ],
)  # fmt: skip
def test_values_are_written_short(value: object, text: str) -> None:
    assert value_text(value) == text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.floats(-1e9, 1e9) | st.just(math.nan)
        ),
        max_size=6,
    )
)
def test_a_written_table_reads_back(values: list[tuple[str, float]]) -> None:
    frame = pd.DataFrame({"cell": [a for a, _ in values], "x": [round(b, 6) for _, b in values]})
    rows = split_rows(table_text(frame, ["cell", "x"]), PLACE)
    assert rows.column("cell") == frame["cell"].tolist()
    np.testing.assert_array_equal(
        parse_column(rows.column("x"), column("real"), rows), frame["x"].to_numpy(dtype=float)
    )


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(list('ab,;"\n\r\t 1.-中\u200b')), max_size=60), st.sampled_from(",;\t"))
def test_any_text_is_rows_or_refused(text: str, delimiter: str) -> None:
    try:
        rows = split_rows(text, PLACE, delimiter)
    except InputError as error:
        assert str(error).startswith("t.csv")
        return
    assert all(len(row) == len(rows.header) for row in rows.rows)
    assert rows.lines == sorted(set(rows.lines)) and len(rows.lines) == len(rows.rows)


def test_a_file_is_read_with_its_own_delimiter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    assert read_rows(tmp_path / "a.csv", ";").rows == [["1", "2"]]
