"""Archives: what is in them comes out within limits, what would harm is refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt import archives
from rfopt.archives import archive_kind, is_workbook, unpacked
from rfopt.errors import InputError


def zipped(folder: Path, members: dict[str, bytes], name: str = "a.zip") -> Path:
    """A zip archive."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def contents(path: Path) -> dict[str, bytes]:
    return {name: file.read_bytes() for name, file in unpacked(path)}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        contents(path)
    return str(caught.value).removeprefix(str(path))


def test_files_come_out_in_order_and_are_gone_after(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"b/x.csv": b"1", "a.csv": b"2", "empty/": b""})
    seen = []
    for name, file in unpacked(path):
        assert all(not earlier.exists() for earlier in seen)
        seen.append(file)
        assert file.exists() and name in ("b/x.csv", "a.csv")
    assert len(seen) == 2 and not any(file.exists() for file in seen)


def test_11_shadow_files_are_passed_over(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"__MACOSX/._a.csv": b"\0\5\26\7", "._b.csv": b"\0", "a.csv": b"1"})
    assert contents(path) == {"a.csv": b"1"}


def test_gzip_and_archives_in_archives(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1"))
    assert contents(tmp_path / "a.csv.gz") == {"a.csv": b"1"}
    inner = zipped(tmp_path, {"a.xml": b"2"}, "inner.zip").read_bytes()
    path = zipped(tmp_path, {"x.xml.gz": gzip.compress(b"1"), "day.zip": inner})
    assert contents(path) == {"x.xml.gz/x.xml": b"1", "day.zip/a.xml": b"2"}
    nested = b"3"
    for _ in range(4):
        nested = gzip.compress(nested)
    (tmp_path / "deep.gz").write_bytes(nested)
    assert refusal(tmp_path / "deep.gz") == ": holds archives within archives within archives, expected logs"


def test_kinds_are_told_by_content(tmp_path: Path) -> None:
    plain, book = tmp_path / "a.zip", zipped(tmp_path, {"xl/workbook.xml": b"<x/>"}, "b.zip")
    plain.write_text("time,rat,serving\n", encoding="utf-8")
    assert (archive_kind(plain), archive_kind(book), is_workbook(book), is_workbook(plain)) == ("", "", True, False)


@pytest.mark.parametrize("name", ["../a.csv", "a/../../b.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path, {"a.csv": b"1"})
    path.write_bytes(path.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"2")
    assert "a name that leads out of the archive" in refusal(path)
    assert not (tmp_path.parent / "a.csv").exists()


def test_bombs_are_refused_by_what_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path, {"a.csv": b"\0" * (8 << 20)})
    assert "unpacks to more than" in refusal(path)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"\0" * (8 << 20)))
    assert "unpacks to more than" in refusal(tmp_path / "a.gz")
    monkeypatch.setattr(archives, "LARGEST_UNPACKED_BYTES", 100)
    many = zipped(tmp_path, {f"{k}.csv": bytes(range(60)) for k in range(3)}, "sum.zip")
    assert "unpacks to more than 100 bytes" in refusal(many)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    assert refusal(many) == ": holds 3 files, expected at most 2"


def test_broken_and_encrypted_archives_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": bytes(range(256)) * 40})
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    assert refusal(path).startswith(": is a broken zip archive")
    broken = bytearray(raw)
    broken[60] ^= 255
    path.write_bytes(bytes(broken))
    assert refusal(path).startswith(": is broken at 'a.csv'")
    locked = bytearray(raw)
    locked[6] |= 1
    locked[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(locked))
    assert refusal(path) == ": 'a.csv' is encrypted, expected a plain archive"
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"1" * 1000)[:-6])
    assert refusal(tmp_path / "a.gz").startswith(": is broken at 'a'")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6), cut=st.floats(0, 1))
def test_damaged_archives_are_unpacked_or_refused(tmp_path: Path, edits: list[tuple[float, int]], cut: float) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("day/a.csv", "time,rat\n1,GSM\n" * 20)
        archive.writestr("b.gz", gzip.compress(b"x" * 50))
    raw = bytearray(out.getvalue())
    for where, value in edits:
        raw[int(where * len(raw))] = value
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(raw[: int(cut * len(raw)) + 1] if cut < 0.3 else raw))
    if not archive_kind(path):
        return
    try:
        contents(path)
    except InputError as error:
        assert str(error).startswith(str(path))


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_unpacking_tells_how_far_it_is(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(archives, "CHUNK_BYTES", 1000)
    content = bytes(range(256)) * 20
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(content))
    path = zipped(tmp_path, {"a.csv": content, "b.csv": content}) if kind == "zip" else path
    told = []
    for _ in unpacked(path, lambda stage, share: told.append((stage, share))):
        pass
    shares = [share for _, share in told]
    assert {stage for stage, _ in told} == {"unpack"} and len(shares) > 4
    assert shares == sorted(shares) and shares[0] < 0.3 and shares[-1] == 1.0
