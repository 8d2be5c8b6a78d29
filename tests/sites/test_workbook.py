"""Networks in Excel: the contract's tables as sheets, and what must not be swallowed."""

from __future__ import annotations

import builtins
import csv
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from rfopt import workbooks
from rfopt.errors import InputError
from rfopt.network import diff
from rfopt.sites import read_network

from ..networks import write_network
from .books import MAIN, sheet_text, write_book

TABLES = ("cells", "neighbours", "redirects", "layers")


def rows_of(folder: Path) -> dict[str, list[list[object]]]:
    def value(text: str) -> object:
        try:
            return float(text)
        except ValueError:
            return text

    tables = {}
    for name in TABLES:
        with (folder / f"{name}.csv").open(encoding="utf-8") as stream:
            tables[name] = [[value(text) for text in row] for row in csv.reader(stream)]
    return tables


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "net.xlsx", rows_of(write_network(tmp_path / "net")))


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path.parent), "").removeprefix("/")


def test_a_workbook_is_the_network_of_its_tables(tmp_path, book):
    folder, read = read_network(tmp_path / "net"), read_network(book)
    assert diff(folder, read) == () and read.redirects == folder.redirects
    pd.testing.assert_frame_equal(read.layers, folder.layers)
    assert list(read.hashes) == ["net.xlsx"]
    assert [note.split(":")[1] for note in read.notes] == [note.split(":")[1] for note in folder.notes]


def test_the_row_of_the_sheet_is_named(tmp_path):
    tables = rows_of(write_network(tmp_path / "net"))
    tables["cells"].insert(0, [])
    tables["cells"][3][tables["cells"][1].index("lat")] = "north"
    path = write_book(tmp_path / "net.xlsx", tables)
    assert refusal(path) == "net.xlsx [cells]:4: lat 'north' is not a number in deg"


def test_a_bsic_that_became_a_date_is_a_bsic_again(tmp_path):
    tables = rows_of(write_network(tmp_path / "net"))
    tables["cells"][1][tables["cells"][0].index("bsic")] = -0.0
    assert read_network(write_book(tmp_path / "net.xlsx", tables)).cells["bsic"].iloc[0] == "4-5"


def test_other_sheets_and_capitals_do_not_matter(tmp_path):
    tables = rows_of(write_network(tmp_path / "net"))
    path = write_book(tmp_path / "net.xlsx", {"说明": [["hello"]], "Cells ": tables["cells"]})
    read = read_network(path)
    assert len(read.cells) == 6 and read.neighbours.empty


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"cells": []}, "net.xlsx [cells]: is empty, expected a header line and rows"),
        ({"cells": [["cell", "cell"]]}, "net.xlsx [cells]:1: column 'cell' stands twice in the header"),
        ({"cells": [["cell", "rat"], ["A", "GSM"]]}, "net.xlsx [cells]:1: column 'kind' is missing"),
        ({"other": [["x"]]}, "net.xlsx: is no network rfopt can read, expected a folder with cells.csv"),
    ],
)
def test_sheets_that_are_no_network(tmp_path, sheets, message):
    assert refusal(write_book(tmp_path / "net.xlsx", sheets)).startswith(message)


def test_without_the_reader_one_line_says_what_to_install(monkeypatch, book):
    real = builtins.__import__

    def without(name, *rest):
        if name == "python_calamine":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert refusal(book) == (
        "net.xlsx: is an Excel workbook and its reader is not installed, expected pip install 'rfopt[xlsx]'"
    )


def test_a_workbook_that_swells_is_refused_before_it_is_read(monkeypatch, book):
    monkeypatch.setattr(workbooks, "LARGEST_BYTES", 2 << 20)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (8 << 20))
    assert refusal(book) == "net.xlsx: inflates to more than 2 MiB, expected a smaller workbook"


def test_a_part_that_lies_about_its_size_is_counted(monkeypatch, book):
    monkeypatch.setattr(workbooks, "LARGEST_BYTES", 2 << 20)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (8 << 20))
    size = (8 << 20).to_bytes(4, "little")
    raw = book.read_bytes()
    book.write_bytes(raw.replace(size, (100).to_bytes(4, "little")))
    assert "inflates to more than 2 MiB" in refusal(book)


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576"])
def test_a_sheet_that_reaches_far_is_refused(tmp_path, monkeypatch, place):
    monkeypatch.setattr(workbooks, "MOST_CELLS", 1_000_000)
    path = write_book(tmp_path / "net.xlsx", {"cells": [["cell"]]})
    text = sheet_text([["cell"]]).replace('<c r="A1"', f'<c r="{place}"', 1)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = text.encode()
    assert MAIN in text
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert "rows by" in refusal(path) if place == "XFD1048576" else refusal(path)


@pytest.mark.parametrize("cut", [4, 40, 300, -30])
def test_broken_archives_are_refused(book, cut):
    book.write_bytes(book.read_bytes()[:cut])
    assert "\n" not in refusal(book)


def test_text_called_a_workbook_is_refused(tmp_path):
    path = tmp_path / "net.xlsx"
    path.write_text("cell,rat\n", encoding="utf-8")
    assert refusal(path).startswith("net.xlsx: is no network rfopt can read")
    path.write_bytes(b"PK\x03\x04" + b"x" * 500)
    assert refusal(path) == "net.xlsx: is no whole Excel workbook: its archive is broken or protected"
