"""Files: decoding without guessing, writing whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.files import (
    decode,
    first_bytes,
    read_bytes,
    read_text,
    same_file,
    sha256,
    stands,
    toml_tables,
    write_whole,
)


def refusal(call, *values) -> str:
    """The message that a call ends with, without its folder."""
    with pytest.raises(InputError) as caught:
        call(*values)
    return f"{Path(caught.value.file or '').name}:{caught.value.line}:{caught.value.message}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_each_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes("宝湖天下,10~14楼\r\n".encode(encoding))
    assert read_text(tmp_path / "a.csv") == "宝湖天下,10~14楼\r\n"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_utf_8_text_reads_as_itself(text: str) -> None:
    expected = text.removeprefix("\ufeff")
    assert decode(text.encode("utf-8"), Path("a.csv")) == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    try:
        assert "\0" not in decode(raw, Path("a.csv"))
    except InputError as error:
        assert error.file == "a.csv"


def test_nul_bytes_are_refused_with_their_line() -> None:
    assert refusal(decode, b"a\nb\nc\0", Path("a.csv")) == "a.csv:3:holds NUL bytes, expected text"


def test_utf_16_without_a_mark_is_refused() -> None:
    assert refusal(decode, "ab".encode("utf-16-le"), Path("a.csv")) == "a.csv:1:holds NUL bytes, expected text"


def test_what_is_no_text_is_refused() -> None:
    assert refusal(decode, b"\xff" * 9, Path("a")) == "a:1:is not text in UTF-8, UTF-16 or GB18030"
    assert refusal(decode, b"\xff\xfea", Path("a")) == "a:1:is not text in UTF-8, UTF-16 or GB18030"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(read_bytes, tmp_path / "none") == "none:None:no such file"
    assert refusal(read_bytes, tmp_path) == f"{tmp_path.name}:None:is a folder, expected a file"
    os.mkfifo(tmp_path / "pipe")
    assert refusal(read_bytes, tmp_path / "pipe") == "pipe:None:is a pipe or a device, expected a file"
    assert refusal(first_bytes, Path("/dev/zero"), 4) == "zero:None:is a pipe or a device, expected a file"
    (tmp_path / "lost").symlink_to("none")
    assert refusal(read_bytes, tmp_path / "lost") == "lost:None:is a link to nowhere"
    (tmp_path / "loop").symlink_to("loop")
    assert "symbolic links" in refusal(read_bytes, tmp_path / "loop")
    assert "File name too long" in refusal(read_bytes, tmp_path / ("a" * 5000))


def test_one_file_under_two_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("new")
    assert same_file(tmp_path / "new", tmp_path / "link") and same_file(tmp_path / "x" / ".." / "new", tmp_path / "new")
    (tmp_path / "new").write_bytes(b"")
    assert same_file(tmp_path / "new", tmp_path / "link") and not same_file(tmp_path / "new", tmp_path / "other")
    assert not same_file(tmp_path / ("a" * 5000), tmp_path / "new") and stands(tmp_path / "link")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"PK\x03\x04\x14\0", "a zip archive or an Excel workbook"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel or Word file (Excel saves it as .xlsx or CSV)"),
        (b"%PDF-1.7\n", "a PDF"),
    ],
)
def test_what_is_taken_for_text_is_named(raw: bytes, what: str) -> None:
    assert refusal(decode, raw, Path("a.csv")) == f"a.csv:None:is {what}, expected text"


def test_a_row_in_another_encoding_is_named_by_its_line() -> None:
    raw = "小区\n宝湖天下\n".encode() + "宝湖天下".encode("gb18030") + b"\xff\n"
    assert refusal(decode, raw, Path("a")) == "a:3:is not text in UTF-8, UTF-16 or GB18030"


def test_toml_is_refused_with_its_line() -> None:
    assert toml_tables("a = 1\r\n", Path("a")) == {"a": 1}
    assert refusal(toml_tables, "a = 1\nb = \n", Path("a")).startswith("a:2:is not TOML: Invalid value")
    assert refusal(toml_tables, "a = " + "1" * 5000, Path("a")).startswith("a:None:is not TOML: Exceeds the limit")
    assert refusal(toml_tables, "x = " + "[" * 9000, Path("a")) == "a:None:is nested too deep for TOML"


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    assert refusal(read_bytes, tmp_path / "a", 4) == "a:None:holds 5 bytes, expected at most 4"


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rfopt")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"rfopt").hexdigest()


@pytest.mark.parametrize("content", ["宝湖\n", b"\x00\x01"])
def test_a_file_is_written_and_replaced(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "new" / "a.csv"
    for _ in range(2):
        write_whole(path, content)
        assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [p.name for p in path.parent.iterdir()] == ["a.csv"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert refusal(write_whole, path, "new") == "a.csv:None:cannot be written: No space left on device"
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert refusal(write_whole, tmp_path / "a", "x") == "a:None:cannot be written: Is a directory"
    (tmp_path / "b").write_text("", encoding="utf-8")
    assert refusal(write_whole, tmp_path / "b" / "c", "x").startswith("c:None:cannot be written: ")
