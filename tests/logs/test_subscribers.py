"""No subscriber's identity leaves a log: planted wherever a format can carry one, sought in all that is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import log_formats

IMSI, IMEI, MSISDN, ICCID = "460001234567890", "861234056789012", "13912345678", "89860012345678901234"
PLANTED = (IMSI, IMEI, MSISDN, ICCID)

NEMO = f"""#FF,,,"2.21"
#START,22:59:58.000,,"18.7.2025"
#SI,,,"{IMSI}"
#EI,,,"{IMEI}"
#SUBSCRIBER,,,"{MSISDN}"
{IMSI},22:59:58.100,1
CELLMEAS,22:59:58.250,,7,0,1,9,0,70003,1850,132,-61.1,-90.3,-9.7,,97.0
CELLMEAS,{IMSI},,7,0,1,9,0,70003,1850,132,-61.1,-90.3,-9.7,,97.0
CELLMEAS,22:59:59.250,,7,0,{IMSI},9,0
CAA,23:00:00.000,1,1,7,1,"{MSISDN}"
CAA,23:00:00.000,1,1,7,1,"+86 139 1234 5678
CAC,23:00:02.000,1,1,1,1,3,"{MSISDN}"
CAF,23:00:02.500,{IMSI},{IMEI}
CAD,23:00:09.000,1,1,1,1,2,"{MSISDN}"
L3SM,23:00:09.000,,7,1,"IDENTITY RESPONSE","{IMSI}"
IMSI{IMSI},23:00:09.000
CELLMEAS,23:00:09.250,,7,0,1,9,0,70003,1850,132,-61.1,-90.3,-9.7,,97.0
"""

TAB = ["Timestamp", "Longitude", "Latitude", "Operatorname", "Operator", "CGI", "Cellname", "Node", "CellID", "LAC",
       "NetworkTech", "Level", "Qual", "ARFCN", "PSC", "State", "IMSI", "IMEI", "Phone Number", "Notes"]  # fmt: skip
GOOD = [
    "2025.07.18_22.11.08",
    "1",
    "2",
    "X",
    "46000",
    "",
    "",
    "1032",
    "1",
    "701",
    "4G",
    "-96",
    "-15",
    "1850",
    "132",
    "I",
]


def gnettrack(*rows: dict[str, str]) -> str:
    lines = []
    for row in rows:
        values = dict(zip(TAB, [*GOOD, IMSI, IMEI, MSISDN, f"call {MSISDN}"], strict=True)) | row
        lines.append("\t".join(values[name] for name in TAB))
    return "\t".join(TAB) + "\n" + "\n".join(lines) + "\n"


GNETTRACK = gnettrack(
    {},
    {"Operatorname": MSISDN, "CGI": IMSI, "Cellname": f"imsi{IMSI}"},
    {"Timestamp": IMSI},
    {"Timestamp": f"2025.07.18 {MSISDN}"},
    {"NetworkTech": f"4G {IMEI}"},
    {"NetworkTech": "139-1234-5678"},
    {"Level": IMSI},
    {"Operator": IMSI, "Timestamp": "2025.07.18_22.11.10"},
    {"Node": IMEI, "Timestamp": "2025.07.18_22.11.11"},
    {"CellID": MSISDN, "Timestamp": "2025.07.18_22.11.12"},
    {"LAC": IMSI, "Timestamp": "2025.07.18_22.11.12"},
    {"ARFCN": IMSI, "NetworkTech": "2G"},
    {"State": f"\t{IMSI}"},
)

TEMS = f"""Time,Mode,Event,Serving Cell DL EARFCN,Serving Cell Identity,Serving Cell RSRP (dBm),IMSI,CalledParty,Text
22:11:08.5,Idle,,38400,10,-96,{IMSI},{MSISDN},{IMEI}
22:11:09.5,{MSISDN},{IMSI},38400,10,-96,{IMSI},{MSISDN},x
{IMSI},Idle,,38400,10,-96,,,
22:11:10.5,Idle,,{IMSI},{IMEI},-96,,,
22:11:11.5,Idle,,38400,10,{MSISDN},,,
22:11:12.5,Idle,,38400,10,-96,{IMSI},{MSISDN},{IMEI},{ICCID}
139-1234-5678,Idle,,38400,10,-96,,,
"""

PIONEER = f"""时间,主服RSRP,主服PCI,主服频点,小区名,手机号,主叫号码,状态
2025/7/18 22:11:08,-96,10,38400,甲,{MSISDN},{MSISDN},空闲
2025/7/18 22:11:09,-96,10,38400,{MSISDN},,,空闲
2025/7/18 22:11:10,-96,10,38400,UE {IMSI},,,{IMEI}
{MSISDN},-96,10,38400,甲,,,空闲
2025/7/18 22:11:12,,10,38400,甲,{IMSI},,
"""

OPENCELLID = f"""mcc,mnc,lac,cellid,lat,lon,signal,measured_at,act,imsi
460,0,1,257,38.5,106.2,-96,1752876668000,LTE,{IMSI}
460,{IMSI},1,257,38.5,106.2,-96,1752876669000,LTE,{IMSI}
460,0,{IMEI},{MSISDN},38.5,106.2,-96,1752876670000,LTE,
460,0,1,257,38.5,106.2,-96,{IMSI},LTE,
460,0,1,257,38.5,106.2,-96,1752876668000,{MSISDN},
"""

TABLE = "time,point,mode,rat,serving,cell,arfcn,bsic,rxlev_dbm,imsi,note\n"
MRO = f"""<?xml version="1.0" encoding="UTF-8"?>
<bulkPmMrDataFile><fileHeader period="0"/><eNB id="854406" userLabel="{IMSI}"><measurement>
<smr>MR.LteScRSRP MR.LteScRSRQ MR.LteScEarfcn MR.LteScPci MR.IMSI</smr>
<object MmeCode="2" MmeGroupId="{IMEI}" MmeUeS1apId="{IMSI}" TimeStamp="2016-03-13T06:30:03.520" id="854406-50">
<v>40 26 1825 113 {IMSI}</v><v>40 26 {IMSI}</v></object>
<object MmeCode="2" MmeUeS1apId="{MSISDN}" TimeStamp="{IMSI}" id="854406-50"><v>40 26 1825 113 1</v></object>
<object MmeUeS1apId="7" TimeStamp="2016-03-13T06:30:08.520" id="{IMSI}"><v>40 26 1825 113 1</v></object>
<object MmeUeS1apId="8" TimeStamp="2016-03-13T06:30:09.520" id="{MSISDN}-{MSISDN}"><v>40 26 1825 113 1</v></object>
</measurement></eNB></bulkPmMrDataFile>
"""
LOGS = {
    "log.nmf": NEMO, "walk.txt": GNETTRACK, "tems.csv": TEMS, "pioneer.csv": PIONEER, "cells.csv": OPENCELLID,
    "table.csv": TABLE + f"1,北,idle,GSM,1,A,62,4-5,-75,{IMSI},{MSISDN}\n", "mro.xml": MRO,
}  # fmt: skip


def hidden(text: str) -> bool:
    """True if none of what was planted stands in a text, nor most of its digits in a row."""
    return not any(planted[:-3] in text or planted[3:] in text for planted in PLANTED)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", LOGS)
def test_nothing_written_or_said_names_the_subscriber(tmp_path: Path, name: str, ending: str) -> None:
    path, out, rejects = tmp_path / name, tmp_path / f"out.{ending}", tmp_path / "rejects.csv"
    path.write_text(LOGS[name], encoding="utf-8")
    read = ingest([path], out, rejects=rejects)
    assert read.files[0].readings
    texts = [json.dumps(read.as_json(), ensure_ascii=False), *read.lines("en"), *read.lines("zh"), *read.notes]
    texts += [file.read_bytes().decode("utf-8", "replace") for file in (out, rejects)]
    assert [text for text in texts if not hidden(text)] == []


@pytest.mark.parametrize("name", LOGS)
def test_no_refusal_names_the_subscriber(tmp_path: Path, name: str) -> None:
    """Every row alone, and every row with one of its fields in place of another's."""
    head, *rows = LOGS[name].splitlines()
    if name == "mro.xml":
        return  # an element by itself is no XML
    for row in rows:
        path = tmp_path / name
        path.write_text(f"{head}\n{row}\n", encoding="utf-8")
        try:
            ingest([path], tmp_path / "out.csv", rejects=tmp_path / "rejects.csv")
        except InputError as error:
            assert hidden(str(error)), error


