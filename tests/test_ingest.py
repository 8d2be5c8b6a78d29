"""Ingest: archives, column maps, rejects kept, and what is refused as a whole."""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from rfopt import cli
from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import LOG_COLUMNS, read_log

HEADER = "Time,RSRP (LTE pcell),Physical cell identity (LTE pcell),EARFCN (LTE pcell)\n"
NEMO = HEADER + "11:02:03.1,-90,132,1850\n11:02:04.1,-200,132,1850\n11:02:05.1, n/a, n/a, n/a\nExported Measurements\n"
EVENTS = "Timestamp\tEventType\tEventDetails\tState\n2025.07.18_22.11.08\tx\ty\tI\n"
MAP = '[columns]\ntime = ["t"]\nrsrp_dbm = {names = ["p"], code = "rsrp"}\nearfcn = ["c"]\npci = ["i"]\n'


def archive(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "day.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def refusal(folder: Path, *logs: Path, **options: Path) -> str:
    with pytest.raises(InputError) as caught:
        ingest(logs, folder / "out.csv", **options)
    assert not (folder / "out.csv").exists()
    return str(caught.value).removeprefix(f"{folder}/")


def test_counts_add_up_and_every_reject_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "nemo.csv"
    path.write_text(NEMO, encoding="utf-8")
    result = ingest([path], tmp_path / "out.csv", rejects=tmp_path / "rejects.csv")
    file = result.as_json()["files"][0]
    assert (file["rows"], file["rejected"], file["readings"], file["unused"]) == (4, 2, 1, {"rows without a level": 1})
    kept = pd.read_csv(tmp_path / "rejects.csv", keep_default_na=False)
    assert kept.values.tolist() == [
        ["nemo.csv", 3, "no level", "rsrp_dbm -200"],
        ["nemo.csv", 5, "wrong number of fields", "1 fields, expected 4"],
    ]
    assert all("1 × rows without a level" in "\n".join(result.lines(lang)) for lang in ("en", "zh"))


def test_logs_in_archives_are_read_one_after_the_other(tmp_path: Path) -> None:
    members = {"a/nemo.csv": NEMO.encode(), "b.csv.gz": gzip.compress(NEMO.encode()), "__MACOSX/._x.csv": b"\0"}
    path = archive(tmp_path, members | {"readme.txt": b"hello", "walk_events.txt": EVENTS.encode()})
    result = ingest([path], tmp_path / "out.csv")
    assert [file["file"] for file in result.as_json()["files"]] == ["nemo.csv", "b.csv"]
    readings = read_log(tmp_path / "out.csv").readings
    assert readings["rsrp_dbm"].tolist() == [-90, -90] and readings["time"].tolist() == [0, 60]
    assert not any("tmp" in note for note in result.notes)


def test_an_archive_without_a_log_is_refused_and_a_broken_member_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, archive(tmp_path, {"a.txt": b"hello"})) == (
        "day.zip: holds no drive-test log rfopt can read; it holds a.txt"
    )
    bad = b"time,rat,serving\n1,GSM\n"
    said = "day.zip/a.csv:2: 2 fields, expected 3 as in the header"
    assert refusal(tmp_path, archive(tmp_path, {"a.csv": bad})) == said


def test_a_users_map(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "walk.csv").write_text("t;p;c;i\n1;50;1850;132\n", encoding="utf-8")
    ingest([tmp_path / "walk.csv"], tmp_path / "out.parquet", column_map=tmp_path / "map.toml")
    row = read_log(tmp_path / "out.parquet").readings.iloc[0]
    assert (row["rsrp_dbm"], row["pci"], row["time"]) == (-91, 132, 1)
    said = refusal(tmp_path, tmp_path / "walk.csv", column_map=tmp_path / "none.toml")
    assert said == "none.toml: no such file"


def test_a_file_of_which_nothing_can_be_used_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nemo.csv"
    path.write_text(HEADER + "11:02:03.1,-200,132,1850\n11:02:03.1,-200,132,1850\n", encoding="utf-8")
    said = refusal(tmp_path, path, rejects=tmp_path / "rejects.csv")
    assert said == "nemo.csv:2: has no row that can be used: 2 × no level; the first: rsrp_dbm -200"
    assert len((tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_of_a_useless_file_the_line_is_shown_that_says_why(tmp_path: Path) -> None:
    """Not that of the units below the header: what most rows were rejected for."""
    path = tmp_path / "nemo.csv"
    units, rows = "s,dBm,,\n", "".join(f"11:02:0{k},-1000,132,1850\n" for k in range(3))
    path.write_text(HEADER + units + rows, encoding="utf-8")
    said = refusal(tmp_path, path)
    assert said.startswith("nemo.csv:3: has no row that can be used: 3 × no level, 1 × broken timestamp; the first: ")
    assert said.endswith("rsrp_dbm -1000")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_share_that_is_done_ends_at_one_in_every_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr("rfopt.logs.text_blocks.BLOCK_BYTES", 1 << 16)
    path, told = tmp_path / "walk.csv", []
    rows = "".join(f"{k},-90,132,1850,宝湖天下\n" for k in range(10_000))
    path.write_bytes(("t,r,p,e,备注\n" + rows).encode(encoding))
    toml = tmp_path / "own.toml"
    toml.write_text('[columns]\ntime = ["t"]\nrsrp_dbm = ["r"]\npci = ["p"]\nearfcn = ["e"]\n', encoding="utf-8")
    ingest([path], tmp_path / "out.parquet", column_map=toml, progress=lambda _, share: told.append(share))
    assert len(told) > 2 and told == sorted(told) and told[-1] == 1.0 and max(told) <= 1.0


def test_the_command_takes_a_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "walk.csv").write_text("t,p,c,i\n1,50,1850,132\n", encoding="utf-8")
    words = ["rfopt", "ingest", tmp_path / "walk.csv", "-o", tmp_path / "out.csv", "--map", tmp_path / "map.toml"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in words])
    cli.main()
    assert "map, 1 rows" in capsys.readouterr().out
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(LOG_COLUMNS)
    monkeypatch.setattr(sys, "argv", [str(word) for word in [*words, "--format", "tems"]])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2 and capsys.readouterr().err.count("\n") == 1
