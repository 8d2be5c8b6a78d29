"""Measurement reports of base stations: column orders, codes, phones, and XML that is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import Log, log_text, read_log

HUAWEI = (
    "MR.LteScRSRP MR.LteNcRSRP MR.LteScRSRQ MR.LteNcRSRQ MR.LteScEarfcn MR.LteScPci MR.LteNcEarfcn MR.LteNcPci "
    "MR.GsmNcellBcch MR.GsmNcellCarrierRSSI MR.GsmNcellNcc MR.GsmNcellBcc"
)
ZTE = (
    "MR.LteScEarfcn MR.LteScPci MR.LteScRSRP MR.LteScRSRQ MR.LteNcEarfcn MR.LteNcPci MR.LteNcRSRP MR.LteNcRSRQ "
    "MR.GsmNcellBcch MR.GsmNcellCarrierRSSI MR.GsmNcellNcc MR.GsmNcellBcc"
)
VALUES = {"MR.LteScRSRP": 40, "MR.LteNcRSRP": 29, "MR.LteScRSRQ": 26, "MR.LteNcRSRQ": 15, "MR.LteScEarfcn": 1825}
VALUES |= {"MR.LteScPci": 113, "MR.LteNcEarfcn": 1825, "MR.LteNcPci": 111}


def v(smr: str, **changed: object) -> str:
    """One row of values in a vendor's order; a name's dots are underscores."""
    values = VALUES | {f"MR.{name}": value for name, value in changed.items()}
    return "<v>" + " ".join(str(values.get(name, "NIL")) for name in smr.split()) + "</v>"


def report(*rows: str, phone: str = "50398167", second: str = "03.520", cell: str = "854406-50") -> str:
    """One phone's report."""
    return (
        f'<object MmeCode="2" MmeGroupId="17408" MmeUeS1apId="{phone}" TimeStamp="2016-03-13T06:30:{second}" '
        f'id="{cell}">\n' + "\n".join(rows) + "\n</object>"
    )


