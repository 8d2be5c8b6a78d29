"""Nokia dumps with a site table beside: names, codings, relations, lists, plans, and XML that is not to be trusted."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import Network
from rfopt.sites import read_network
from rfopt.sites.nokia_codes import aliases
from rfopt.tables import schema

EXAMPLES = 60
"""Of the search through damaged dumps; a longer one is a larger number here."""

BTS = "PLMN-PLMN/BSC-1/BCF-1/BTS-1"
OTHER = "PLMN-PLMN/BSC-1/BCF-2/BTS-1"
CELL = "MRBTS-483309/LNBTS-483309/LNCEL-3"
SITES = """小区名称,经度,纬度,方位角,挂高,LAC,CI,BCCH,BSIC,ECI,EARFCN,PCI,覆盖类型,发射功率(dBm)
NG2-5,106.225,38.495,360,9,21311,45231,1003,45,,,,室分,20
宝湖湾二期NG2-6,106.227,38.495,360,9,21311,45232,70,41,,,,室分,
金凤宝湖湾26号楼-NLH-1,106.2288,38.497,0,30,,,,,123727107,38400,242,室外,
金凤宝湖湾26号楼-NLH-2,106.2288,38.497,120,30,,,,,123727108,38400,243,室外,
"""

Item = tuple[str, str, dict[str, object]]


def mo(kind: str, dn: str, operation: str = "", **values: object) -> str:
    """One managed object; a tuple is a plain list, a list of dicts a structured one."""
    body = ""
    for name, value in values.items():
        if isinstance(value, tuple):
            body += f'<list name="{name}">' + "".join(f"<p>{v}</p>" for v in value) + "</list>"
        elif isinstance(value, list):
            items = ("".join(f'<p name="{k}">{v}</p>' for k, v in item.items()) for item in value)
            body += f'<list name="{name}">' + "".join(f"<item>{item}</item>" for item in items) + "</list>"
        else:
            body += f'<p name="{name}">{value}</p>'
    does = f' operation="{operation}"' if operation else ""
    return f'<managedObject class="{kind}" version="S14" distName="{dn}"{does}>{body}</managedObject>'


def raml(objects: Sequence[str], kind: str = "actual", version: str = "2.0", encoding: str = "UTF-8") -> str:
    schema_name = f"raml{version.replace('.', '')}"
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE raml SYSTEM \'{schema_name}.dtd\'>\n'
        f'<raml version="{version}" xmlns="{schema_name}.xsd">\n<cmData type="{kind}">\n<header><log action="created"/>'
        f"</header>\n" + "\n".join(objects) + "\n</cmData>\n</raml>\n"
    )


def gsm(**values: object) -> list[str]:
    usual = {"name": "宝湖天下NG2-5", "cellId": 45231, "locationAreaIdLAC": 21311, "bsIdentityCodeNCC": 4,
             "bsIdentityCodeBCC": 5, "penaltyTime": 20}  # fmt: skip
    return [
        mo("BCF", "PLMN-PLMN/BSC-1/BCF-1", name="宝湖天下"),
        mo("BTS", BTS, **{**usual, **values}),
        mo("TRX", f"{BTS}/TRX-1", initialFrequency=62, channel0Type=0),
        mo("TRX", f"{BTS}/TRX-2", initialFrequency=1003, channel0Type=4),
        mo("BTS", OTHER, name="宝湖湾二期NG2-6", cellId=45232, locationAreaIdLAC=21311),
    ]


def lte(**values: object) -> list[str]:
    usual = {"cellName": "金凤宝湖湾26号楼-NLH-1", "lcrId": 3, "phyCellId": 242, "tac": 21311, "pMax": 430}
    return [
        mo("NOKLTE:LNBTS", "MRBTS-483309/LNBTS-483309", enbName="金凤宝湖湾26号楼"),
        mo("NOKLTE:LNCEL", CELL, **{**usual, **values}),
        mo("com.nokia.srbts.lte:LNCEL_TDD", f"{CELL}/LNCEL_TDD-0", earfcn=38400, chBw="20 MHz"),
    ]


RELATED = [
    mo("ADCE", f"{BTS}/ADCE-21311  45232", hoMarginPbgt=8),
    mo("REDRT", f"{CELL}/REDRT-1", redirRat="geran", redirGeranArfcnValueL=(62, 1003)),
    mo("IRFIM", f"{CELL}/IRFIM-1", dlCarFrqEut=37900, eutCelResPrio=4),
    mo("GNFL", f"{CELL}/GFIM-1/GNFL-1", gerArfcnVal=(62,), gerCelResPrio=2),
]


def write(folder: Path, objects: Sequence[str], sites: str = SITES, **how: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "dump.xml").write_text(raml(objects, **how), encoding=how.get("encoding", "utf-8"))
    (folder / "工参.csv").write_text(sites, encoding="utf-8")
    return folder


def read(folder: Path, objects: Sequence[str], **how: str) -> Network:
    return read_network(write(folder, objects, **how))


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(path), "").removeprefix("/")


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_gsm_cell(tmp_path):
    objects = gsm(cellReselectOffset=10, temporaryOffset=0, penaltyTime=640, rxLevAccessMin=10, radioLinkTimeout=24,
                  cellReselectHysteresis=6, cellReselectParamInd=1)  # fmt: skip
    objects += [
        mo("HOC", f"{BTS}/HOC-1", hoTLDlRxLevel=15, hoPeriodPbgt=8, hoAvaragingLevDlWindowSize=10, hoTQDlRxQual=4),
        mo("POC", f"{BTS}/POC-1", bsTxPwrMax=8),
    ]
    net = read(tmp_path, objects)
    cell = net.cells.loc["NG2-5"]
    assert cell[["site", "kind", "bsic"]].tolist() == ["宝湖天下", "das", "4-5"] and cell["tch_arfcns"] == (62,)
    assert cell[["arfcn", "lac", "ci", "lat", "height_m"]].tolist() == [1003, 21311, 45231, 38.495, 9]
    assert cell[["cell_reselect_offset_db", "penalty_time_s", "rxlev_access_min_dbm"]].tolist() == [10, 640, -100]
    assert cell[["cell_reselect_hysteresis_db", "radio_link_timeout", "ho_period_pbgt_sacch"]].tolist() == [6, 24, 8]
    assert cell[["ho_threshold_lev_dbm", "ho_averaging_sacch", "ho_threshold_qual"]].tolist() == [-95, 10, 4]
    assert cell[["power_dbm", "max_power_dbm"]].tolist() == [12, 20]
    assert net.cells.index.tolist()[:2] == ["NG2-5", "宝湖湾二期NG2-6"] and len(net.cells) == 4
    assert any("2 cells are not in the dump and keep their defaults" in note for note in net.notes)


def test_an_lte_cell(tmp_path):
    objects = lte(a3Offset=6, hysA3Offset=2, a3TimeToTrigger="320ms", dlCellPwrRed=30)
    objects.append(mo("NOKLTE:SIB", f"{CELL}/SIB-0", qHyst="2dB", qrxlevmin=-120, sIntrasearch=60, sNonIntrsearch=16,
                      threshSrvLow=4, cellReSelPrio=6, tReselEutr=2))  # fmt: skip
    cell = read(tmp_path, objects).cells.loc["金凤宝湖湾26号楼-NLH-1"]
    assert cell[["earfcn", "pci", "tac", "eci", "bandwidth_mhz"]].tolist() == [38400, 242, 21311, 123727107, 20]
    assert cell[["a3_offset_db", "a3_hysteresis_db", "a3_time_to_trigger_ms"]].tolist() == [3, 1, 320]
    assert cell[["q_hyst_db", "q_rxlevmin_dbm", "s_intra_search_db", "t_reselection_s"]].tolist() == [2, -120, 60, 2]
    assert cell[["cell_reselection_priority", "thresh_serving_low_db"]].tolist() == [6, 4]
    assert cell["max_power_dbm"] == pytest.approx(43 - 10 * math.log10(1200), abs=0.01)
    assert cell["power_dbm"] == pytest.approx(40 - 10 * math.log10(1200), abs=0.01)
    assert cell["site"] == "金凤宝湖湾26号楼"


@pytest.mark.parametrize(("width", "mhz"), [("10 MHz", 10), ("100", 10), ("200", 20), ("20", 20), ("14", 1.4)])
def test_bandwidths(tmp_path, width, mhz):
    objects = [*lte()[:2], mo("LNCEL_FDD", f"{CELL}/LNCEL_FDD-0", earfcnDL=1300, dlChBw=width)]
    cell = read(tmp_path, objects).cells.loc["金凤宝湖湾26号楼-NLH-1"]
    assert cell[["earfcn", "bandwidth_mhz"]].tolist() == [1300, mhz]


@pytest.mark.parametrize(("text", "db"), [("2dB", 2), ("2", 2), ("8dB", 8), ("7", 8), ("15", 24), ("4", 4)])
def test_q_hyst_in_db_or_as_an_index(tmp_path, text, db):
    objects = [*lte(), mo("SIB", f"{CELL}/SIB-0", qHyst=text)]
    assert read(tmp_path, objects).cells.at["金凤宝湖湾26号楼-NLH-1", "q_hyst_db"] == db


def test_penalty_time_as_a_code_is_told_by_the_whole_dump(tmp_path):
    objects = gsm(penaltyTime=31)
    objects[-1] = objects[-1].replace("</managedObject>", '<p name="penaltyTime">0</p></managedObject>')
    net = read(tmp_path, objects)
    assert net.cells["penalty_time_s"].iloc[:2].tolist() == [640, 20]
    assert any("penaltyTime is written as code" in note for note in net.notes)


def test_reselection_parameters_switched_off(tmp_path):
    cell = read(tmp_path, gsm(cellReselectOffset=10, cellReselectParamInd=0)).cells.loc["NG2-5"]
    assert cell["cell_reselect_offset_db"] == 0


def test_the_bcch_is_found_by_type_mark_or_neighbour(tmp_path):
    objects = [text.replace('<p name="channel0Type">4</p>', '<p name="channel0Type">MBCCHC</p>') for text in gsm()]
    assert read(tmp_path, objects).cells.at["NG2-5", "arfcn"] == 1003
    plain = [re.sub('<p name="channel0Type">.*?</p>', "", text) for text in gsm()]
    adjacent = mo("ADCE", f"{OTHER}/ADCE-1", adjacentCellIdLac=21311, adjacentCellIdCI=45231, bcchFrequency=62)
    assert read(tmp_path, [*plain, adjacent]).cells.at["NG2-5", "arfcn"] == 62


def test_relations_by_identity(tmp_path):
    objects = [
        *gsm(), *lte(),
        mo("ADCE", f"{BTS}/ADCE-21311  45232", hoMarginPbgt=8, rxLevMinCell=20, hoMarginLev=-2),
        mo("ADCE", f"{OTHER}/ADCE-2", adjacentCellIdLac=21311, adjacentCellIdCI=45231, rxLevMinCell=-95),
        mo("ADCE", f"{BTS}/ADCE-21311  99"),
        mo("LNREL", f"{CELL}/LNREL-1", ecgiAdjEnbId=483309, ecgiLcrId=4, cellIndOffNeigh="3dB"),
        mo("LNREL", f"{CELL}/LNREL-2", ecgiAdjEnbId=483309, ecgiLcrId=9),
        mo("LNREL", f"{CELL}/LNREL-3", ecgiAdjEnbId=483309, ecgiLcrId=3),
    ]  # fmt: skip
    net = read(tmp_path, objects)
    there, back = net.neighbours.loc[("NG2-5", "宝湖湾二期NG2-6")], net.neighbours.loc[("宝湖湾二期NG2-6", "NG2-5")]
    assert there[["ho_margin_pbgt_db", "rxlev_min_cell_dbm", "ho_margin_lev_db"]].tolist() == [8, -90, -2]
    assert back[["ho_margin_pbgt_db", "rxlev_min_cell_dbm"]].tolist() == [6, -95]
    assert net.neighbours.at[("金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾26号楼-NLH-2"), "cio_db"] == 3
    assert len(net.neighbours) == 3
    for kind in ("ADCE", "LNREL"):
        assert any(f"{kind} to a cell that no table has was passed over" in note for note in net.notes)


def test_offsets_as_an_index_are_told_by_the_whole_dump(tmp_path):
    relations = [mo("LNREL", f"{CELL}/LNREL-{k}", ecgiAdjEnbId=483309, ecgiLcrId=c, cellIndOffNeigh=v)
                 for k, (c, v) in enumerate([(4, 18), (9, 15), (8, 15)])]  # fmt: skip
    net = read(tmp_path, lte() + relations)
    assert net.neighbours["cio_db"].tolist() == [3]
    assert any("index of Q-OffsetRange" in note for note in net.notes)


def test_redirect_lists_and_layers(tmp_path):
    objects = [
        *lte(),
        mo("REDRT", f"{CELL}/REDRT-1", redirRat="geran", redirGeranArfcnValueL=(62, 1003, 300)),
        mo("REDRT", f"{CELL}/REDRT-2", redirGeranArfcnStructL=[{"redirGeranArfcnPrio": 1, "redirGeranArfcnValue": 70}]),
        mo("REDRT", f"{CELL}/REDRT-3", redirRat="utraFDD", redirGeranArfcnValueL=(5,)),
        mo("IRFIM", f"{CELL}/IRFIM-1", dlCarFrqEut=37900, eutCelResPrio=4, interFrqThrH=10),
        mo("GNFL", f"{CELL}/GFIM-1/GNFL-1", gerArfcnVal=(62,), gerCelResPrio=2),
    ]  # fmt: skip
    net = read(tmp_path, objects)
    assert {arfcn for _, arfcn in net.redirects} == {62, 70, 1003}
    assert net.layers[["target_rat", "priority"]].to_numpy().tolist() == [["LTE", 4], ["GSM", 2]]
    assert net.layers["target_channel"].iloc[0] == 37900 and math.isnan(net.layers["target_channel"].iloc[1])
    assert any("arfcn 300 is in no GSM band" in note for note in net.notes)


def test_lists_that_are_not_the_redirect_list_are_told(tmp_path):
    others = [
        mo("GNFL", f"{CELL}/GFIM-1/GNFL-1", gerArfcnVal=(62, 1003)),
        mo("LNHOG", f"{CELL}/LNHOG-0", arfcnValueListGERAN=(62, 70)),
        mo("LNADJG", "MRBTS-483309/LNBTS-483309/LNADJG-1", arfcnValueGeran=1003),
    ]  # fmt: skip
    whole = mo("REDRT", f"{CELL}/REDRT-1", redirRat="geran", redirGeranArfcnValueL=(62, 1003))
    net = read(tmp_path / "both", [*lte(), whole, *others])
    assert {arfcn for _, arfcn in net.redirects} == {62, 1003}
    told = [note for note in net.notes if "no REDRT" in note]
    assert len(told) == 1 and "LNHOG names GSM carriers" in told[0] and "(line 11)" in told[0]
    net = read(tmp_path / "none", [*lte(), *others])
    assert not net.redirects
    assert [note.split()[1] for note in net.notes if "no REDRT" in note] == ["GNFL", "LNHOG", "LNADJG"]


def any_case(text: str, change: Callable[[str], str]) -> str:
    """A dump with the names of its classes, parameters and lists in another case."""
    names = r'(?<=class=")[^"]*|(?<= name=")[^"]*|(?<=operation=")[^"]*|(?<=cmData type=")[^"]*'
    steps = r'(?<=[/"])[A-Z_]+(?=-\d)'
    return re.sub(f"{names}|{steps}", lambda found: change(found[0]), text)


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_case_does_not_count(tmp_path, change):
    usual, odd = (write(tmp_path / name, [*gsm(cellReselectParamInd=0, penaltyTime=640), *lte(qHyst=4), *RELATED])
                  for name in ("usual", "odd"))  # fmt: skip
    plan = raml([mo("BTS", BTS, "update", cellReselectOffset=20)], "plan")
    for folder in (usual, odd):
        (folder / "plan.xml").write_text(plan, encoding="utf-8")
    for file in odd.glob("*.xml"):
        file.write_text(any_case(file.read_text(encoding="utf-8"), change), encoding="utf-8")
    a, b = read_network(usual), read_network(odd)
    pd.testing.assert_frame_equal(a.cells, b.cells)
    pd.testing.assert_frame_equal(a.neighbours, b.neighbours)
    pd.testing.assert_frame_equal(a.layers, b.layers)
    assert a.redirects == b.redirects and len(a.redirects) == 2 and len(a.neighbours) == 1 and len(a.layers) == 2


def test_a_plan_after_the_dump_changes_it(tmp_path):
    dump = write(tmp_path, [*gsm(), mo("ADCE", f"{BTS}/ADCE-21311  45232", hoMarginPbgt=8)])
    plan = [mo("BTS", BTS, "update", cellReselectOffset=20), mo("ADCE", f"{BTS}/ADCE-21311  45232", "delete")]
    (dump / "a_plan.xml").write_text(raml(plan, "plan", "2.1"), encoding="utf-8")
    net = read_network(dump)
    assert net.cells.at["NG2-5", "cell_reselect_offset_db"] == 20 and net.cells.at["NG2-5", "arfcn"] == 1003
    assert net.neighbours.empty and sorted(net.hashes) == ["a_plan.xml", "dump.xml", "工参.csv"]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB2312", "gb18030"])
def test_encodings(tmp_path, encoding):
    assert read(tmp_path, gsm(), encoding=encoding).cells.at["NG2-5", "site"] == "宝湖天下"


def test_a_zipped_dump(tmp_path):
    folder = write(tmp_path, gsm())
    (folder / "dump.xml.gz").write_bytes(gzip.compress((folder / "dump.xml").read_bytes()))
    (folder / "dump.xml").unlink()
    assert read_network(folder).cells.at["NG2-5", "arfcn"] == 1003


def test_every_alias_is_a_parameter_of_the_tables():
    for kind, rows in aliases().items():
        for row in rows:
            assert row.object == kind and row.column in schema(row.table)
            assert row.coding in {"plain", "rxlev", "half", "bandwidth", "q_hyst", "offset", "penalty_time"}
            assert row.source


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_dump_alone_says_what_is_missing(tmp_path):
    folder = write(tmp_path, gsm())
    expected = ": is a Nokia dump and has no places, expected a folder of it and a site table (工参)"
    assert refusal(folder / "dump.xml") == expected
    (folder / "工参.csv").unlink()
    assert refusal(folder) == ": has a Nokia dump and no site table (工参), expected one with the cells' places"


def test_a_dump_of_another_town(tmp_path):
    other = [text.replace("4523", "1111").replace("宝湖", "他") for text in gsm()]
    assert refusal(write(tmp_path, other)).endswith(
        "none of 2 cells of the dump is in a site table, expected the same cells"
    )


BOMB = '<!DOCTYPE raml [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>'
FETCH = '<!DOCTYPE raml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: re.sub("<!DOCTYPE.*?>", BOMB, t), "dump.xml:2: declares the entity 'a', expected none"),
        (lambda t: re.sub("<!DOCTYPE.*?>", FETCH, t), "dump.xml:2: declares the entity 'x', expected none"),
        (lambda t: t[: len(t) // 2], "is not whole XML"),
        (lambda t: t.replace("</cmData>", ""), "dump.xml:12: is not whole XML: mismatched tag"),
        (lambda t: t.replace("<header>", "<a>" * 60), "nests deeper than 50 elements"),
        (lambda t: t.replace(f'distName="{BTS}"', ""), "dump.xml:7: BTS has no distName"),
        (lambda t: t.replace("宝湖天下NG2-5", "x" * 20_000), "name is longer than 10000 characters"),
        (lambda t: t.replace("UTF-8", "KOI-99"), "dump.xml: is not XML that can be read: unknown encoding: KOI-99"),
    ],
)
def test_broken_and_hostile_xml(tmp_path, change, message):
    folder = write(tmp_path, gsm())
    path = folder / "dump.xml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert message in refusal(folder)


def test_a_damaged_archive(tmp_path):
    folder = write(tmp_path, gsm())
    raw = gzip.compress((folder / "dump.xml").read_bytes() + b" " * 100_000)
    (folder / "dump.xml").unlink()
    (folder / "dump.xml.gz").write_bytes(raw[: len(raw) - 20])
    assert "dump.xml.gz: cannot be read" in refusal(folder)


WHOLE = raml([*gsm(), *lte(), mo("ADCE", f"{BTS}/ADCE-21311  45232", hoMarginPbgt=8),
              mo("REDRT", f"{CELL}/REDRT-1", redirGeranArfcnValueL=(62, 1003))]).encode()  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_a_dump_holds_it_is_a_network_or_refused(tmp_path, data):
    raw = bytearray(WHOLE)
    words = [b"", b"-1", b"x", b"99999999999", "无".encode(), b"1e9", b"<p>", b"BTS", b"LNCEL", b"/", b"&amp;", b'"']
    for _ in range(data.draw(st.integers(1, 6))):
        k = data.draw(st.integers(150, len(raw) - 1))
        raw[k : k + data.draw(st.integers(0, 8))] = data.draw(st.sampled_from(words) | st.binary(max_size=4))
    write(tmp_path, [])
    (tmp_path / "dump.xml").write_bytes(bytes(raw))
    _network_or_refused(tmp_path)


PARAMETERS = [row.name for rows in aliases().values() for row in rows] + ["pMax", "bsTxPwrMax", "name", "lcrId"]
ODD = st.sampled_from(["", "-", "15", "31", "63", "-200", "1e9", "2dB", "x", "²", "٣", "9" * 20, "10 MHz"])


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(PARAMETERS), ODD), st.dictionaries(st.sampled_from(PARAMETERS), ODD))
def test_odd_values_are_a_network_or_refused(tmp_path, of_bts, of_cell):
    kinds = {"POC": (BTS, of_bts), "HOC": (BTS, of_bts), "ADCE": (BTS, of_bts), "SIB": (CELL, of_cell)}
    below = [mo(kind, f"{dn}/{kind}-21311  45232", **values) for kind, (dn, values) in kinds.items()]
    objects = [*gsm(**of_bts), *lte(**of_cell), *below]
    write(tmp_path, objects)
    _network_or_refused(tmp_path)


def _network_or_refused(folder: Path) -> None:
    try:
        assert len(read_network(folder).cells) >= 1
    except InputError as error:
        assert "\n" not in str(error)
