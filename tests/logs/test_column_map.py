"""Column maps: what a user may write, what is refused, and exports of each known tool read through the shipped maps."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import Log, log_formats, log_text, read_log, whole
from rfopt.logs.column_map import parse_map, read_map, shipped_maps
from rfopt.logs.mapped import read_mapped

OWN = """
hold_s = 1.5
unknown = [-200]
[columns]
time = ["Zeit"]
lat = "Breite"
lon = "Länge"
rsrp_dbm = {names = ["Pegel"], code = "rsrp"}
rxlev_dbm = {names = ["RxLev"], code = "rxlev"}
rsrq_db = {names = ["Güte"], scale = 0.1}
earfcn = ["Kanal"]
pci = ["PCI"]
arfcn = ["BCCH"]
bsic = ["BSIC"]
cell = ["Zelle"]
mode = ["Zustand"]
event = ["Ereignis"]
rat = ["Netz"]
[[neighbours]]
rat = "LTE"
earfcn = ["N{i}_ARFCN"]
pci = ["N{i}_PCI"]
rsrp_dbm = {names = ["N{i}_RSRP"], code = "rsrp"}
[modes]
"Gespräch" = "call"
[events]
"Abbruch" = "drop"
[rats]
"Vierte" = "LTE"
"""


def write(folder: Path, text: str, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str, toml: str = OWN) -> Log:
    """Read text through a map of one's own."""
    return whole(read_mapped(write(folder, text), parse_map(toml, Path("own.toml"))))


def refusal(folder: Path, text: str, toml: str = OWN) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, text, toml)
    return str(caught.value).removeprefix(str(folder / "export.csv"))


def test_a_users_own_map(tmp_path: Path) -> None:
    header = "Zeit;Breite;Länge;Pegel;Güte;Kanal;P\u200bC I;Zelle;Zustand;Netz"
    header += ";n1_arfcn;N1_PCI;N1_RSRP;N2_ARFCN;N2_PCI;N2_RSRP"
    rows = ["18.07.2025 22:11:08;38.495;106.225;50;-85;1850;132;宝湖NL-1;Gespräch;Vierte;1850;133;45;1850;134;-200"]
    log = read(tmp_path, "\n".join([header, *rows]) + "\n")
    server, neighbour = log.readings.to_dict("records")
    assert (log.format, log.start, log.rows) == ("own", "2025-07-18T22:11:08", 1)
    assert (server["rsrp_dbm"], server["rsrq_db"], server["earfcn"], server["pci"]) == (-91, -8.5, 1850, 132)
    assert (server["cell"], server["mode"], server["lat"]) == ("宝湖NL-1", "call", 38.495)
    assert (neighbour["pci"], neighbour["rsrp_dbm"], neighbour["serving"]) == (133, -96, False)


def test_decimal_commas_and_a_row_of_units(tmp_path: Path) -> None:
    plain = OWN.replace('{names = ["Pegel"], code = "rsrp"}', '["Pegel"]')
    header = "Zeit;Breite;Länge;Pegel;Kanal;PCI\n;Grad;Grad;dBm;;\n"
    log = read(tmp_path, header + "18.07.2025 22:11:08,5;38,495;106,225;-90,5;1850;132\n", plain)
    place = log.readings[["lat", "lon", "rsrp_dbm", "earfcn"]].values.tolist()
    assert place == [[38.495, 106.225, -90.5, 1850]] and log.start == "2025-07-18T22:11:08.500000"
    assert log.rejects["line"].tolist() == [2]


@pytest.mark.parametrize("place", ["4260000,610000", "106.2,38.5"])
def test_places_in_metres_or_swapped_are_left_out_and_noted(tmp_path: Path, place: str) -> None:
    log = read(tmp_path, f"Zeit,Breite,Länge,Pegel,Kanal,PCI\n1,{place},50,1850,132\n")
    said = place.replace("4260000", "4.26e+06").replace(",", ", lon ")
    wanted = f"the first is lat {said}, expected degrees, latitude and longitude not swapped"
    assert f"export.csv: places that are none, left out: 1; {wanted}" in log.notes
    assert log.readings[["lat", "lon"]].isna().all(axis=None)


