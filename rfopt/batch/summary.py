"""What a batch came to: all cases in one table, the cells behind most complaints, and the plans merged."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rfopt import __version__
from rfopt.batch.jobs import Record, Settings
from rfopt.batch.merging import Merged, merge
from rfopt.batch.page import summary_html
from rfopt.files import as_json, write_whole
from rfopt.network import Change, plan_text
from rfopt.sentences import change_text

SCHEMA = "rfopt.batch/1"
FOUND = 0.5
"""Severity from which a finding counts as a complaint's cause."""


def summarise(records: Sequence[Record], settings: Settings) -> dict[str, Any]:
    """Write summary.json, summary.csv, summary.html and a merged plan for each network; returns the summary.

    The same records give the same files, whoever worked on them and in whatever order: what differs from run to run
    (seconds, memory) is left to the records.
    """
    ordered = sorted(records, key=lambda record: record.name)
    merged = merge(ordered)
    rows = [_row(record) for record in ordered]
    table = {
        "schema": SCHEMA,
        "version": __version__,
        "seed": settings.seed,
        "cases": rows,
        "cells": worst_cells(ordered),
        "networks": [
            _network(name, network, settings.lang) for name, network in zip(_names(merged), merged, strict=True)
        ],
    }
    folder = Path(settings.output)
    for name, network in zip(_names(merged), merged, strict=True):
        write_whole(folder / "merged" / f"{name}.csv", plan_text(network.plan))
    write_whole(folder / "summary.json", as_json(table))
    write_whole(folder / "summary.csv", _csv(rows))
    write_whole(folder / "summary.html", summary_html(table, settings.lang))
    return table


def _names(merged: Sequence[Merged]) -> list[str]:
    """A file name for every network: its folder's own, numbered where two are called the same."""
    names: list[str] = []
    for network in merged:
        name = Path(network.network).name or "network"
        names.append(name if name not in names else f"{name}~{len(names)}")
    return names


def _row(record: Record) -> dict[str, Any]:
    first = next((f for f in record.findings if f["severity"] >= FOUND), None)
    before, after = record.objective or (None, None)
    return {
        "name": record.name,
        "id": record.id,
        "error": record.error,
        "rule": first["rule"] if first else None,
        "cells": first["cells"] if first else [],
        "text": first["text"] if first else None,
        "changes": len(record.plan),
        "visits": sum(bool(change["visit"]) for change in record.plan),
        "before": before,
        "after": after,
    }


def worst_cells(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The cells to blame, those behind most complaints first: number of cases, their rules, and the cases."""
    blamed: dict[str, dict[str, set[str]]] = {}
    for record in records:
        for finding in record.findings:
            for cell in finding["cells"] if finding["severity"] >= FOUND else ():
                of_cell = blamed.setdefault(cell, {"rules": set(), "cases": set()})
                of_cell["rules"].add(finding["rule"])
                of_cell["cases"].add(record.name)
    ordered = sorted(blamed.items(), key=lambda item: (-len(item[1]["cases"]), item[0]))
    return [{"cell": cell, **{key: sorted(value) for key, value in of.items()}} for cell, of in ordered]


def _network(name: str, merged: Merged, lang: str) -> dict[str, Any]:
    return {
        "name": name,
        "path": merged.network,
        "changes": [{**_change(change, lang), "cases": list(cases)} for change, cases in merged.changes],
        "contradictions": [
            {"kind": c.kind, "wants": [{"case": case, **_change(change, lang)} for case, change in c.wants]}
            for c in merged.contradictions
        ],
    }


def _change(change: Change, lang: str) -> dict[str, str]:
    return {"change": str(change), "text": change_text(change, lang)}


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    columns = ["name", "id", "error", "rule", "cells", "changes", "visits", "before", "after"]
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "cells": ";".join(row["cells"])})
    return out.getvalue()
