"""A log read in small blocks is the log read in one."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import running, text_blocks, writing

from .written import GNET, ON_2G, SERVER, at, gnet_text

NAMES = [*GNET, *(f"{name}{k}" for k in (1, 2) for name in ("NLAC", "NCellID", "NARFCN", "NRxLev", "NQual"))]


def outcome(path: Path, ending: str, block: int, group: int = 1 << 16) -> tuple[object, ...]:
    """What reading a log in blocks of so many bytes writes and says."""
    out, rejects = path.with_name(f"out{ending}"), path.with_name("rejects.csv")
    for old in (out, rejects):
        old.unlink(missing_ok=True)
    with mock.patch.object(text_blocks, "BLOCK_BYTES", block), mock.patch.object(writing, "GROUP_ROWS", group):
        try:
            said: object = ingest([path], out, rejects=rejects).as_json()
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
