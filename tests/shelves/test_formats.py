"""A format of logs or networks is one file on its shelf: it takes part without an edit elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOG = """
from rfopt.logs import log_formats, read_log
@log_formats
def zz_walk(path):
    if not path.read_bytes().startswith(b"ZZ"):
        return None
    table = path.with_suffix(".table")
    table.write_text("time,rat,serving,cell,rxlev_dbm\\n" + path.read_text().partition("\\n")[2])
    return read_log(table, "table")
"""
NETWORK = """
from rfopt.sites import network_formats
from rfopt.sites.folder import folder
@network_formats
def zz_sites(path):
    return folder(path.parent) if path.suffix == ".zz" else None
"""
ASK = """
import sys
from pathlib import Path
import rfopt.logs, rfopt.sites
home = Path(sys.argv[1])
rfopt.logs.__path__.append(str(home / "logs"))
rfopt.sites.__path__.append(str(home / "sites"))
from rfopt.ingest import ingest
from rfopt.sites import read_network
print(ingest([home / "walk.zz"], home / "out.csv").files[0].readings, len(read_network(home / "net" / "a.zz").cells))
"""


def test_a_format_in_one_file_is_found_by_content(tmp_path: Path) -> None:
    for folder, code in (("logs", LOG), ("sites", NETWORK)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"zz_{'walk' if folder == 'logs' else 'sites'}.py").write_text(code)
    (tmp_path / "walk.zz").write_text("ZZ\n1,GSM,1,A,-75\n2,GSM,1,A,-76\n")
    net = tmp_path / "net"
    net.mkdir()
    (net / "a.zz").write_text("")
    cells = "cell,site,rat,kind,lat,lon,height_m,power_dbm,arfcn,bsic\nA,a,GSM,macro,38.5,106.2,30,43,62,4-5\n"
    (net / "cells.csv").write_text(cells)
    done = subprocess.run([sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "2 1\n"
