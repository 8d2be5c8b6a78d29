"""Errors a user can mend: one line, a place, nothing that a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError, did_you_mean, printable


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        ("cells.csv", 3, "cells.csv:3: lat is odd"),
        ("cells.csv", None, "cells.csv: lat is odd"),
        (None, None, "lat is odd"),
    ],
)
def test_an_error_names_its_place(file: str | None, line: int | None, text: str) -> None:
    error = InputError("lat is odd", file, line)
    assert str(error) == text
    assert (error.message, error.file, error.line) == ("lat is odd", file, line)


def test_an_error_is_one_line() -> None:
    assert str(InputError("a\n  b\tc", "x.csv")) == "x.csv: a b c"


def test_a_long_path_is_not_shortened() -> None:
    path = "/".join(["folder"] * 40) + "/cells.csv"
    assert str(InputError("is odd", path, 1)) == f"{path}:1: is odd"


def test_a_path_cannot_steer_a_terminal() -> None:
    assert str(InputError("is odd", "a\x1b[31m\nb.csv")) == "a\ufffd[31m\ufffdb.csv: is odd"


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(2, 80))
def test_printable_is_printable_and_no_longer_than_asked(text: str, longest: int) -> None:
    shown = printable(text, longest)
    assert shown.isprintable() and len(shown) <= longest
    if text.isprintable() and len(text) <= longest:
        assert shown == text


def test_suggestions() -> None:
    assert did_you_mean("azimut_deg", ["azimuth_deg", "lat"]) == "; did you mean 'azimuth_deg'?"
    assert did_you_mean("xyz", ["azimuth_deg", "lat"]) == ""
    assert did_you_mean("lat", iter(["lat\x1b"])) == "; did you mean 'lat\ufffd'?"
