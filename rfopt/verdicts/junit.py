"""JUnit XML: a test case a gate, as continuous integration shows them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from rfopt.verdicts import clean, lines_of, verdicts


@verdicts
def junit(table: Mapping[str, Any], lang: str) -> str:  # noqa: ARG001
    """One suite; every audit and every gate of every case is a test case, a failed one with its reasons."""
    failures = sum(not gate["pass"] for gate in table["gates"])
    counts = {"tests": str(len(table["gates"])), "failures": str(failures), "errors": "0", "skipped": "0"}
    root = ET.Element("testsuites", {"name": "rfopt check", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": clean(table["plan"]), **counts, "time": "0"})
    for gate in table["gates"]:
        place = clean(gate.get("case") or "audits")
        one = ET.SubElement(suite, "testcase", {"classname": place, "name": clean(gate["gate"]), "time": "0"})
        if not gate["pass"]:
            reason = clean(gate["text"])
            failure = ET.SubElement(one, "failure", {"type": "gate", "message": reason})
            failure.text = "\n".join(_places(table, gate)) or reason
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _places(table: Mapping[str, Any], gate: Mapping[str, Any]) -> list[str]:
    """The faults behind an audit, with their lines."""
    name = gate["gate"].removeprefix("audit: ")
    faults = [fault for fault in table["faults"] if fault["audit"] == name]
    return [f"{clean(table['plan'])}:{lines_of(fault)}: {clean(fault['text'])}" for fault in faults]