@pytest.mark.parametrize("row", [f"{IMSI},北,idle,GSM,1,A,62,4-5,-75,,", f"1,{MSISDN},idle,GSM,1,A,62,4-5,-75,,",
                                 f"1,北,{IMSI},GSM,1,A,62,4-5,-75,,", f"1,北,idle,GSM,1,A,{IMSI},4-5,-75,,",
                                 f"1,北,idle,GSM,1,A,62,{IMSI},-75,,", f"1,北,idle,GSM,1,A,62,4-5,{IMSI},,",
                                 f"1,北,idle,GSM,1,UE {IMSI},62,4-5,-75,,"])  # fmt: skip
def test_the_tables_own_columns_are_not_spared(tmp_path: Path, row: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(TABLE + row + "\n", encoding="utf-8")
    try:
        ingest([path], tmp_path / "out.csv")
    except InputError as error:
        assert hidden(str(error)), error
        return
    assert hidden((tmp_path / "out.csv").read_text(encoding="utf-8"))


def test_every_format_of_the_shelf_is_planted_or_cannot_carry_more() -> None:
    """A new format needs its own planted log above."""
    through_maps = {"genex", "nemo_csv", "qualipoc", "xcal", "zte"}  # one reader for all column maps: tems, pioneer …
    assert (
        set(log_formats)
        == {"nemo", "gnettrack", "tems", "pioneer", "opencellid", "table", "mro", "parquet"} | through_maps
    )
