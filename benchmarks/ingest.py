"""Large logs into Parquet: rfopt beside pyarrow's own CSV reader and Parquet writer, each in a process of its own.

pyarrow reads and writes the file as it stands, every column typed beforehand. rfopt checks every value, finds the
neighbours and writes one row for each measured cell.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from rfopt.logs import LOG_COLUMNS

SIZES = {"gnettrack": 625_000, "table": 3_000_000}
NEIGHBOURS = 18
WALK = 50_000
PEER = """
import sys, pyarrow as pa, pyarrow.csv as c, pyarrow.parquet as q
path, out, mark = sys.argv[1:]
words = {"Timestamp", "Operatorname", "Cellname", "NetworkTech", "point", "mode", "rat", "cell", "bsic", "event"}
reals = {"Longitude", "Latitude", "SNR", "time", "lat", "lon", "rxlev_dbm", "rxqual", "ci_db", "rsrp_dbm", "rsrq_db",
         "sinr_db"}
longs = {"Operator", "earfcn", "ARFCN"}
names = open(path, encoding="utf-8").readline().strip().split(mark)
kind = lambda n: pa.string() if n in words else pa.float64() if n in reals else (
    pa.int32() if n in longs or n.startswith("NARFCN") else pa.int16())
batches = c.open_csv(path, parse_options=c.ParseOptions(delimiter=mark, quote_char=False),
    convert_options=c.ConvertOptions(column_types={n: kind(n) for n in names}))
with q.ParquetWriter(out, batches.schema) as writer:
    for batch in batches:
        writer.write_batch(batch)