def test_levels_tell_the_technology_and_codes_become_dbm(tmp_path: Path) -> None:
    text = "Zeit,Pegel,RxLev,BCCH,BSIC,Kanal,PCI\n1,50,,,,1850,132\n2,,36,62,4-5,,\n"
    lte, gsm = read(tmp_path, text).readings.to_dict("records")
    assert (lte["rat"], lte["rsrp_dbm"], gsm["rat"], gsm["rxlev_dbm"]) == ("LTE", -91, "GSM", -74)
    assert (gsm["arfcn"], gsm["bsic"], lte["time"], gsm["time"]) == (62, "4-5", 1, 2)


def test_1_rows_of_an_instant_are_merged_until_they_contradict(tmp_path: Path) -> None:
    text = "Zeit,Pegel,Kanal,PCI,Güte\n1,50,,,\n1,,1850,132,\n1,,,,-90\n1,49,,,\n5,48,,,\n"
    log = read(tmp_path, text)
    assert log.readings["line"].tolist() == [2, 5, 6] and log.rows == 5
    assert log.readings["pci"].iloc[:2].tolist() == [132, 132] and np.isnan(log.readings["pci"].iloc[2])
    assert log.readings["rsrq_db"].tolist()[0] == -9
    assert (np.diff(log.readings["time"]) > 0).all()


def test_rows_add_up_whatever_they_hold(tmp_path: Path) -> None:
    text = "Zeit,Pegel,Kanal,PCI\n1,50,1850,132\nsoon,50,1850,132\n2,,,\n3,98,1850,132\n4,50\n946684800,50,1,1\n"
    log = read(tmp_path, text)
    assert list(zip(log.rejects["line"], log.rejects["reason"], strict=True)) == [
        (3, "broken timestamp"), (5, "no level"), (6, "wrong number of fields"), (7, "broken timestamp"),
    ]  # fmt: skip
    assert log.unused == {"rows without a level": 1} and log.rows == 6 and len(log.readings) == 1


def test_events_stand_without_a_level(tmp_path: Path) -> None:
    log = read(tmp_path, "Zeit,Pegel,Kanal,PCI,Ereignis,Netz\n1,50,1850,132,,4G\n2,,,,Abbruch,4G\n")
    assert log.readings["event"].tolist() == ["", "drop"] and log.readings["pci"].tolist() == [132, 132]


def test_identity_that_lags_is_mended_and_counted(tmp_path: Path) -> None:
    rows = [("A", 62, "4-1"), ("A", 9, "4-2"), ("B", 9, "4-2"), ("B", 9, "4-2")]
    text = "Zeit,RxLev,Zelle,BCCH,BSIC\n" + "".join(f"{k},36,{a},{b},{c}\n" for k, (a, b, c) in enumerate(rows))
    log = read(tmp_path, text)
    assert log.readings["cell"].tolist() == ["A", "B", "B", "B"]
    assert "export.csv: cell names that came a row late, mended: 1" in log.notes


def test_unit_mixups_are_refused(tmp_path: Path) -> None:
    plain = OWN.replace('{names = ["Pegel"], code = "rsrp"}', '["Pegel"]')
    said = refusal(tmp_path, "Zeit,Pegel,Kanal,PCI\n1,50,1850,132\n", plain)
    assert (
        said == ":2: rsrp_dbm is 50 and never negative, expected dBm; dBµV has offset = -107"
        '; if it is the report code, a map says code = "rsrp"'
    )
    log = read(tmp_path, "Zeit,Pegel,Kanal,PCI\n1,-90,1850,132\n2,90,1850,132\n", plain)
    assert log.rejects[["line", "reason", "text"]].to_numpy().tolist() == [[3, "no level", "rsrp_dbm 90"]]


