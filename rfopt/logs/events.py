"""G-NetTrack event files: reselections, handovers and calls as the tool noted them, beside its log."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from rfopt.errors import InputError
from rfopt.files import read_text
from rfopt.logs.identity import TECHNOLOGIES, cell_label
from rfopt.logs.opening import clean_name, header_names

MODES = {"I": "idle", "D": "data", "V": "call", "VD": "call", "C": "call"}
"""G-NetTrack's states: idle, data, voice, voice and data."""

TIMESTAMP = re.compile(r"(\d{4}\.\d\d\.\d\d_\d\d\.\d\d\.\d\d)(\.\d{1,6})?")

COLUMNS = ["time", "kind", "rat_from", "rat_to", "from_cell", "to_cell", "line", "mode", "delay_s"]


def plain(name: str) -> str:
    """A header name in small letters and digits only: spellings differ between versions.

    >>> plain("LAC/TAC"), plain("NCellID1")
    ('lactac', 'ncellid1')
    """
    return re.sub(r"[^a-z0-9]", "", clean_name(name).lower())


def is_event_header(names: Collection[str]) -> bool:
    """True for the header of an event file: events and no channel of the server."""
    plains = {plain(name) for name in names}
    return {"timestamp", "eventtype", "eventdetails"} <= plains and not {"arfcn", "psc"} & plains


def read_events(path: Path, start: str = "") -> pd.DataFrame:
    """Read an event file.

    Parameters
    ----------
    path : Path
    start : str
        ISO 8601 text of second 0, as `rfopt.logs.Log.start` gives it; '' counts from the first event.

    Returns
    -------
    DataFrame
        time [s]; kind, the tool's word (``IRAT_CELL_RESELECTION_4G2G``) or, where it gives none, its remark
        (``START PING``); rat_from, rat_to; from_cell, to_cell as the log's labels, '' unknown; line; mode after the
        event; delay_s of a CSFB. Rows without a readable time are left out.

    Raises
    ------
    InputError
        If it is no G-NetTrack event file.
    """
    names, delimiter = header_names(path)
    if not is_event_header(names):
        raise InputError("is no G-NetTrack event file, expected columns Timestamp, EventType and EventDetails", path, 1)
    places = {plain(name): k for k, name in reversed(list(enumerate(names)))}
    rows = []
    for line, text in enumerate(re.split(r"\r\n|\n|\r", read_text(path)), 1):
        fields = [field.strip() for field in text.split(delimiter)]
        if len(fields) < len(names):
            continue
        named = {name: fields[place] for name, place in places.items()}
        moment = moment_of(named["timestamp"])
        if moment is not None:
            rows.append((moment, *_event(named), line, _mode(named)))
    frame = pd.DataFrame(rows, columns=["moment", "kind", *COLUMNS[2:6], "detail", "line", "mode"])
    zero = datetime.fromisoformat(start) if start else min((row[0] for row in rows), default=datetime.min)
    frame["time"] = np.array([(moment - zero).total_seconds() for moment in frame["moment"]], dtype=float)
    csfb = frame["kind"].str.startswith("CSFB")
    frame["delay_s"] = pd.to_numeric(frame["detail"].where(csfb, ""), errors="coerce").to_numpy(dtype=float) / 1000.0
    return frame[COLUMNS]


def moment_of(text: str) -> datetime | None:
    """The time a timestamp ``YYYY.MM.DD_HH.MM.SS`` states, to fractions where it has any; None if it is broken.

    >>> moment_of("2025.07.18_22.11.08"), moment_of("2025.02.30_22.11.08")
    (datetime.datetime(2025, 7, 18, 22, 11, 8), None)
    """
    found = TIMESTAMP.fullmatch(text.strip())
    if not found:
        return None
    try:
        return datetime.strptime(found[1] + (found[2] or ".0"), "%Y.%m.%d_%H.%M.%S.%f")
    except ValueError:
        return None


def _event(named: dict[str, str]) -> tuple[str, str, str, str, str, str]:
    """kind, rat_from, rat_to, from_cell, to_cell, detail of one row."""
    kind, detail = named["eventtype"], named["eventdetails"]
    if not kind:
        return " ".join(re.findall(r"[A-Za-z]+", detail)), "", "", "", "", ""
    pair = re.search(r"_(\dG)(\dG)$", kind)
    rat_from, rat_to = (TECHNOLOGIES.get(rat, "") for rat in pair.groups()) if pair else ("", "")
    before, colon, after = detail.partition(":")
    if not pair or not colon:
        return kind, rat_from, rat_to, "", "", detail
    return kind, rat_from, rat_to, _label(before, rat_from), _label(after, rat_to), detail


def _label(text: str, rat: str) -> str:
    """The label of an identity that an event writes MCC-MNC-area-node-cell-channel-code."""
    found = re.fullmatch(r"(\d*)-(\d*)-(-?\d*)-(-?\d*)-(-?\d*)-(-?\d*)-(-?\d*)", text.strip())
    if not found:
        return ""
    lac, node, ci = (float(word) if word.strip("-") else float("nan") for word in found.groups()[2:5])
    return cell_label(found[1] + found[2], rat, lac, node, ci)


def _mode(named: dict[str, str]) -> str:
    """What the phone does from this event on; a call starts before the tool's state says so."""
    return "call" if named["eventtype"] == "CALL_START" else MODES.get(named.get("state", ""), "idle")
