"""For people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfopt.verdicts import clean, failed, judged_cases, lines_of, named, verdicts
from rfopt.words import say

MOST_NOTES = 20


@verdicts
def text(table: Mapping[str, Any], lang: str) -> str:
    """The verdict, faults with their lines, gates that fail, key figures, notes."""
    audits = sum(gate["gate"].startswith("audit: ") for gate in table["gates"])
    head = say("check.passed" if table["pass"] else "check.failed", lang, plan=clean(table["plan"]))
    counts = say("check.counts", lang, changes=table["changes"], audits=audits, gates=len(table["gates"]) - audits)
    lines = [f"{head} {counts}"]
    lines += [f"✗ {clean(table['plan'])}:{lines_of(f)}: [{f['audit']}] {clean(f['text'])}" for f in table["faults"]]
    lines += [f"✗ {named(gate)}: {clean(gate['text'])}" for gate in failed(table)]
    lines += _figures(table, lang)
    notes = [f"  {clean(f['text'])}" for f in table["notes"]]
    if notes:
        lines += ["", say("check.notes", lang), *notes[:MOST_NOTES]]
        lines += [f"  … +{len(notes) - MOST_NOTES}"] * (len(notes) > MOST_NOTES)
    return "\n".join(lines) + "\n"


def _figures(table: Mapping[str, Any], lang: str) -> list[str]:
    lines: list[str] = []
    case_before = None
    for case, name, before, after, span in judged_cases(table):
        if case != case_before:
            lines += ["", f"{clean(case)}  ({say('cli.before', lang)} → {say('cli.after', lang)}  [90 %])"]
            case_before = case
        ends = f"  [{span[0]:.3f}, {span[1]:.3f}]" if span and None not in span else ""
        lines.append(f"  {name:26} {'–' if before is None else f'{before:10.3f}':>10} → {after:10.3f}{ends}")
    return lines
