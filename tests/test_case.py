"""case.toml: what is read, and every refusal word for word."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.case import Case, Limits, read_case
from rfopt.errors import InputError, printable
from rfopt.logs import log_formats, write_log
from rfopt.regions import refuse_foreign_log

from .networks import LEVELS, network, readings, walk, write_network

CASE = """[complaint]
id = "BHTX-23F"
text = "客户反映家中通话质差、掉话"
lat = 38.4950
lon = 106.2250
building = "b1"
floor = 20

[inputs]
network = "../net"
logs = ["*.csv"]
wanted = ["A"]

[limits]
parameters = ["power_dbm", "neighbour"]
cells = ["A", "B"]
max_changes = 3
site_visits = false
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network, and a case folder with two logs of it; tests only rewrite case.toml."""
    root = tmp_path_factory.mktemp("cases")
    write_network(root / "net")
    for name, rng in (("b", 1), ("a", 2)):
        rows = readings(walk(network(), LEVELS, seconds=5, rng=rng, point=name))
        write_log(rows, root / "case" / f"{name}.csv")
    return root


def put(root: Path, text: str) -> Path:
    (root / "case" / "case.toml").write_text(text, encoding="utf-8")
    return root / "case"


def read(root: Path, *replacements: tuple[str, str]) -> Case:
    return read_case(put(root, changed(*replacements)))


def changed(*replacements: tuple[str, str]) -> str:
    text = CASE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def refusal(root: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_case(put(root, text))
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(root / "case") + "/", "").replace(str(root) + "/", "")


def test_a_case_is_read(root: Path) -> None:
    case = read(root)
    assert (case.id, case.lat, case.lon, case.building, case.floor) == ("BHTX-23F", 38.495, 106.225, "b1", 20)
    assert case.text == "客户反映家中通话质差、掉话"
    assert case.network is not None and len(case.network.cells) == 6
    assert case.wanted == ("A",)
    assert case.limits == Limits(frozenset({"power_dbm", "neighbour"}), frozenset({"A", "B"}), 3, False)
    assert len(case.readings) == 2 * 5 * 4
    assert list(dict.fromkeys(case.readings["point"])) == ["a", "b"], "logs are read in the order of their names"
    assert sorted(case.hashes) == [
        "a.csv", "b.csv", "case.toml", "network/cells.csv", "network/layers.csv", "network/neighbours.csv",
        "network/redirects.csv",
    ]  # fmt: skip
    assert case.network.notes[0] in case.notes


def test_the_file_itself_may_be_named(root: Path) -> None:
    folder = put(root, CASE)
    assert read_case(folder / "case.toml").hashes == read_case(folder).hashes


def test_a_log_alone_is_a_case_without_network(root: Path) -> None:
    case = read_case(root / "case" / "a.csv")
    assert case.network is None and case.id == "a" and len(case.readings) == 20
    assert (case.lat, case.lon) == (38.495, 106.225)
    assert case.notes == ("a.csv: a log without a case, so only what the log alone shows is diagnosed",)


def test_limits_may_be_left_out(root: Path) -> None:
    case = read(root, (CASE[CASE.index("[limits]") :], ""))
    assert case.limits == Limits() == Limits(None, None, 12, True)
    partial = read(root, ('parameters = ["power_dbm", "neighbour"]\n', ""), ('cells = ["A", "B"]\n', ""))
    assert partial.limits == Limits(None, None, 3, False)
    nothing = read(root, ('["power_dbm", "neighbour"]', "[]"), ("max_changes = 3", "max_changes = 0"))
    assert nothing.limits.parameters == frozenset() and nothing.limits.max_changes == 0


def test_what_limits_allow() -> None:
    limits = Limits(frozenset({"power_dbm", "mech_tilt_deg"}), frozenset({"A"}), 3, site_visits=False)
    assert limits.allow("A", "power_dbm", False) == ""
    assert limits.allow("A", "neighbour", False) == "neighbour is not among the permitted parameters"
    assert limits.allow("B", "power_dbm", False) == "B is not among the permitted cells"
    assert limits.allow("A", "mech_tilt_deg", True) == "needs a crew and site visits are not permitted"
    assert Limits().allow("B", "mech_tilt_deg", True) == ""


def test_wanted_is_taken_from_the_building_where_it_is_not_given(root: Path) -> None:
    case = read(root, ('wanted = ["A"]\n', ""))
    assert case.wanted == ("A", "B")
    assert case.notes[-1] == "case.toml: wanted is not given, taken as A, B"
    case = read(root, ('wanted = ["A"]\n', ""), ('building = "b1"\n', ""))
    assert case.wanted == () and case.notes[-1] == "case.toml: wanted is not given and no das serves the building"
    assert read(root, ('wanted = ["A"]\n', ""), ('"b1"', '"b"')).wanted == ()


def test_only_distributions_are_taken_for_wanted(root: Path, tmp_path: Path) -> None:
    """A macro may state a building too; it is not meant to serve inside."""
    net = write_network(
        tmp_path / "net", {"C": {"building": "b1"}, "B": {"building": "b0;b1"}, "A": {"building": "b10"}}
    )
    case = read(root, ('wanted = ["A"]\n', ""), ('"../net"', f'"{net}"'))
    assert case.wanted == ("B",)


def test_a_case_without_network_keeps_its_wanted_names(root: Path) -> None:
    case = read(root, ('network = "../net"\n', ""), ('["A"]', '["Z"]'), ('["A", "B"]', '["Z"]'))
    assert case.network is None and case.wanted == ("Z",) and case.limits.cells == frozenset({"Z"})


@pytest.mark.parametrize("floor", ["-2", "1", "200", "-10"])
def test_floors_that_exist(root: Path, floor: str) -> None:
    assert read(root, ("floor = 20", f"floor = {floor}")).floor == int(floor)


def test_whole_numbers_are_numbers(root: Path) -> None:
    assert read(root, ("lat = 38.4950", "lat = 38")).lat == 38.0


@pytest.mark.parametrize(
    ("logs", "points"),
    [('["a.csv"]', ["a"]), ('["b.csv", "a.csv"]', ["b", "a"]), ('["a.csv", "*.csv"]', ["a", "b"]), ('["[b]*"]', ["b"]),
     ('["../case/a.csv"]', ["a"]), ('["./a.csv"]', ["a"]), ('["../case/*.csv", "a.csv"]', ["a", "b"]),
     ('["a.csv", "./a.csv"]', ["a"]), ('["?.csv"]', ["a", "b"])],
)  # fmt: skip
def test_logs_are_found_once_each_in_order(root: Path, logs: str, points: list[str]) -> None:
    case = read(root, ('["*.csv"]', logs))
    assert list(dict.fromkeys(case.readings["point"])) == points
    assert len(case.readings) == 20 * len(points)


def test_a_folder_whose_name_is_a_pattern_is_a_folder(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "net", tmp_path / "net")
    shutil.copytree(root / "case", tmp_path / "[c] a*e ?")
    (tmp_path / "[c] a*e ?" / "case.toml").write_text(CASE, encoding="utf-8")
    (tmp_path / "[c] a*e ?" / "._a.csv").write_bytes(b"\0\0")
    case = read_case(tmp_path / "[c] a*e ?")
    assert len(case.readings) == 40, "hidden files are no logs"
    assert {"a.csv", "b.csv", "case.toml"} <= set(case.hashes)


def test_logs_of_one_name_in_two_folders_are_two_logs(root: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(root / "case", tmp_path / name)
    (tmp_path / "case.toml").write_text(
        changed(('"../net"', f'"{root / "net"}"'), ("*.csv", "*/a.csv")), encoding="utf-8"
    )
    case = read_case(tmp_path)
    assert len(case.readings) == 40 and case.readings["file"].nunique() == 2
    assert {"one/a.csv", "two/a.csv"} <= set(case.hashes)


def test_absolute_paths_are_taken_as_they_are(root: Path) -> None:
    case = read(root, ('["*.csv"]', f'["{root / "case" / "a.csv"}"]'), ('"../net"', f'"{root / "net"}"'))
    assert len(case.readings) == 20
    assert len(read(root, ('["*.csv"]', f'["{root / "case"}/*.csv"]')).readings) == 40


def test_keys_that_are_not_known_are_noted(root: Path) -> None:
    text = changed(("floor = 20", 'floor = 20\ncolour = "red"'), ("wanted =", 'Wanted = ["B"]\nwanted ='))
    case = read_case(put(root, text + "[limit]\nmax_changes = 1\n[x]\ny = 1\n"))
    assert case.notes[:4] == (
        "case.toml: colour is not known and was ignored",
        "case.toml: Wanted is not known and was ignored; did you mean 'wanted'?",
        "case.toml: [limit] is not known and was ignored; did you mean 'limits'?",
        "case.toml: [x] is not known and was ignored",
    )


def test_encodings(root: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (root / "case" / "case.toml").write_bytes(CASE.encode(encoding))
        assert read_case(root / "case").text == "客户反映家中通话质差、掉话"


# --- what is refused ------------------------------------------------------------------------------------------------

VALUES = [
    (2, 'id = "BHTX-23F"', "id = 23", "id 23 is not text"),
    (2, 'id = "BHTX-23F"', 'id = ""', "id is empty, expected a name for the case"),
    (2, 'id = "BHTX-23F"', 'id = "a\\u001b"', "id 'a\ufffd' holds control characters, expected a name"),
    (3, '"客户反映家中通话质差、掉话"', "1.5", "text 1.5 is not text"),
    (4, "38.4950", '"38.4950"', "lat 38.4950 is not a number"),
    (4, "38.4950", "true", "lat True is not a number"),
    (4, "38.4950", "[38.4950]", "lat [38.495] is not a number"),
    (4, "38.4950", "91.0", "lat 91.0 is out of range, expected -90 to 90"),
    (4, "38.4950", "nan", "lat nan is out of range, expected -90 to 90"),
    (4, "38.4950", "inf", "lat inf is out of range, expected -90 to 90"),
    (5, "106.2250", "-181", "lon -181 is out of range, expected -180 to 180"),
    (5, "106.2250", "2025-07-18", "lon 2025-07-18 is not a number"),
    (6, '"b1"', "1", "building 1 is not text"),
    (7, "floor = 20", "floor = 0", "floor 0 does not exist, expected 1 for the ground floor"),
    (7, "floor = 20", "floor = 20.5", "floor 20.5 is not a whole number"),
    (7, "floor = 20", 'floor = "20"', "floor 20 is not a whole number"),
    (7, "floor = 20", "floor = true", "floor True is not a whole number"),
    (7, "floor = 20", "floor = 201", "floor 201 is out of range, expected -10 to 200"),
    (7, "floor = 20", "floor = -11", "floor -11 is out of range, expected -10 to 200"),
    (10, '"../net"', '["../net"]', "network ['../net'] is not text"),
    (11, '["*.csv"]', '"*.csv"', "logs *.csv is not a list of texts"),
    (11, '["*.csv"]', "[1]", "logs [1] is not a list of texts"),
    (11, '["*.csv"]', '["*.txt"]', "logs '*.txt' match no file"),
    (11, '["*.csv"]', '["*.csv", "*.nmf"]', "logs '*.nmf' match no file"),
    (11, '["*.csv"]', '["/nowhere/*.csv"]', "logs '/nowhere/*.csv' match no file"),
    (11, '["*.csv"]', "[]", "logs is empty, expected at least one file"),
    (11, '["*.csv"]', '[""]', "logs '' match no file"),
    (11, '["*.csv"]', '["c**.csv"]', "logs 'c**.csv' match no file"),
    (11, '["*.csv"]', '["a\\u0000.csv"]', "logs 'a\ufffd.csv' match no file"),
    (12, '["A"]', '"A"', "wanted A is not a list of texts"),
    (12, '["A"]', '["A", "ZZ"]', "wanted cell 'ZZ' is not in the network"),
    (15, '"neighbour"]', '"neighbours"]', "parameter 'neighbours' is unknown; did you mean 'neighbour'?"),
    (15, '"power_dbm"', '"max_power_dbm"', "parameter 'max_power_dbm' is unknown; did you mean 'power_dbm'?"),
    (15, '["power_dbm", "neighbour"]', '"power_dbm"', "parameters power_dbm is not a list of texts"),
    (16, '["A", "B"]', '["A", "Z"]', "cell 'Z' is not in the network"),
    (17, "max_changes = 3", "max_changes = -1", "max_changes -1 is negative"),
    (17, "max_changes = 3", "max_changes = 2.5", "max_changes 2.5 is not a whole number"),
    (18, "= false", "= 0", "site_visits 0 is not true or false"),
    (18, "= false", '= "no"', "site_visits no is not true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "old", "new", "message"), VALUES, ids=[f"{n[:24]!a}" for _, _, n, _ in VALUES])
def test_a_value_that_does_not_fit_is_refused(root: Path, line: int, old: str, new: str, message: str) -> None:
    assert refusal(root, changed((old, new))) == f"case.toml:{line}: {message}"


MISSING = {
    "id": (1, "id is missing in [complaint]"),
    "lat": (1, "lat is missing in [complaint]"),
    "lon": (1, "lon is missing in [complaint]"),
    "floor": (1, "floor is missing in [complaint]"),
    "logs": (9, "logs is missing in [inputs]"),
}


@pytest.mark.parametrize("key", MISSING)
def test_a_missing_key_is_named(root: Path, key: str) -> None:
    line, message = MISSING[key]
    text = changed((f"\n{key} =", f"\n{key}_x ="))
    assert refusal(root, text).split(";")[0] == f"case.toml:{line}: {message}"


def test_a_key_one_letter_off_is_suggested(root: Path) -> None:
    expected = "case.toml:1: floor is missing in [complaint]; is 'flor' meant for it?"
    assert refusal(root, changed(("floor = 20", "flor = 20"))) == expected


BROKEN = {
    "empty": ("", "case.toml: table [complaint] is missing"),
    "no inputs": (CASE[: CASE.index("[inputs]")], "case.toml: table [inputs] is missing"),
    "one letter off": (
        changed(("[inputs]", "[input]")), "case.toml: table [inputs] is missing; is 'input' meant for it?",
    ),
    "complaint is a value": (
        'complaint = "weak"\n[inputs]\nlogs = []\n',
        "case.toml:1: complaint weak is not a table, expected [complaint]",
    ),
    "list of tables": (
        changed(("[inputs]", "[[inputs]]"), ('["A"]', "[]"), ('network = "../net"\n', "")),
        "case.toml:9: inputs [{'logs': ['*.csv'], 'wanted': []}] is not a table, expected [inputs]",
    ),
    "limits is a value": (
        "limits = 3\n" + CASE[: CASE.index("[limits]")],
        "case.toml:1: limits 3 is not a table, expected [limits]",
    ),
    "twice": (changed(("floor = 20", "floor = 20\nfloor = 21")), "case.toml:8: is not TOML: *"),
    "unquoted": (changed(('"BHTX-23F"', "BHTX-23F")), "case.toml:2: is not TOML: *"),
    "open text": (changed(('"BHTX-23F"', '"BHTX')), "case.toml:2: is not TOML: *"),
    "cut off": (CASE[:-6], "case.toml:18: is not TOML: *"),
    "a number of 5000 digits": (changed(("20", "9" * 5000)), "case.toml: is not TOML: *"),
    "nested deep": (CASE + "x = " + "[" * 9000 + "]" * 9000, "case.toml: is nested too deep for TOML"),
    "NUL": (CASE + "\0", "case.toml:19: holds NUL bytes, expected text"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_toml_is_refused_with_its_line(root: Path, name: str) -> None:
    text, message = BROKEN[name]
    found = refusal(root, text)
    assert found.startswith(message[:-1]) if message.endswith("*") else found == message


def test_paths_that_are_no_case(root: Path) -> None:
    for path, message in (
        (root / "none", ": no such case"),
        (root / "none.toml", ": no such case"),
        (root, ": has no case.toml, expected a case folder"),
        (
            root / "net" / "cells.csv",
            f":1: is no drive-test log rfopt can read, expected one of: {', '.join(log_formats)}"
            "; a column map may say which column is what (rfopt ingest --map)",
        ),
    ):
        with pytest.raises(InputError) as caught:
            read_case(path)
        assert str(caught.value) == f"{printable(path, 999)}{message}"


def test_what_the_network_or_a_log_refuses_is_said_of_that_file(root: Path) -> None:
    assert refusal(root, changed(('"../net"', '"../nett"'))).endswith("nett: no such network folder")
    assert "expected a folder with cells.csv" in refusal(root, changed(('"../net"', '""')))
    assert refusal(root, changed(('["*.csv"]', '["*"]'))).endswith(
        f"case.toml:1: is no drive-test log rfopt can read, expected one of: {', '.join(log_formats)}"
        "; a column map may say which column is what (rfopt ingest --map)"
    )
    assert refusal(root, changed(('["*.csv"]', '["."]'))).endswith(": is a folder, expected a file")
    assert refusal(root, changed(('["*.csv"]', '["c.csv"]'))) == "c.csv: no such file"


def test_a_network_may_be_in_chinas_coordinates(root: Path) -> None:
    plain = read(root).network
    turned = read_case(put(root, changed(('network = "../net"', 'network = "../net"\ncoordinates = "gcj02"')))).network
    assert plain is not None and turned is not None
    moved_m = (turned.cells["lat"] - plain.cells["lat"]).abs() * 111_195.0
    assert moved_m.between(1.0, 700.0).all()
    message = refusal(root, changed(('network = "../net"', 'network = "../net"\ncoordinates = "gcj2"')))
    assert "coordinates 'gcj2' is unknown, expected one of wgs84, gcj02, bd09; did you mean 'gcj02'?" in message


@pytest.mark.parametrize("word", ["GCJ-02", "gcj02", "GCJ_02"])
def test_the_complaint_and_its_logs_may_be_in_chinas_coordinates(root: Path, word: str) -> None:
    plain, lat, lon = read(root), 39.91640428, 116.41024450  # far from the network, which these cases do not name
    alone = [('network = "../net"\n', ""), ('wanted = ["A"]\n', "")]
    case = read(root, *alone, ("lat = 38.4950\nlon = 106.2250", f'lat = {lat}\nlon = {lon}\ncoordinates = "{word}"'))
    assert (case.lat, case.lon) == pytest.approx((39.915, 116.404), abs=1e-6)
    pd.testing.assert_frame_equal(case.readings, plain.readings)
    assert "case.toml: the complaint was turned from gcj02 to WGS84" in case.notes
    rows = "time,rat,serving,cell,arfcn,bsic,rxlev_dbm,lat,lon\n"
    row = f"1,GSM,1,A,62,4-5,-75,{lat},{lon}\n2,GSM,1,A,62,4-5,-75,,\n"
    (root / "case" / "c.csv2").write_text(rows + row, encoding="utf-8")
    logged = read(root, *alone, ('["*.csv"]', f'["c.csv2"]\nlog_coordinates = "{word}"'))
    assert logged.readings["lat"].tolist() == pytest.approx([39.915, np.nan], abs=1e-6, nan_ok=True)
    assert (logged.lat, logged.lon) == (plain.lat, plain.lon)
    (root / "case" / "c.csv2").unlink()


def test_unknown_coordinates_are_refused_at_their_own_line(root: Path) -> None:
    two = (("floor = 20", 'floor = 20\ncoordinates = "WGS84"'), ('wanted = ["A"]', 'coordinates = "UTM 48N"'))
    said = "case.toml:13: coordinates 'UTM 48N' is unknown, expected one of wgs84, gcj02, bd09"
    assert refusal(root, changed(*two)) == said
    said = "case.toml:8: coordinates 'bd9' is unknown, expected one of wgs84, gcj02, bd09; did you mean 'bd09'?"
    assert refusal(root, changed(("floor = 20", 'floor = 20\ncoordinates = "bd9"'))) == said
    assert refusal(root, changed(("floor = 20", "floor = 20\ncoordinates = 3"))).endswith("coordinates 3 is not text")


def test_logs_without_rows_are_refused(root: Path) -> None:
    empty = root / "case" / "empty.tab"
    empty.write_text("time,rat,serving,cell,rxlev_dbm\n", encoding="utf-8")
    assert refusal(root, changed(('["*.csv"]', '["empty.tab"]'))) == "case.toml: its logs hold no readings"


SCALARS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(), st.booleans(), st.text(max_size=5),
    st.sampled_from(["../net", "*.csv", "a.csv", "A", "power_dbm", "**", "[", "~", "/", "..", "\x00", "a" * 300]),
)  # fmt: skip
KEYS = st.sampled_from(["id", "text", "lat", "lon", "building", "floor", "network", "logs", "wanted", "parameters",
                        "cells",                         "max_changes", "site_visits", "x"])  # fmt: skip


def toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, SCALARS | st.lists(SCALARS, max_size=3))
def test_any_value_of_any_key_is_read_or_refused_in_one_line(root: Path, key: str, value: object) -> None:
    lines = [f"{key} = {toml(value)}" if line.startswith(f"{key} =") else line for line in CASE.splitlines()]
    folder = put(root, "\n".join(lines))
    try:
        case = read_case(folder)
    except InputError as error:
        assert "\n" not in str(error) and str(error).isprintable()
    else:
        assert np.isfinite(case.lat) and case.limits.max_changes >= 0


# --- places of one region -------------------------------------------------------------------------------------------


def moved(root: Path, tmp_path: Path, swap: str, **to: float) -> str:
    """What is said where the cells, the log or the complaint stand elsewhere."""
    shutil.copytree(root, tmp_path / "root")
    case = put(tmp_path / "root", CASE)
    file = {"cells": case.parent / "net" / "cells.csv", "log": case / "a.csv"}.get(swap)
    if file is None:
        put(tmp_path / "root", CASE.replace("lat = 38.4950", f"lat = {to['lat']}"))
    else:
        frame = pd.read_csv(file).assign(**to)
        frame.to_csv(file, index=False)
    with pytest.raises(InputError) as caught:
        read_case(case)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(case.parent) + "/", "")


@pytest.mark.parametrize(
    ("what", "to", "said"),
    [
        ("cells", {"lat": 14.7, "lon": -17.4}, "case/case.toml:4: place lat 38.495, lon 106.22 is 1"),
        ("complaint", {"lat": 8.5}, "case/case.toml:4: place lat 8.5, lon 106.22 is 33"),
        ("log", {"lat": 14.7, "lon": -17.4}, "case/a.csv:2: place lat 14.7, lon -17.4 is 1"),
    ],
)
def test_places_far_from_all_cells(root, tmp_path, what, to, said):
    told = moved(root, tmp_path, what, **to)
    assert told.startswith(said) and told.endswith(" km from the nearest cell of net, expected the same region")


def test_swapped_places_are_told_as_such(tmp_path):
    """Within ±90 no range shows it: a table of Dakar whose columns are swapped."""
    cells = pd.DataFrame({"lat": [-17.44], "lon": [14.7]})
    rows = pd.DataFrame({"lat": [np.nan, 14.71], "lon": [np.nan, -17.45], "file": "a.csv", "line": [2, 3]})
    with pytest.raises(InputError, match=r"^a.csv:3: place lat 14.71, .* \(latitude and longitude are swapped in"):
        refuse_foreign_log(rows, cells, Path("cells.csv"))
    refuse_foreign_log(rows, cells.assign(lat=14.7, lon=-17.44), Path("cells.csv"))
