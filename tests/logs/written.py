"""Small logs for the tests, written as text."""

from __future__ import annotations

from pathlib import Path

from rfopt.logs import LOG_COLUMNS

GSM = {"time": "2.0", "point": "dining_north", "mode": "idle", "rat": "GSM", "serving": "1", "cell": "宝湖天下NG2-5"}
GSM |= {"arfcn": "1003", "bsic": "4-5", "rxlev_dbm": "-75"}
NEIGHBOUR = GSM | {"serving": "0", "cell": "", "arfcn": "62", "bsic": "4-1", "rxlev_dbm": "-79"}
LTE = {"time": "2.0", "point": "dining_north", "mode": "idle", "rat": "LTE", "serving": "1", "cell": "宝湖天下NL-1"}
LTE |= {"earfcn": "38400", "pci": "105", "rsrp_dbm": "-86", "rsrq_db": "-8.5"}


def table_text(rows: list[dict[str, str]], columns: tuple[str, ...] = LOG_COLUMNS, delimiter: str = ",") -> str:
    """Rows as the measurement table's text."""
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def write_table(folder: Path, *rows: dict[str, str]) -> Path:
    """A measurement table in a file."""
    path = folder / "log.csv"
    path.write_text(table_text(list(rows)), encoding="utf-8")
    return path


GNET = [
    "Timestamp", "Longitude", "Latitude", "Operatorname", "Operator", "Cellname", "Node", "CellID", "LAC",
    "NetworkTech", "Level", "Qual", "SNR", "CQI", "LTERSSI", "ARFCN", "PSC", "Altitude", "Distance", "TA", "BAND",
]  # fmt: skip
SERVER = {"Timestamp": "2025.07.18_22.11.08", "Longitude": "-17.436158", "Latitude": "14.665338", "Operator": "60802"}
SERVER |= {
    "Node": "1032",
    "CellID": "1",
    "LAC": "701",
    "NetworkTech": "4G",
    "Level": "-96",
    "Qual": "-15",
    "SNR": "3.5",
}
SERVER |= {"ARFCN": "1850", "PSC": "132"}
ON_2G = SERVER | {"NetworkTech": "2G", "Node": "", "CellID": "11542", "LAC": "43", "ARFCN": "62", "PSC": "37"}
ON_2G |= {"Level": "-74.67", "Qual": "3", "SNR": "-"}


def at(row: dict[str, str], clock: str, **values: str) -> dict[str, str]:
    """A G-NetTrack row at a time of day, with other values."""
    return row | {"Timestamp": f"2025.07.18_{clock}"} | values


def gnet_text(rows: list[dict[str, str]], names: list[str] | None = None, end: str = "\t\r\n") -> str:
    """Rows as G-NetTrack writes them: no tab after the header's last name, one after each row's last field."""
    names = GNET if names is None else names
    return "\t".join(names) + "\r\n" + "".join("\t".join(row.get(name, "") for name in names) + end for row in rows)


def write_gnet(folder: Path, *rows: dict[str, str], names: list[str] | None = None) -> Path:
    """A G-NetTrack log in a file."""
    path = folder / "walk.txt"
    path.write_bytes(gnet_text(list(rows), names).encode("utf-8"))
    return path


EVENTS = ["Timestamp", "Node", "CellID", "LAC", "NetworkTech", "Level", "EventType", "EventDetails", "State"]


def write_events(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """A G-NetTrack event file beside `write_gnet`'s log, of rows clock, type, details, state."""
    path = folder / "walk_events.txt"
    lines = ["\t".join(EVENTS)]
    lines += [f"2025.07.18_{clock}\t\t\t\t4G\t-90\t{kind}\t{details}\t{state}" for clock, kind, details, state in rows]
    path.write_bytes("".join(line + "\r\n" for line in lines).encode("utf-8"))
    return path
