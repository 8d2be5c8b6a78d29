"""What is fuzzed: each of rfopt's readers as a function of bytes, with all that must hold of what it gives back.

A reader of several files takes them as one input, cut at the lines ``===``. Whatever the bytes are, a reader either
reads them or raises `InputError` in one line; everything else that comes out is a fault.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from rfopt.archives import archive_kind, unpacked
from rfopt.case import read_case
from rfopt.errors import InputError
from rfopt.geography.building_files import read_buildings
from rfopt.geography.terrain import read_terrain
from rfopt.ingest import ingest
from rfopt.logs import log_formats, read_log
from rfopt.logs.events import read_events
from rfopt.network import Network, plan_text, read_plan
from rfopt.network_summary import lines, summarise
from rfopt.radio.calibration_file import read_model
from rfopt.radio.pattern_files import read_pattern
from rfopt.sites import network_formats, read_network

CUT = b"\n===\n"
LONGEST_MESSAGE = 1200
SEEDS = Path(__file__).parent / "seeds"
BOOK = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml")
"""Parts of a workbook that are fuzzed."""
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGED = "http://schemas.openxmlformats.org/package/2006"
TIES = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGED}/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGED}/relationships"><Relationship Id="r1" '
    f'Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGED}/relationships">'
    + "".join(
        f'<Relationship Id="r{k}" Type="{RELATED}/{kind}" Target="{target}"/>'
        for k, kind, target in ((1, "worksheet", "worksheets/sheet1.xml"), (2, "sharedStrings", "sharedStrings.xml"),
                                (3, "styles", "styles.xml"))
    )
    + "</Relationships>",
}  # fmt: skip
"""The other parts, which tie them together."""

Reader = Callable[[Path], object]


def run(name: str, data: bytes) -> bool:
    """Give bytes to a reader; True if it read them, False if it refused them as it should.

    Raises
    ------
    AssertionError
        If a message is not one short line that names a file, or what was read does not hold together.
    """
    files, reader = READERS[name]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        home = Path(folder)
        for file, content in zip(files, data.split(CUT, len(files) - 1), strict=False):
            (home / file).parent.mkdir(parents=True, exist_ok=True)
            (home / file).write_bytes(content)
        try:
            reader(home)
        except InputError as error:
            said = str(error)
            assert said.isprintable() and len(said) <= LONGEST_MESSAGE, f"no message for people: {said!r}"
            assert error.file is not None and error.file.startswith(folder), f"names no file: {said}"
            return False
    return True


def load_shelves() -> None:
    """Import every format now: a shelf does so when it is first asked, which is too late to be watched."""
    assert list(log_formats) and list(network_formats)


def seeds(name: str) -> list[Path]:
    """The files to begin with."""
    return sorted(path for path in (SEEDS / name).iterdir() if path.is_file())


def _log(home: Path) -> None:
    """A log through the whole of ingest: what it writes is a table that reads back to the same."""
    source = next(path for path in sorted(home.iterdir()) if path.stem == "log")
    out, rejects = home / "out.csv", home / "rejects.csv"
    try:
        ingest([source], out, rejects=rejects)
    except InputError:
        assert not out.exists(), "a refused log left its output"
        raise
    log = read_log(source)
    assert len(set(log.readings["line"]) | set(log.rejects["line"])) <= log.rows, "more rows than the file has"
    if source.suffix != ".xml":  # where a line is no row: two values of one line may fare differently
        assert not set(log.readings["line"]) & set(log.rejects["line"]), "a row both read and rejected"
    assert (log.rejects["reason"] != "").all()
    assert len(log.rejects) + sum(log.unused.values()) <= log.rows, "rows counted twice"
    assert len(read_log(out).readings) == len(log.readings)


def _gnettrack(home: Path) -> None:
    if (home / "log_events.txt").exists():
        try:
            read_events(home / "log_events.txt")
        except InputError as error:
            assert error.file is not None
    _log(home)


def _mapped(home: Path) -> None:
    ingest([home / "log.csv"], home / "out.csv", column_map=home / "map.toml")


def _network(home: Path) -> None:
    """A network with what `rfopt network show` says of it."""
    summary = summarise(read_network(home))
    assert lines(summary, "en") and lines(summary, "zh")


def _workbook(home: Path) -> None:
    book = home / "book.xlsx"
    with zipfile.ZipFile(book, "w") as archive:
        for part, text in TIES.items():
            archive.writestr(part, text)
        for part in BOOK:
            if (home / part).exists():
                archive.write(home / part, part)
    summarise(read_network(book))


def _case(home: Path) -> None:
    shutil.copytree(SEEDS.parent / "network", home / "network")
    read_case(home)


def _plan(home: Path) -> None:
    plan = read_plan(home / "plan.csv", _small_network())
    (home / "again.csv").write_text(plan_text(plan), encoding="utf-8")
    assert plan_text(read_plan(home / "again.csv", _small_network())) == plan_text(plan)


@cache
def _small_network() -> Network:
    return read_network(SEEDS.parent / "network")


def _archive(home: Path) -> None:
    path = home / "archive.bin"
    if archive_kind(path):
        for _, file in unpacked(path):
            assert home not in file.parents
            file.read_bytes()


READERS: dict[str, tuple[tuple[str, ...], Reader]] = {
    "archive": (("archive.bin",), _archive),
    "buildings": (("buildings.geojson",), lambda home: read_buildings(home / "buildings.geojson")),
    "calibration": (("fit.json",), lambda home: read_model(home / "fit.json")),
    "case": (("case.toml", "idle.csv"), _case),
    "column_map": (("map.toml", "log.csv"), _mapped),
    "export": (("log.csv",), _log),
    "gnettrack": (("log.txt", "log_events.txt"), _gnettrack),
    "mro": (("log.xml",), _log),
    "nemo": (("log.nmf",), _log),
    "parquet": (("log.parquet",), _log),
    "pattern": (("antenna.msi",), lambda home: read_pattern(home / "antenna.msi")),
    "plan": (("plan.csv",), _plan),
    "raml": (("dump.xml", "sites.csv"), _network),
    "sites": (("sites.csv",), _network),
    "table": (("log.csv",), _log),
    "tables": (("cells.csv", "neighbours.csv", "redirects.csv", "layers.csv"), _network),
    "terrain": (("terrain.asc",), lambda home: read_terrain(home / "terrain.asc")),
    "workbook": (BOOK, _workbook),
}
