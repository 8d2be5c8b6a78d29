"""A log read in small blocks is the log read in one."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import checks, ordering, read_log, running, text_blocks, writing
from rfopt.tables import Rows, read_rows

from .written import GNET, GSM, LTE, NEIGHBOUR, ON_2G, SERVER, at, gnet_text, table_text

NAMES = [*GNET, *(f"{name}{k}" for k in (1, 2) for name in ("NLAC", "NCellID", "NARFCN", "NRxLev", "NQual"))]


def outcome(
    path: Path, ending: str, block: int, group: int = 1 << 16, column_map: Path | None = None
) -> tuple[object, ...]:
    """What reading a log in blocks of so many bytes writes and says."""
    out, rejects = path.with_name(f"out{ending}"), path.with_name("rejects.csv")
    for old in (out, rejects):
        old.unlink(missing_ok=True)
    with mock.patch.object(text_blocks, "BLOCK_BYTES", block), mock.patch.object(writing, "GROUP_ROWS", group):
        try:
            said: object = ingest([path], out, rejects=rejects, column_map=column_map).as_json()
        except InputError as error:
            said = str(error)
    return said, *(file.read_bytes() if file.exists() else None for file in (out, rejects))


row = st.fixed_dictionaries(
    {},
    optional={
        "Level": st.sampled_from(["-80", "-164", "weak", ""]),
        "CellID": st.sampled_from(["1", "2", "11542", "0"]),
        "ARFCN": st.sampled_from(["62", "63", "1850", "3060"]),
        "SNR": st.sampled_from(["0.0", "-", "2"]),
        "Longitude": st.sampled_from(["106.2", "0"]),
        "NCellID1": st.sampled_from(["7", "132"]),
        "NARFCN1": st.sampled_from(["1850", "63"]),
        "NRxLev1": st.sampled_from(["-99", "-200"]),
        "NRxLev2": st.sampled_from(["-90"]),
    },
)
rows = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["08", "09", "10", "1x"]), st.sampled_from(["22", "22", "21"]), row),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, odd=st.sampled_from(["", "a\tb\r\n", "\r\n"]), block=st.integers(1, 400), group=st.integers(1, 9))
def test_gnettrack(tmp_path: Path, rows: list, odd: str, block: int, group: int) -> None:
    made = [at(ON_2G if gsm else SERVER, f"{hour}.11.{second}", **values) for gsm, second, hour, values in rows]
    half = len(made) // 2
    text = gnet_text(made[:half], NAMES) + odd + gnet_text(made[half:], NAMES).split("\r\n", 1)[1]
    path = tmp_path / "walk.txt"
    path.write_bytes(text.encode())
    for ending in (".csv", ".parquet"):
        assert outcome(path, ending, block, group) == outcome(path, ending, 1 << 22, group)


def test_a_clock_that_stands_still_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_OF_ONE_TIME", 3)
    path = tmp_path / "walk.txt"
    path.write_bytes(gnet_text([SERVER] * 9).encode())
    said = f"{path}: more than 3 rows share one time, expected a clock that runs"
    assert outcome(path, ".csv", 200) == (said, None, None)


TIMES = {
    "seconds": ["0", "1", "2", "2.5", "4", "-1", "1e2", "soon", ""],
    "dates": [
        "2025-07-18T22:11:08",
        "2025-07-18 22:11:09.5",
        "20250718T221110",
        "1980-01-06T00:00:00",
        "2025-02-30T00:00",
    ],
    "zones": ["2025-07-18T22:11:08Z", "2025-07-18T22:11:09+08:00", "2025-07-18T22:11:09"],
}
ODD = {
    "point": ["dining_north", "a\x1bb", "=1", '"a, b"', '"a""b"', '"a"b'],
    "lat": ["38.49506312345671234", "1e2", "38,4", "nan"],
    "floor": ["2", "1.5", "n/a"],
    "mode": ["call", "", "cal"],
    "serving": ["1", "0", "x"],
    "cell": ["", "A", "-3F", "@x"],
    "arfcn": ["", "1024", "1_0", "9"],
    "bsic": ["4-5", "8-1", "无"],
    "rxlev_dbm": ["", "-75", "36", "0", "inf", "-7_5", "---"],
    "pci": ["504", "7", "--"],
    "event": ["drop", "drops"],
    "rat": ["5G", "2G"],
}
table_row = st.tuples(
    st.sampled_from([GSM, NEIGHBOUR, LTE]),
    st.integers(0, 8),
    st.just({})
    | st.just({})
    | st.sampled_from(list(ODD)).flatmap(lambda name: st.sampled_from(ODD[name]).map(lambda word: {name: word})),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["seconds", "seconds", "dates", "zones"]), made=st.lists(table_row, min_size=1, max_size=9),
    odd=st.sampled_from(["", "", "", "1,2\n", ", ,\n", "\n", 'a"b\n', '"open\n']), at_row=st.integers(0, 9),
    block=st.integers(1, 300), reach=st.integers(1, 12),
)  # fmt: skip
def test_table(tmp_path: Path, kind: str, made: list, odd: str, at_row: int, block: int, reach: int) -> None:
    rows = [row | {"time": TIMES[kind][k % len(TIMES[kind])]} | values for row, k, values in made]
    lines = table_text(rows).splitlines(keepends=True)
    lines.insert(1 + min(at_row, len(rows)), odd)
    path = tmp_path / "log.csv"
    path.write_text("".join(lines), encoding="utf-8", newline="")
    for ending in (".csv", ".parquet"):
        with mock.patch.object(ordering, "REACH_ROWS", reach):
            assert outcome(path, ending, block, 3) == outcome(path, ending, 1 << 22, 3)
    said, wanted = _said(path), _first_fault(path)
    if wanted or "second serving row" not in said:
        assert said == wanted or "second serving row" in said


def _said(path: Path) -> str:
    try:
        read_log(path)
    except InputError as error:
        return str(error)
    return ""


def _first_fault(path: Path) -> str:
    """The first row that cannot be, looked at one by one."""
    try:
        read_rows(path)
        broken = None
    except InputError as error:
        broken = error
    until = path.read_text(encoding="utf-8").splitlines(keepends=True)[: (broken.line or 1) - 1] if broken else None
    good = path
    if until is not None:
        good = path.with_name("good.csv")
        good.write_text("".join(until), encoding="utf-8", newline="")
    rows = read_rows(good)
    for k in range(len(rows.lines)):
        pair = [0] if k == 0 else [0, k]
        try:
            checks.refuse(Rows(path, rows.header, [rows.rows[n] for n in pair], [rows.lines[n] for n in pair]))
        except InputError as error:
            return str(error)
    return str(broken) if broken else ""


def test_a_row_too_far_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "REACH_ROWS", 2)
    path = tmp_path / "log.csv"
    path.write_text(table_text([GSM | {"time": str(k)} for k in (1, 2, 3, 4, 5, 0)]), encoding="utf-8")
    said = f"{path}:7: time 0 lies before rows more than 2 above it, expected a log in the order of its clock"
    assert outcome(path, ".csv", 50) == (said, None, None)


MAP = """
hold_s = 2
[columns]
time = "时间"
date = "Datum"
rsrp_dbm = "RSRP"
rxlev_dbm = {names = ["RxLev"], unknown = [99]}
pci = "PCI"
earfcn = "EARFCN"
arfcn = "BCCH"
bsic = "BSIC"
cell = "小区"
point = "Ort"
event = "Ereignis"
rat = "Netz"
[[neighbours]]
rat = "LTE"
earfcn = "serving"
pci = "N{i} PCI"
rsrp_dbm = "N{i} RSRP"
[events]
"掉话" = "drop"
"""
EXPORT = {
    "RSRP": ["-90", "-91", "-200", "x"],
    "RxLev": ["-75", "99"],
    "PCI": ["132", "133"],
    "EARFCN": ["1850"],
    "BCCH": ["62", "9"],
    "BSIC": ["12", "75", "4-5"],
    "小区": ["宝湖A", "宝湖B", "=1"],
    "Ort": ["r1", "r2"],
    "Ereignis": ["掉话"],
    "Netz": ["4G", "2G", "3G"],
    "N1 PCI": ["133"],
    "N1 RSRP": ["-99"],
}
CLOCKS = {
    "day": ["23:59:58", "23:59:59.5", "00:00:01", "25:00:00", ""],
    "date": ["2025-07-18 22:11:08", "2025/07/18 22:11:09.25", "1980-01-06 00:00:00", "soon"],
    "order": ["12/07/2025 22:11:08", "07/13/2025 22:11:09", "13/07/2025 22:11:10"],
    "start": ["1", "2", "2.5", "40"],
}
export_row = st.tuples(
    st.integers(0, 4),
    st.lists(st.sampled_from(list(EXPORT)).flatmap(lambda n: st.tuples(st.just(n), st.sampled_from(EXPORT[n])))),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(list(CLOCKS)), rows=st.lists(export_row, min_size=1, max_size=14), block=st.integers(9, 300),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), odd=st.sampled_from(["", "a,b\r\n", "\r\n"]),
)  # fmt: skip
def test_mapped(tmp_path: Path, kind: str, rows: list, block: int, encoding: str, odd: str) -> None:
    lines = [",".join(["时间", *EXPORT])]
    for k, values in rows:
        told = dict(values)
        lines.append(",".join([CLOCKS[kind][k % len(CLOCKS[kind])], *(told.get(name, "") for name in EXPORT)]))
    lines.insert(1 + len(rows) // 2, odd.strip()) if odd else None
    path, column_map = tmp_path / "export.csv", tmp_path / "map.toml"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    column_map.write_text(MAP, encoding="utf-8")
    small, one = (outcome(path, ".csv", size, 3, column_map) for size in (block, 1 << 22))
    assert small == one