def test_local_times_and_counts_since_1970_are_not_mixed(tmp_path: Path) -> None:
    """A local time names no zone, so the same moment may be hours from its count since 1970."""
    rows = ["2025-07-18 22:11:08,50,1,1", "2025-07-18 22:11:09,50,1,1", "1752847870000,50,1,1"]
    log = read(tmp_path, "\n".join(["Zeit,Pegel,Kanal,PCI", *rows]) + "\n")
    assert log.readings["time"].tolist() == [0, 1] and log.start == "2025-07-18T22:11:08"
    assert log.rejects[["line", "reason", "text"]].to_numpy().tolist() == [[4, "broken timestamp", "time of 13 digits"]]
    log = read(tmp_path, "\n".join(["Zeit,Pegel,Kanal,PCI", rows[2], rows[2].replace("70000", "71500")]) + "\n")
    assert log.readings["time"].tolist() == [0, 1.5] and log.start == "2025-07-18T14:11:10"


def test_places_in_minutes_or_with_a_letter(tmp_path: Path) -> None:
    places = ["38.495,106.225", "38.495N,106.225E", "38°29.7′N,106°13.5′E", "N38 29 42,E106 13 30", "33°51.5′S,17.4W"]
    rows = [f"{10 * k},{place},50,1850,132" for k, place in enumerate([*places, "here,106.225", ",106.225"])]
    log = read(tmp_path, "\n".join(["Zeit,Breite,Länge,Pegel,Kanal,PCI", *rows]) + "\n")
    lat, lon = (log.readings[name].tolist() for name in ("lat", "lon"))
    assert lat[:5] == pytest.approx([38.495] * 4 + [-33.858333]) and lon[:5] == pytest.approx([106.225] * 4 + [-17.4])
    assert np.isnan(lat[5:]).all()
    assert "export.csv: places that are no degrees, left out: 1; the first is line 7: lat 'here'" in log.notes


