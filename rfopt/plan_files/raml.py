"""Nokia RAML 2.0: a plan as managed objects to create, update and delete; and such a plan read.

What is written is read back before it is given out: the changes that come back are those that went in.
"""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from rfopt.files import write_whole
from rfopt.network import Network, Plan, same
from rfopt.plan_files import plan_files
from rfopt.plan_files.nokia_objects import Planned, objects_of, printable_changes
from rfopt.plan_files.nokia_plans import read_objects

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE raml SYSTEM \'raml20.dtd\'>\n'
NEVER_RUN = "Written by rfopt and never executed."
MADE_UP = "distName of GSM objects and numbers of TRX, LNREL and REDRT are made up where none were given: set your own."
VERSION = "1.0"


@plan_files
def raml(network: Network, plan: Plan, names: Mapping[str, str]) -> str:
    """The plan's objects; a comment names what no parameter of RAML holds, such as what a crew does."""
    objects, left = objects_of(network, plan, names)
    root = ET.Element("raml", {"version": "2.0", "xmlns": "raml20.xsd"})
    data = ET.SubElement(root, "cmData", {"type": "plan"})
    header = ET.SubElement(data, "header")
    ET.SubElement(header, "log", {"dateTime": "", "action": "created", "user": "", "appInfo": f"{NEVER_RUN} {MADE_UP}"})
    for change in printable_changes(left):
        data.append(ET.Comment(f" not in this file: {change} "))
    for one in objects:
        _add(data, one)
    ET.indent(root, " ")
    text = HEAD + ET.tostring(root, encoding="unicode") + "\n"
    _read_back(text, network, tuple(change for change in plan if change not in left), names)
    return text


def _add(data: ET.Element, one: Planned) -> None:
    attributes = {"class": one.kind, "version": VERSION, "distName": one.dn, "operation": one.operation}
    element = ET.SubElement(data, "managedObject", attributes)
    for name, value in one.values.items():
        ET.SubElement(element, "p", {"name": name}).text = value
    for name, values in one.lists.items():
        entries = ET.SubElement(element, "list", {"name": name})
        for value in values:
            ET.SubElement(entries, "p").text = value


def _read_back(text: str, network: Network, plan: Plan, names: Mapping[str, str]) -> None:
    """Read what was written and see that it is the plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xml"
        write_whole(path, text)
        back = {change.key: change.new for change in read_objects(path, network, names).plan}
    gone = {(c.cell, c.neighbour) for c in plan if c.parameter == "neighbour" and c.new == "absent"}
    wanted = {c.key: c.new for c in plan if c.parameter == "neighbour" or (c.cell, c.neighbour) not in gone}
    odd = [key for key in wanted if key not in back or not same(back[key], wanted[key])]
    if odd:
        raise ValueError(f"RAML does not read back as it was written: {odd[0]}")