"""
OWN = """
import sys
from rfopt.cli import main
sys.argv = ["rfopt", "ingest", sys.argv[1], "-o", sys.argv[2], "--quiet"]
main()
"""


def same(word: object, count: int) -> pa.Array:
    return pa.repeat(word, count)


def gnettrack(path: Path, rows: int) -> None:
    """Rows of an LTE phone with all its neighbours, 480 bytes each."""
    rng = np.random.default_rng(0)
    at = np.datetime64("2025-07-18T00:00:00") + np.arange(rows).astype("timedelta64[s]")
    stamps = [s.replace("-", ".").replace("T", "_").replace(":", ".") for s in np.datetime_as_string(at).tolist()]
    cell = np.repeat(rng.integers(0, 400, rows // 20 + 1), 20)[:rows]
    channel = np.where(cell % 2, 1850, 38400)
    steps = np.cumsum(rng.normal(0, 1e-6, (2, rows)), axis=1)
    walk = np.round(np.array([[106.22], [38.49]]) + steps, 6)
    columns = {"Timestamp": stamps, "Longitude": walk[0], "Latitude": walk[1], "Speed": rng.integers(0, 30, rows)}
    columns |= {"Operatorname": same("CMCC", rows), "Operator": same(46000, rows), "Cellname": same("-", rows)}
    columns |= {"Node": 1000 + cell // 3, "CellID": cell % 3 + 1, "LAC": 700 + cell // 100}
    columns |= {"NetworkTech": same("4G", rows), "Level": rng.integers(-120, -60, rows)}
    columns |= {"Qual": rng.integers(-19, -5, rows), "SNR": np.round(rng.normal(8, 6, rows), 1)}
    columns |= {"CQI": rng.integers(0, 15, rows), "LTERSSI": rng.integers(-90, -40, rows), "ARFCN": channel}
    columns |= {"PSC": cell % 504, "Altitude": rng.integers(1000, 1200, rows), "TA": same(-1, rows)}
    for k in range(1, NEIGHBOURS + 1):
        columns |= {f"NLAC{k}": same(-1, rows), f"NCellID{k}": (cell + 7 * k) % 504, f"NARFCN{k}": channel}
        columns |= {f"NRxLev{k}": rng.integers(-125, -70, rows), f"NQual{k}": rng.integers(-19, -5, rows)}
    write(path, [pa.table(columns)], "\t")


def table(path: Path, rows: int) -> None:
    """Walks through buildings of a city, eight cells an instant."""
    write(path, (walk(k, min(WALK, rows - k * WALK)) for k in range(-(-rows // WALK))), ",")


def walk(number: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(number)
    count = rows // 8 + 1
    instant, cell = np.divmod(np.arange(rows), 8)
    server = np.repeat(rng.integers(0, 6, count // 30 + 1), 30)[:count][instant]
    steps = np.round(
        np.cumsum(rng.normal(0, 1e-6, (2, count)), axis=1) + rng.random((2, 1)) * 0.2 + [[38.4], [106.1]], 6
    )
    names = np.array([f"小区{number}-{k}" for k in range(6)])
    level = np.clip(-70 - 3 * cell + rng.integers(-10, 10, rows), -110, -48)
    columns = {"time": pa.array(number * (count + 30.0) + instant), "lat": steps[0][instant], "lon": steps[1][instant]}
    columns |= {"point": np.array([f"b{number}_{k}" for k in range(20)])[instant * 20 // count]}
    columns |= {"floor": same(int(rng.integers(1, 33)), rows), "mode": same("idle", rows), "serving": (cell == 0) * 1}
    columns |= {"cell": np.where(cell == 0, names[server], "")}
    if number % 2:
        columns |= {"rat": same("LTE", rows), "earfcn": same(38400, rows), "pci": 100 + server + cell}
        columns |= {"rsrp_dbm": level, "rsrq_db": -rng.integers(5, 18, rows)}
    else:
        columns |= {"rat": same("GSM", rows), "arfcn": 50 + server + cell, "rxlev_dbm": level}
        columns |= {"bsic": np.array([f"{k // 8}-{k % 8}" for k in range(64)])[server + cell]}
    return pa.table({n: columns[n] if n in columns else pa.nulls(rows, pa.string()) for n in LOG_COLUMNS})


def write(path: Path, tables: object, mark: str) -> None:
    style = arrow_csv.WriteOptions(include_header=False, delimiter=mark, quoting_style="none")
    with path.open("wb") as out:
        for k, one in enumerate(tables):  # type: ignore[call-overload]
            if k == 0:
                out.write((mark.join(one.column_names) + "\n").encode())
            arrow_csv.write_csv(one, out, style)


def run(code: str, *words: str) -> tuple[float, float, float]:
    """Wall and processor seconds of a process, and its peak memory in MB."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("a form failed")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("gnettrack", gnettrack), ("table", table)):
            path, out = Path(folder) / f"{name}.csv", Path(folder) / "out.parquet"
            maker = multiprocessing.get_context("spawn").Process(target=make, args=(path, SIZES[name]))
            maker.start()  # elsewhere, for a process is born with its parent's peak memory
            maker.join()
            forms = {"pyarrow": (PEER, str(path), str(out), "\t" if name == "gnettrack" else ","),
                     "rfopt": (OWN, str(path), str(out))}  # fmt: skip
            run(*forms["rfopt"])  # compile, and read the file into the system's cache
            seen = {form: [] for form in forms}
            for _ in range(rounds):
                for form, words in forms.items():
                    seen[form].append(run(*words))
            middle = {form: [statistics.median(v) for v in zip(*told, strict=True)] for form, told in seen.items()}
            print(f"\n{name}: {SIZES[name]} rows, {path.stat().st_size / 1e6:.0f} MB")
            for form, (wall, cpu, peak) in middle.items():
                shares = f"{wall / middle['pyarrow'][0]:.2f}", f"{cpu / middle['pyarrow'][1]:.2f}"
                print(f"  {form:8} {wall:6.2f} s ({shares[0]})   processor {cpu:6.2f} s ({shares[1]})   {peak:5.0f} MB")


if __name__ == "__main__":
    main()