def test_wrong_columns_encodings_and_names_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a,b\n1,2\n") == ":1: column for the time is missing, expected one of: Zeit"
    assert refusal(tmp_path, "Zeit,b\n1,2\n") == ":1: column for a level is missing, expected one of: Pegel, RxLev"
    formula = "Zeit,RxLev,Zelle,BCCH,BSIC\n1,36,=HYPERLINK(A1),62,4-5\n"
    assert refusal(tmp_path, formula) == ":2: cell '=HYPERLINK(A1)' looks like a formula, expected a name"
    assert refusal(tmp_path, "Zeit,Pegel\n1,\0\n") == ":2: holds NUL bytes, expected text"
    assert refusal(tmp_path, "Zeit,Pegel\n1,50\n", 'encoding = "utf-7-b"\n' + OWN).startswith(": encoding 'utf-7-b'")
    with pytest.raises(InputError, match="is not text in utf-8"):
        read_mapped(
            write(tmp_path, "Zeit,Pegel,Güte\n1,2,3\n", encoding="gb18030"),
            parse_map('encoding = "utf-8"\n' + OWN, Path("o")),
        )
    wide = "Zeit," + "x," * 60_000 + "\n"
    assert refusal(tmp_path, wide).startswith(":1: has more than 20000 columns")
    assert "has a row longer than" in refusal(tmp_path, "Zeit,Pegel\n1," + "," * 10_000_000 + "\n")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[columns", "is not TOML"),
        ("[columns]\nlat = ['a']", "columns.time is missing"),
        ("tooll = 'x'", "key 'tooll' is unknown; did you mean 'tool'?"),
        ("[columns]\ntime = ['t']\nrsrp = ['x']", "column 'rsrp' is unknown"),
        ("[columns]\ntime = []", "time is no list of header names"),
        ("[columns]\ntime = {names = ['t'], code = 'x'}", "code of time 'x' is unknown"),
        ("[columns]\ntime = ['t']\n[modes]\nx = 'busy'", "modes 'busy' is unknown"),
        ("[columns]\ntime = ['t']\n[[neighbours]]\npci = ['PCI']", "neighbours' pci holds a name without {i} or {ith}"),
        ("rat = '6G'", "rat '6G' is unknown"),
        ("hold_s = -1", "hold_s is no number of seconds"),
        ("delimiter = ',,'", "delimiter ',,' is not one character"),
        ("unknown = ['x']", "unknown, scale and offset are numbers"),
        ("neighbours = 3", "neighbours are no [[neighbours]] tables"),
        ("day_first = 1", "day_first is not true or false"),
    ],
)
def test_maps_that_are_wrong_are_refused_in_one_line(tmp_path: Path, toml: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_map(write(tmp_path, toml, "map.toml"))
    assert str(caught.value).removeprefix(f"{tmp_path / 'map.toml'}:").removeprefix("1:").startswith(f" {message}")


def test_every_shipped_map_says_what_was_checked_and_is_a_format() -> None:
    maps = shipped_maps()
    assert set(maps) <= set(log_formats) and {"tems", "qualipoc", "xcal", "pioneer", "nemo_csv", "opencellid"} <= set(
        maps
    )
    for column_map in maps.values():
        assert column_map.needs and "time" in column_map.columns


TEMS = (
    "Time\tAll-Latitude\tAll-Longitude\tAll-RxLev Full (dBm)\tAll-RxQual Full\tAll-Cell Id\tAll-LAC\tAll-BSIC (Num)\t"
    "All-ARFCN BCCH\tAll-Neighbor RxLev (dBm) (Sorted)[1]\tAll-Neighbor ARFCN (Sorted)[1]\t"
    "All-Neighbor BSIC (Num) (Sorted)[1]\tIMSI\r\n"
    "2025/7/18 22:11:08.120\t38.495\t106.225\t-74\t3\t11542\t43\t37\t62\t-80\t63\t12\t460001234567890\r\n"
)
TEMS_LTE = (
    "Time,Latitude,Longitude,Serving Cell RSRP (dBm),Serving Cell Identity,Serving Cell DL EARFCN,"
    "Neighbor Cell RSRP (dBm): N1,Neighbor Cell Identity: N1,Neighbor Cell DL EARFCN: N1\n"
    "18/07/2025 22:11:08,38.495,106.225,-90.5,132,1850,-95,133,1850\n"
)
QUALIPOC = (
    "Time,Network,Technology,Data technology,Cell Id,DL EARFCN,PCI,RS\u200bRP,RSRQ,MCC,MNC,LAC,RSRP,RSRQ\n"
    "2018-01-06 08:55:34.120,x,LTE,LTE,264193,1850,132,-90.5,-9.7,460,0,701,-90.5,-9.7\n"
)
XCAL = (
    "TIME_STAMP,Lat,Lon,Event Technology,LTE KPI PCell Serving PCI,LTE KPI PCell Serving EARFCN(DL),"
    "LTE KPI PCell Serving RSRP[dBm],LTE KPI PCell SINR [dB]\n"
    "2022-08-08 11:02:03.120,38.495,106.225,LTE,132,1850,,\n"
    "2022-08-08 11:02:03.620,,,,,,-90.5,12\n"
)
NEMO = (
    "Time,Latitude,Longitude,RSRP (LTE pcell),Physical cell identity (LTE pcell),EARFCN (LTE pcell),"
    "RSRP (LTE detected) - 1,Physical cell identity (LTE detected) - 1,EARFCN (LTE detected) - 1\n"
    "11:02:03.120,38.495,106.225, n/a, n/a, n/a, n/a, n/a, n/a\n"
    "11:02:03.120, n/a, n/a,-90.5, n/a, n/a, n/a, n/a, n/a\n"
    "11:02:03.120, n/a, n/a, n/a,132,1850,-95,133,1850\n"
    "Exported Measurements\nC:\\logs\\walk.1.nmf\n"
)
PIONEER = (
    "时间,经度,纬度,主服频点,主服PCI,主服RSRP,主服SINR,邻区1频点,邻区1PCI,邻区1RSRP\n"
    "2025-07-18 22:11:08,106.225,38.495,1850,132,-90.5,12,1850,133,-95\n"
)
DINGLI = (
    "ComputerTime,Longitude,Latitude,LTE eNodeB ID,LTE SectorID,LTE EARFCN,LTE PCI,LTE RSRP,LTE Cell 1st PCI,"
    "LTE Cell 1st RSRP,LTE Cell 2nd PCI,LTE Cell 2nd RSRP\n"
    "2025-07-18 22:11:08,106.225,38.495,1032,1,1850,132,-90.5,132,-90.5,133,-95\n"
)
GENEX = (
    "No.,DateTime,Longitude,Latitude,Serving EARFCN_All Logs,Serving PCI_All Logs,Serving RSRP_All Logs,"
    "1st PCI in Detected Cells_All Logs,1st RSRP in Detected Cells_All Logs\n"
    "1,2025-07-18 22:11:08,106.225,38.495,1850,132,-90.5,133,-95\n"
)
ZTE = (
    "LogTime,GPS_Lon,GPS_Lat,MS1_Server Cell EARFCN(PCell),MS1_Server Cell PCI(PCell),MS1_Server Cell RSRP(PCell),"
    "MS1_Neighbor Cell PCI[1],MS1_Neighbor Cell RSRP[1]\n"
    "2025-07-18 22:11:08,106.225,38.495,1850,132,-90.5,133,-95\n"
)
OPENCELLID = (
    "mcc,mnc,lac,cellid,lat,lon,signal,measured_at,rating,speed,direction,act,ta,psc,tac,pci,sid,nid,bid\n"
    "460,0,701,264193,38.495,106.225,-90.5,1610295449127,16.3,13.1,148.7,LTE+,3,,701,132,,,\n"
)
EXPORTS = [
    ("tems", TEMS_LTE), ("qualipoc", QUALIPOC), ("xcal", XCAL), ("nemo_csv", NEMO), ("pioneer", PIONEER),
    ("pioneer", DINGLI), ("genex", GENEX), ("zte", ZTE), ("opencellid", OPENCELLID),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), EXPORTS)
