"""No row is lost: what was read, what was rejected and what was not needed are together the rows of the file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import read_log

from .written import GNET, SERVER

SMR = "MR.LteScRSRP MR.LteScRSRQ MR.LteScEarfcn MR.LteScPci MR.LteNcEarfcn MR.LteNcPci MR.LteNcRSRP"


def gnettrack(k: int, kind: str) -> str:
    row = SERVER | {"Timestamp": f"2025.07.18_22.{k // 60:02d}.{k % 60:02d}"}
    odd = {"no level": {"Level": "-340"}, "no time": {"Timestamp": "soon"}, "no server": {"NetworkTech": "-"}}
    line = "\t".join((row | odd.get(kind, {})).get(name, "") for name in GNET)
    return line + "\tmore\tand more" if kind == "too long" else line.rpartition("\t")[0] if kind == "cut" else line


def tems(k: int, kind: str) -> str:
    level = {"no level": "-200", "nothing": "", "no number": "n/a"}.get(kind, "-96")
    time = "soon" if kind == "no time" else f"22:{k // 60:02d}:{k % 60:02d}"
    line = f"{time},Idle,38400,10,{level}"
    return line + ",x,y" if kind == "too long" else line.rpartition(",")[0] if kind == "cut" else line


def nemo(k: int, kind: str) -> str:
    time = "soon" if kind == "no time" else f"22:{k // 60:02d}:{k % 60:02d}.000"
    if kind in ("nothing", "no server"):
        return f"GPS,{time},,106.2,38.5" if kind == "nothing" else f"XYZ,{time},1,2"
    if kind in ("cut", "too long"):
        return f"CELLMEAS,{time},,7,0,{'2' if kind == 'cut' else ''},9,0,70003"
    level = "" if kind in ("no level", "no number") else "-90.3"
    return f"CELLMEAS,{time},,7,0,1,9,0,70003,1850,132,-61.1,{level},-9.7,,97.0"


def mro(k: int, kind: str) -> str:
    time = "soon" if kind == "no time" else f"2016-03-13T06:{k // 60:02d}:{k % 60:02d}.520"
    level = {"no level": "NIL", "no number": "x", "nothing": "250"}.get(kind, "40")
    values = f"{level} 26 1825 113" if kind == "cut" else f"{level} 26 1825 113 1825 111 29"
    end = " 1 1" if kind == "too long" else ""
    return f'<object MmeUeS1apId="5" TimeStamp="{time}" id="50"><v>{values}{end}</v></object>'


def xml(rows: list[str]) -> str:
    body = "\n".join(rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<bulkPmMrDataFile><eNB id="854406"><measurement>'
        f"<smr>{SMR}</smr>\n{body}\n</measurement></eNB></bulkPmMrDataFile>\n"
    )


TEMS = "Time,Mode,Serving Cell DL EARFCN,Serving Cell Identity,Serving Cell RSRP (dBm)"
Format = tuple[Callable[[int, str], str], Callable[[list[str]], str]]
FORMATS: dict[str, Format] = {
    "gnettrack": (gnettrack, lambda rows: "\n".join(["\t".join(GNET), *rows, ""])),
    "tems": (tems, lambda rows: "\n".join([TEMS, *rows, ""])),
    "nemo": (nemo, lambda rows: "\n".join(['#START,22:00:00.000,,"18.7.2025"', *rows, ""])),
    "mro": (mro, xml),
}
KINDS = ("good", "no level", "no time", "no server", "nothing", "no number", "too long", "cut")


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), max_size=12))
def test_every_row_is_read_rejected_or_not_needed(tmp_path: Path, name: str, kinds: list[str]) -> None:
    """Each row has a time of its own, so none is merged with another."""
    row, whole = FORMATS[name]
    path, out, kept = tmp_path / "log", tmp_path / "out.csv", tmp_path / "rejects.csv"
    path.write_text(whole([row(k, kind) for k, kind in enumerate(["good", *kinds, "good"])]), encoding="utf-8")
    log = read_log(path)
    header = 1 if name == "nemo" else 0  # which nemo counts among the rows that are not needed
    assert log.format == name and log.rows == len(kinds) + 2 + header
    read, rejected = set(log.readings["line"]), list(log.rejects["line"])
    assert not read & set(rejected)
    told = kinds.count("nothing") if name == "nemo" else 0  # places, which stand in the readings of other rows
    assert len(read) + len(rejected) + sum(log.unused.values()) + told == log.rows
    ingested = ingest([path], out, rejects=kept).files[0]
    assert (ingested.rows, ingested.readings, ingested.reasons.total()) == (log.rows, len(log.readings), len(rejected))
    with kept.open(encoding="utf-8", newline="") as stream:
        lines = [(int(reject["line"]), reject["reason"]) for reject in csv.DictReader(stream)]
    assert sorted(line for line, _ in lines) == sorted(rejected) and all(reason for _, reason in lines)
    text = path.read_text(encoding="utf-8").splitlines()
    first = next(k for k, line in enumerate(text) if line == row(0, "good"))
    assert all(first < line <= len(text) for line in rejected)


@pytest.mark.parametrize("name", FORMATS)
def test_each_kind_of_bad_row_is_rejected_at_its_own_line(tmp_path: Path, name: str) -> None:
    row, whole = FORMATS[name]
    path = tmp_path / "log"
    path.write_text(whole([row(0, "good"), row(1, "no time"), row(2, "good")]), encoding="utf-8")
    log = read_log(path)
    at = path.read_text(encoding="utf-8").splitlines().index(row(1, "no time")) + 1
    assert log.rejects[["line", "reason"]].values.tolist() == [[at, "broken timestamp"]]


@pytest.mark.parametrize("name", FORMATS)
def test_a_header_alone_is_refused_by_ingest(tmp_path: Path, name: str) -> None:
    path = tmp_path / "log"
    path.write_text(FORMATS[name][1]([]), encoding="utf-8")
    with pytest.raises(InputError, match=r"no rows, expected measurements|no row that can be used"):
        ingest([path], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
