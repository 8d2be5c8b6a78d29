"""Bad files of every kind in every place where a file is read: one line that names the file, exit code 2, no output."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .system import bound_by_modes

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
CUT = b"\n===\n"
CASE = """[complaint]
id = "X"
lat = 38.495
lon = 106.225
floor = 20
[inputs]
network = "net"
logs = ["idle.csv"]
"""


def good(seed: str, part: int = 0) -> bytes:
    """A part of one of the files that the fuzzer begins with."""
    return (FUZZ / "seeds" / seed).read_bytes().split(CUT)[part]


# --- where a file is read: the command, the file's name, and a good one ----------------------------------------------


def log(home: Path, file: Path) -> list[object]:
    return ["ingest", file, "-o", home / "out.csv", "--json", home / "out.json"]


def mapped(home: Path, file: Path) -> list[object]:
    (home / "walk.csv").write_bytes(good("column_map/own.txt", 1))
    return ["ingest", home / "walk.csv", "--map", file, "-o", home / "out.csv"]


def table(home: Path, file: Path) -> list[object]:
    for path in (FUZZ / "network").iterdir():
        if path.name != file.name:
            shutil.copy(path, home / path.name)
    return ["network", "show", home, "--json", home / "out.json"]


def pattern(home: Path, file: Path) -> list[object]:
    rows = (FUZZ / "network" / "cells.csv").read_text(encoding="utf-8").splitlines()
    named = [rows[0] + ",antenna", *(row + ",X" for row in rows[1:])]
    (home / "cells.csv").write_text("\n".join(named) + "\n", encoding="utf-8")
    return ["network", "show", home]


def whole(home: Path, file: Path) -> list[object]:
    return ["network", "show", file]


def dump(home: Path, file: Path) -> list[object]:
    (home / "sites.csv").write_bytes(good("raml/dump.txt", 1))
    return ["network", "show", home]


def case(home: Path, file: Path) -> list[object]:
    shutil.copytree(FUZZ / "network", home / "net")
    for name, content in (("case.toml", CASE.encode()), ("idle.csv", good("table/idle.csv"))):
        if name != file.name:
            (home / name).write_bytes(content)
    return ["recommend", home, "-o", home / "out"]


def plan(home: Path, file: Path) -> list[object]:
    case(home, file)
    return ["simulate", home, "--plan", file]


def calibration(home: Path, file: Path) -> list[object]:
    shutil.copytree(FUZZ / "network", home / "net")
    return ["predict", home / "net", "--calibration", file, "-o", home / "out"]


def points(home: Path, file: Path) -> list[object]:
    shutil.copytree(FUZZ / "network", home / "net")
    return ["predict", home / "net", "--points", file, "-o", home / "out"]


def book() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return out.getvalue() + b"\n" * 30


Place = tuple[Callable[[Path, Path], list[object]], str, bytes]
PLACES: dict[str, Place] = {
    "table": (log, "log.csv", good("table/idle.csv")),
    "gnettrack": (log, "log.txt", good("gnettrack/pro.txt")),
    "nemo": (log, "log.nmf", good("nemo/lte.nmf")),
    "mro": (log, "log.xml", good("mro/huawei.xml")),
    "export": (log, "log.csv", good("export/tems.csv")),
    "parquet": (log, "log.parquet", good("parquet/idle.parquet")),
    "map": (mapped, "my.toml", good("column_map/own.txt")),
    "cells": (table, "cells.csv", good("tables/four.txt")),
    "neighbours": (table, "neighbours.csv", good("tables/four.txt", 1)),
    "buildings": (table, "buildings.geojson", good("buildings/map.geojson")),
    "geopackage": (table, "buildings.gpkg", b"SQLite format 3\0" + bytes(500)),
    "terrain": (table, "terrain.asc", good("terrain/hill.asc")),
    "pattern": (pattern, "antennas/X.msi", good("pattern/dbd.msi")),
    "site table": (whole, "sites.csv", good("sites/gsm.csv")),
    "workbook": (whole, "net.xlsx", book()),
    "dump": (dump, "dump.xml", good("raml/dump.txt")),
    "case": (case, "case.toml", CASE.encode()),
    "case's log": (case, "idle.csv", good("table/idle.csv")),
    "plan": (plan, "plan.csv", good("plan/changes.csv")),
    "calibration": (calibration, "fit.json", good("calibration/fit.json")),
    "points": (points, "points.csv", b"lat,lon,floor\n38.495,106.225,3\n"),
}


# --- what may stand there instead ------------------------------------------------------------------------------------


def zipped(name: str, content: bytes, mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name)
        member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, mode << 16
        archive.writestr(member, content)
    return out.getvalue()


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda raw: b"",
    "blank lines": lambda raw: b"\n \n\t\n",
    "truncated": lambda raw: raw[: len(raw) // 3],
    "UTF-16 without a mark": lambda raw: raw.decode("latin-1").encode("utf-16-le"),
    "UTF-32": lambda raw: raw.decode("latin-1").encode("utf-32"),
    "Latin-1": lambda raw: raw[: len(raw) // 2] + b"\xe9\xff\x80 " + raw[len(raw) // 2 :],
    "mixed encodings": lambda raw: "宝湖\n".encode() + "宝湖\n".encode("gb18030") + b"\xff\n" + raw,
    "binary": lambda raw: bytes(range(256)) * 20,
    "NUL": lambda raw: raw[: len(raw) // 2] + b"\0" + raw[len(raw) // 2 :],
    "one number": lambda raw: b"1" * 100_000,
    "many columns": lambda raw: raw.split(b"\n")[0] + b",x" * 300_000 + b"\n",
    "entities": lambda raw: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"c" * 999 + b'">]>' + raw,
}
ARCHIVES: dict[str, Callable[[bytes], bytes]] = {
    "zip bomb": lambda raw: zipped("a.csv", bytes(8 << 20)),
    "gz bomb": lambda raw: gzip.compress(bytes(8 << 20)),
    "zip that leads out": lambda raw: zipped("../evil.csv", raw),
    "zip of an absolute name": lambda raw: zipped("/evil.csv", raw),
    "zip of a link": lambda raw: zipped("a.csv", b"/etc/passwd", 0o120777),
    "zip of shadows": lambda raw: zipped("__MACOSX/._a.csv", raw),
}
READ = {
    ("nemo", "entities"), ("site table", "entities"), ("neighbours", "truncated"), ("dump", "many columns"),
}  # fmt: skip
"""What is read nevertheless: text after which the header stands, a network whose relations are a header only, and one
beside an XML file that is no dump."""


def refused(done: tuple[int, str, str], home: Path, file: Path) -> None:
    """Nothing was written, and the one line names the file."""
    code, out, err = done
    assert code == 2, (out, err)
    assert err.startswith("error: ") and err.count("\n") == 1 and len(err) < 900 and "Traceback" not in err
    assert str(file) in err or str(file.parent) in err
    assert out == "" and not [path for path in home.iterdir() if path.name.startswith((".rfopt", "out"))]


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("place", PLACES)
def test_bad_content_is_refused(rfopt, tmp_path: Path, place: str, kind: str) -> None:
    command, name, raw = PLACES[place]
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    words = command(tmp_path, file)
    file.write_bytes(CONTENTS[kind](raw))
    if (place, kind) in READ:
        assert rfopt(*words)[0] == 0
    else:
        refused(rfopt(*words), tmp_path, file)


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("place", ["table", "mro", "cells", "site table", "workbook", "plan"])
def test_bad_archives_are_refused(rfopt, tmp_path: Path, place: str, kind: str) -> None:
    command, name, raw = PLACES[place]
    words = command(tmp_path, tmp_path / name)
    (tmp_path / name).write_bytes(ARCHIVES[kind](raw))
    refused(rfopt(*words), tmp_path, tmp_path / name)
    assert not (tmp_path.parent / "evil.csv").exists() and not Path("/evil.csv").exists()


def folder(file: Path) -> None:
    file.mkdir()


def pipe(file: Path) -> None:
    os.mkfifo(file)


def device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def lost(file: Path) -> None:
    file.symlink_to("nowhere")


@pytest.mark.parametrize("what", [folder, pipe, device, loop, lost])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_refused_and_never_waited_for(
    rfopt, tmp_path: Path, place: str, what: Callable[[Path], None]
) -> None:
    command, name, _ = PLACES[place]
    if place == "pattern":
        pytest.skip("a pattern is found by its name among files")
    if place == "dump" and what is folder:
        pytest.skip("a folder called dump.xml is no dump")
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    words = command(tmp_path, file)
    what(file)
    refused(rfopt(*words), tmp_path, file)


@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_may_not_be_read_is_refused(rfopt, tmp_path: Path, place: str) -> None:
    command, name, raw = PLACES[place]
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    words = command(tmp_path, file)
    file.write_bytes(raw)
    file.chmod(0)
    with bound_by_modes():
        done = rfopt(*words)
    refused(done, tmp_path, file)


LONG = "a" * 5000


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", LONG, "-o", "out.csv"),
        ("ingest", "log.csv", "-o", LONG + ".csv"),
        ("ingest", "log.csv", "-o", "out.csv", "--rejects", LONG),
        ("ingest", "log.csv", "-o", "out.csv", "--map", LONG),
        ("diagnose", LONG),
        ("network", "show", LONG),
        ("ingest", "log.csv", "-o", "/dev/null/out.csv"),
        ("ingest", "log.csv", "-o", "folder.csv"),
        ("ingest", "log.csv", "-o", "out.csv", "--rejects", "out.csv"),
        ("ingest", "log.csv", "-o", "out.csv", "--json", "out.csv"),
        ("ingest", "log.csv", "-o", "log.csv"),
        ("ingest", "log.csv", "-o", "out.csv", "--rejects", "log.csv"),
        ("ingest", "/dev/stdin", "-o", "out.csv"),
        ("ingest", "a\nb.csv", "-o", "out.csv"),
    ],
)
def test_names_that_cannot_be(rfopt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_bytes(good("table/idle.csv"))
    (tmp_path / "folder.csv").mkdir()
    before = (tmp_path / "log.csv").read_bytes()
    code, out, err = rfopt(*words)
    assert code == 2 and err.startswith("error: ") and err.count("\n") == 1 and out == ""
    assert {path.name for path in tmp_path.iterdir()} == {"log.csv", "folder.csv"}
    assert (tmp_path / "log.csv").read_bytes() == before
