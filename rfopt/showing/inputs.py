"""What was read: a network, a log, a case."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from rfopt.case import Case
from rfopt.logs import Log
from rfopt.logs.transitions import transitions
from rfopt.network import Network
from rfopt.network_summary import lines, summarise
from rfopt.sentences import number
from rfopt.showing.maps import network_map
from rfopt.showing.pieces import Piece, line, small, table, title
from rfopt.words import say

KINDS = ("macro", "micro", "das")
MOST_FILES = 20


def network_html(network: Network, lang: str) -> Markup:
    """Cells by technology and kind, a map, and what looks wrong."""
    found = summarise(network)
    head = ["", *(say(f"network.kind.{kind}", lang) for kind in KINDS), say("show.relations", lang)]
    rows = [
        [rat, *(kinds[kind] for kind in KINDS), found["relations"][rat]["relations"]]
        for rat, kinds in found["cells"].items()
    ]
    told = lines(found, lang)
    return Markup('<div style="display:flex;gap:16px;flex-wrap:wrap"><div>{}{}{}{}</div><div>{}</div></div>').format(
        title(say("show.network", lang, cells=len(network.cells), sites=found["sites"])),
        table(head, rows),
        small([words.strip() for words in told], say("show.details", lang)),
        small(network.notes, say("show.notes", lang, count=len(network.notes))),
        network_map(network.cells),
    )


def log_html(log: Log, lang: str) -> Markup:
    """Rows read and refused, readings by technology and mode, and how often the server changed."""
    head = say(
        "show.log", lang, format=log.format, rows=log.rows, readings=len(log.readings), rejected=len(log.rejects)
    )
    refused = [f"{count} × {reason}" for reason, count in log.rejects["reason"].value_counts().items()]
    return (
        title(head)
        + readings_table(log.readings, lang)
        + small(refused, say("show.refused", lang, count=len(log.rejects)))
        + small(log.notes, say("show.notes", lang, count=len(log.notes)))
    )


def case_html(case: Case, lang: str) -> Markup:
    """The complaint, its place, its logs and what a plan may change."""
    comma = say("report.comma", lang)
    where = say("show.place", lang, lat=case.lat, lon=case.lon, floor=case.floor, building=case.building or "–")
    visits = say(f"show.visits.{'yes' if case.limits.site_visits else 'no'}", lang)
    return (
        title(f"{case.id}")
        + line(case.text)
        + line(where)
        + line(comma.join(case.wanted) or "–", say("show.wanted", lang))
        + readings_table(case.readings, lang)
        + line(say("show.limits", lang, count=case.limits.max_changes, visits=visits))
        + small(case.notes, say("show.notes", lang, count=len(case.notes)))
    )


def readings_table(readings: pd.DataFrame, lang: str) -> Markup:
    """Readings of each file, technology and mode: minutes, places, named cells and changes of the server."""
    head = ["file", "rat", "mode", "readings", "minutes", "places", "cells", "changes"]
    groups = readings.groupby(["file", "rat", "mode"], sort=True, observed=True)
    rows: list[list[Piece]] = [
        [
            Path(str(file)).name, str(rat), str(mode), len(rows), number(_minutes(rows), 1), rows["point"].nunique(),
            rows["cell"].where(rows["cell"] != "").nunique(), len(transitions(rows)),
        ]
        for (file, rat, mode), rows in list(groups)[:MOST_FILES]
    ]  # fmt: skip
    return table([say(f"show.column.{name}", lang) for name in head], rows)


def _minutes(readings: pd.DataFrame) -> float:
    """Time between the first and the last reading of each place, together."""
    times = readings.groupby("point", observed=True)["time"]
    return float((times.max() - times.min()).sum()) / 60.0