def test_exports_are_told_by_their_headers(tmp_path: Path, name: str, text: str) -> None:
    log = read_log(write(tmp_path, text))
    server = log.readings[log.readings["serving"]].iloc[0]
    assert (log.format, server["rat"], server["pci"], server["rsrp_dbm"]) == (name, "LTE", 132, -90.5)
    assert name == "opencellid" or server["earfcn"] == 1850
    around = log.readings[~log.readings["serving"]]
    if name not in ("qualipoc", "xcal", "opencellid"):
        assert around[["earfcn", "pci", "rsrp_dbm"]].values.tolist() == [[1850, 133, -95]]
    assert name == "qualipoc" or (server["lat"], server["lon"]) == (38.495, 106.225)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    assert read_log(write(tmp_path, PIONEER, encoding=encoding)).readings["pci"].tolist() == [132, 133]


def test_names_of_cells_come_from_their_numbers(tmp_path: Path) -> None:
    assert read_log(write(tmp_path, QUALIPOC)).readings["cell"].tolist() == ["46000-701-1032-1"]
    assert read_log(write(tmp_path, OPENCELLID)).readings["cell"].tolist() == ["46000-701-1032-1"]


def test_6_names_that_stand_twice_are_read_once_and_noted(tmp_path: Path) -> None:
    assert "column 'RSRP' stands twice, the first is read" in str(read_log(write(tmp_path, QUALIPOC)).notes)