def xml(*reports: str, smr: str = HUAWEI, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """A file of reports."""
    body = "\n".join(reports)
    return (
        f'{head}\n<bulkPmMrDataFile><fileHeader period="0"/>\n<eNB id="854406" userLabel="x">\n'
        f"<measurement><smr>{smr}</smr>\n{body}\n</measurement></eNB></bulkPmMrDataFile>\n"
    )


def read(folder: Path, text: str, encoding: str = "utf-8") -> Log:
    """Read text as a file."""
    path = folder / "mro.xml"
    path.write_bytes(text.encode(encoding))
    return read_log(path)


def refusal(folder: Path, text: str) -> str:
    """The message that reading text ends with."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(str(folder / "mro.xml"))


@pytest.mark.parametrize("smr", [HUAWEI, ZTE])
def test_12_the_columns_order_is_the_vendors(tmp_path: Path, smr: str) -> None:
    gsm = {"GsmNcellBcch": 62, "GsmNcellCarrierRSSI": 30, "GsmNcellNcc": 4, "GsmNcellBcc": 5}
    log = read(tmp_path, xml(report(v(smr), v(smr, LteNcPci=13, LteNcRSRP=25, **gsm)), smr=smr))
    server, *around = log.readings.to_dict("records")
    assert (log.format, log.rows, len(log.rejects), log.start) == ("mro", 2, 0, "2016-03-13T06:30:03.520000")
    assert (server["rat"], server["serving"], server["cell"]) == ("LTE", True, "854406-50")
    assert (server["earfcn"], server["pci"], server["rsrp_dbm"], server["rsrq_db"]) == (1825, 113, -101, -7)
    assert [(a["pci"], a["rsrp_dbm"]) for a in around[:2]] == [(111, -112), (13, -116)]
    assert (around[2]["arfcn"], around[2]["bsic"], around[2]["rxlev_dbm"]) == (62, "4-5", -80)
    assert log.readings["sinr_db"].isna().all()


def test_12_one_row_a_neighbour_repeats_the_server_once(tmp_path: Path) -> None:
    log = read(tmp_path, xml(report(*(v(HUAWEI, LteNcPci=k) for k in (111, 13, 13, 113)))))
    assert log.readings["serving"].tolist() == [True, False, False]
    assert "neighbours without a cell that can be told, passed over: 2" in str(log.notes)


def test_12_nil_is_missing(tmp_path: Path) -> None:
    log = read(tmp_path, xml(report(v(HUAWEI, LteNcRSRP="NIL", LteScRSRQ="NIL")), report(v(HUAWEI, LteScRSRP="NIL"))))
    assert len(log.readings) == 1 and np.isnan(log.readings["rsrq_db"].iloc[0])
    assert list(zip(log.rejects["line"], log.rejects["reason"], strict=True)) == [(9, "no level")]


def test_codes_that_do_not_exist_are_missing(tmp_path: Path) -> None:
    log = read(tmp_path, xml(report(v(HUAWEI, LteScRSRP=98)), report(v(HUAWEI, LteNcRSRP=-5, LteScPci=504))))
    assert len(log.rejects) == 1 and len(log.readings) == 1 and np.isnan(log.readings["pci"].iloc[0])


@pytest.mark.parametrize(
    ("cell", "name"), [("854406-50", "854406-50"), ("218727986", "854406-50"), ("50", "854406-50"), ("", "")]
)
def test_a_cell_is_named_by_number_identity_or_both(tmp_path: Path, cell: str, name: str) -> None:
    assert read(tmp_path, xml(report(v(HUAWEI), cell=cell))).readings["cell"].iloc[0] == name


def test_phones_are_numbered_and_kept_apart(tmp_path: Path) -> None:
    text = xml(
        report(v(HUAWEI), second="03.520"), report(v(HUAWEI), phone="50398168", second="03.520"),
        report(v(HUAWEI), second="08.640"),
    )  # fmt: skip
    log = read(tmp_path, text)
    serving = log.readings[log.readings["serving"]]
    assert serving[["point", "time"]].values.tolist() == [["phone 1", 0], ["phone 1", 5.12], ["phone 2", 0]]
    assert "50398168" not in log_text(log.readings)
    (tmp_path / "again.csv").write_text(log_text(log.readings), encoding="utf-8")
    assert len(read_log(tmp_path / "again.csv").readings) == len(log.readings)


def test_blocks_without_levels_are_counted_and_5g_is_kept(tmp_path: Path) -> None:
    text = xml(report("<v>17</v>"), smr="MR.LteScRIP")
    log = read(tmp_path, text)
    assert (log.rows, log.unused, len(log.readings)) == (1, {"rows without levels": 1}, 0)
    nr = read(tmp_path, xml(report("<v>633984 40 7</v>"), smr="MR.NRScArfcn MR.NRScSSRSRP MR.NRScPci"))
    assert nr.readings[["rat", "serving"]].values.tolist() == [["5G", True]]


def test_prefixes_of_elements_and_other_encodings(tmp_path: Path) -> None:
    text = xml(report(v(HUAWEI)), head='<?xml version="1.0" encoding="GB2312"?>').replace('"x"', '"宝湖天下"')
    assert len(read(tmp_path, text, "gb2312").readings) == 2
    prefixed = xml(report(v(HUAWEI))).replace("bulkPmMrDataFile", "md:bulkPmMrDataFile").replace("<v>", "<md:v>")
    assert len(read(tmp_path, prefixed.replace("</v>", "</md:v>")).readings) == 2


def test_rows_of_another_length_are_rejected(tmp_path: Path) -> None:
    log = read(tmp_path, xml(report(v(HUAWEI), "<v>40 29</v>")))
    assert list(zip(log.rejects["line"], log.rejects["text"], strict=True)) == [(7, "2 values, expected 12")]
    assert log.rows == 2


def test_broken_and_hostile_xml_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = xml(report(v(HUAWEI)))
    assert refusal(tmp_path, whole[:-60]) == ":6: is broken XML: no element found"
    assert refusal(tmp_path, whole.replace("</smr>", "</smx>")) == ":4: is broken XML: mismatched tag"
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    said = ":1: declares a document type or entities, expected plain measurement reports"
    assert refusal(tmp_path, xml(report(v(HUAWEI)), head=bomb)) == said
    outside = '<?xml version="1.0"?><!DOCTYPE b SYSTEM "file:///etc/passwd">'
    assert refusal(tmp_path, xml(report(v(HUAWEI)), head=outside)) == said
    deep = whole.replace("<smr>", "<a>" * 40 + "<smr>")
    assert refusal(tmp_path, deep) == ":4: nests its elements too deep, expected measurement reports"
    assert refusal(tmp_path, whole.replace("<v>", "<v>" + "1 " * 40000)).startswith(":6: holds a row longer than")
    twice = whole.replace("MR.LteNcRSRQ", "MR.LteNcRSRP")
    assert refusal(tmp_path, twice) == ":4: column 'ltencrsrp' stands twice in <smr>"


pieces = st.sampled_from(["", "<", ">", "<v>", "</object>", "NIL", "-1", "1e9", "nan", "\0", "&a;", '"', "\n", "中"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), max_size=4))
def test_damaged_files_are_read_or_refused_and_rows_add_up(tmp_path: Path, edits: list[tuple[float, int, str]]) -> None:
    text = xml(report(v(HUAWEI), v(HUAWEI, LteNcPci=13)), report(v(HUAWEI, LteScRSRP="NIL"), phone="7"))
    for where, length, piece in edits:
        k = int(where * len(text))
        text = text[:k] + piece + text[k + length :]
    try:
        log = read(tmp_path, text)
    except InputError as error:
        assert str(error).startswith(str(tmp_path))
        return
    if log.format == "mro":
        assert len(log.rejects) + sum(log.unused.values()) <= log.rows <= text.count("<v")
        assert log_text(log.readings)