def test_1_trailer_lines_are_rejected_and_counted(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, NEMO))
    assert log.rejects["line"].tolist() == [5, 6] and (log.rows, log.start) == (5, "")


def test_gsm_in_tems_and_no_subscriber_in_what_comes_out(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, TEMS))
    server, neighbour = log.readings.to_dict("records")
    assert (log.format, server["cell"], server["arfcn"], server["bsic"]) == ("tems", "43-11542", 62, "4-5")
    assert (server["rxlev_dbm"], server["rxqual"]) == (-74, 3)
    assert (neighbour["arfcn"], neighbour["bsic"], neighbour["rxlev_dbm"]) == (63, "1-4", -80)
    assert "export.csv: IMSI left out, they name the subscriber" in log.notes
    assert "460001234567890" not in log.readings.to_csv() + log.rejects.to_csv() + str(log.notes)


SCHEMAS = "http://schemas.openxmlformats.org/"
RELATIONS = f'<Relationships xmlns="{SCHEMAS}package/2006/relationships">'
TYPE = f"{SCHEMAS}officeDocument/2006/relationships/"


def workbook(folder: Path, rows: list[list[str]]) -> Path:
    """An Excel file with one sheet of inline text."""
    cells = ["".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row) for row in rows]
    body = "".join(f"<row>{row}</row>" for row in cells)
    main = f'xmlns="{SCHEMAS}spreadsheetml/2006/main"'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{SCHEMAS}package/2006/content-types"/>',
        "_rels/.rels": f'{RELATIONS}<Relationship Id="r1" Type="{TYPE}officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{TYPE[:-1]}"><sheets><sheet name="one" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{RELATIONS}<Relationship Id="r1" Type="{TYPE}worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>",
    }
    path = folder / "export.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return path


def test_excel_exports(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    path = workbook(tmp_path, [line.split(",") for line in PIONEER.splitlines()])
    log = read_log(path)
    assert log.format == "pioneer" and log.readings["pci"].tolist() == [132, 133]
    with pytest.raises(InputError, match="has no sheet 'two', expected one of: one"):
        read_mapped(path, parse_map('sheet = "two"\n' + OWN, Path("own.toml")))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError):
        read_log(path)


pieces = st.sampled_from(
    ["", ",", "-", " n/a", "0", "-200", "1e999", '"', "\n", "\r", "\0", "=1", "中", "1850.5", "99:99"]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    export=st.sampled_from(EXPORTS),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), max_size=6),
)
def test_damaged_exports_are_read_or_refused_and_rows_add_up(
    tmp_path: Path, export: tuple[str, str], edits: list[tuple[float, int, str]]
) -> None:
    text = export[1]
    for where, length, piece in edits:
        k = int(where * len(text))
        text = text[:k] + piece + text[k + length :]
    path = write(tmp_path, text)
    try:
        log = read_log(path)
    except InputError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        return
    assert not set(log.readings["line"]) & set(log.rejects["line"])
    assert log.readings["line"].nunique() + len(log.rejects) + sum(log.unused.values()) <= log.rows
    again = write(tmp_path, log_text(log.readings), "again.csv")
    assert log_text(read_log(again).readings) == log_text(log.readings)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")))
def test_any_bytes_through_a_map_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"Zeit,Pegel,Kanal,PCI,Zelle,N1_PCI,N1_RSRP\n1,50,1850,132,A,,\n" + raw)
    try:
        assert whole(read_mapped(path, parse_map(OWN, Path("own.toml")))).rows >= 1
    except InputError as error:
        assert str(error).startswith(str(path))


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=200) | st.lists(st.sampled_from(OWN.splitlines()), max_size=20).map("\n".join))
def test_any_text_is_a_map_or_refused(text: str) -> None:
    try:
        parse_map(text, Path("own.toml"))
    except InputError as error:
        assert str(error).startswith("own.toml")
