"""Nokia plans (RAML) read: managed objects to the changes that they make in a network. What entries share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from rfopt.drafts import Draft
from rfopt.errors import InputError, printable
from rfopt.network import RELATION_PARAMETERS, Change, Network, Value, relation_default, same, value_of
from rfopt.plan_files.nokia_objects import TARGET
from rfopt.sites.nokia_cells import GSM_CARRIERS, KINDS
from rfopt.sites.nokia_codes import Codes
from rfopt.sites.raml import ManagedObject, ancestor, read_raml
from rfopt.tables import schema, value_text


def read_objects(path: Path, network: Network, names: Mapping[str, str]) -> Draft:
    """The changes that a RAML plan makes in a network, each with the line of its object.

    Raises
    ------
    InputError
        If it is no plan, or an object's cell cannot be told from the names given or the identity that it states.
    """
    objects, kind = read_raml(path, KINDS)
    if kind != "plan":
        raise InputError(f"is of the type '{printable(kind)}', expected a plan", path)
    reader = _Reader(path, network, objects, names)
    found = [(change, one.line) for one in objects for change in reader.changes(one)]
    return Draft(path, tuple(change for change, _ in found), tuple(line for _, line in found))


class _Reader:
    """Objects to changes: what is like the network's own is no change."""

    def __init__(self, path: Path, network: Network, objects: list[ManagedObject], names: Mapping[str, str]):
        self.path, self.network, self.codes = path, network, Codes(objects)
        self.cell_of = {dn: cell for cell, dn in names.items()}
        cells = network.cells
        gsm = zip(cells["lac"], cells["ci"], cells.index, strict=True)
        self.by_identity = {(lac, ci): str(name) for lac, ci, name in gsm if not math.isnan(lac + ci)}
        self.by_eci = {
            eci: str(name) for eci, name in zip(cells["eci"], cells.index, strict=True) if not math.isnan(eci)
        }
        self.carriers: dict[str, dict[int, int]] = {}
        for one in objects:
            if one.kind == "BTS" and one.dn not in self.cell_of:
                key = tuple(_whole(one.values.get(name, "")) for name in ("locationAreaIdLAC", "cellId"))
                if key in self.by_identity:
                    self.cell_of[one.dn] = self.by_identity[key]  # type: ignore[index]

    def changes(self, one: ManagedObject) -> Iterator[Change]:
        """What one object changes."""
        if one.kind in ("BCF", "LNBTS", "IRFIM", *GSM_CARRIERS):
            return
        cell = self._cell(one)
        if one.kind in ("ADCE", "LNREL"):
            yield from self._of_relation(one, cell)
            return
        if one.operation == "delete":
            raise InputError(f"deletes {one.kind} of {printable(cell)}, expected relations only", self.path, one.line)
        if one.kind == "REDRT":
            yield from self._of_list(one, cell)
            return
        for name, text in self.codes.translate(one, "cells").items():
            yield from self._set(one, cell, name, text)
        yield from self._by_hand(one, cell)

    def _cell(self, one: ManagedObject) -> str:
        owner = ancestor(one.dn, "BTS") or ancestor(one.dn, "LNCEL")
        if owner in self.cell_of:
            return self.cell_of[owner]
        enb, local = _whole(ancestor(one.dn, "LNBTS").rpartition("-")[2]), _whole(owner.rpartition("-")[2])
        cell = self.by_eci.get(256.0 * enb + local)
        if cell is None:
            raise InputError(
                f"{printable(one.dn, 120)} is of no cell of the network, expected its identity in the plan or its name "
                "in a file of names",
                self.path, one.line,
            )  # fmt: skip
        return cell

    def _set(
        self, one: ManagedObject, cell: str, name: str, text: str, neighbour: str | None = None
    ) -> Iterator[Change]:
        column = schema("cells" if neighbour is None else "neighbours")[name]
        try:
            new: Value = float(text) if column.type in ("real", "int", "arfcn", "earfcn") else text
        except ValueError:
            raise InputError(f"{name} '{printable(text)}' is not a number", self.path, one.line) from None
        old = value_of(self.network, cell, neighbour, name)
        if not same(old, new):
            yield Change(cell, neighbour, name, old, new)

    def _by_hand(self, one: ManagedObject, cell: str) -> Iterator[Change]:
        """What several parameters say together."""
        values, most = one.values, float(self.network.cells["max_power_dbm"][cell])
        if one.kind == "BTS" and values.get("bsIdentityCodeNCC") and values.get("bsIdentityCodeBCC"):
            yield from self._set(one, cell, "bsic", f"{values['bsIdentityCodeNCC']}-{values['bsIdentityCodeBCC']}")
        for kind, name, unit in (("POC", "bsTxPwrMax", 1.0), ("LNCEL", "dlCellPwrRed", 0.1)):
            down = _whole(values.get(name, ""))
            if one.kind == kind and not math.isnan(down):
                yield from self._set(one, cell, "power_dbm", value_text(round(most - unit * down, 6)))
        if one.kind == "TRX":
            yield from self._carrier(one, cell)

    def _carrier(self, one: ManagedObject, cell: str) -> Iterator[Change]:
        """A transceiver: the BCCH by itself, traffic carriers when the last of them is known."""
        text = one.values.get("initialFrequency", "")
        if one.values.get("channel0Type") == "MBCCH":
            yield from self._set(one, cell, "arfcn", text)
            self.carriers[cell] = {}
            return
        held = self.carriers.setdefault(cell, {})
        held[int(_whole(one.number))] = int(_whole(text))
        if len(held) == len(self.network.cells["tch_arfcns"][cell]):
            yield from self._set(one, cell, "tch_arfcns", ";".join(str(held[k]) for k in sorted(held)))

    def _of_list(self, one: ManagedObject, cell: str) -> Iterator[Change]:
        entries = one.lists.get("redirGeranArfcnValueL", [])
        new = {int(_whole(text)) for text in entries if not math.isnan(_whole(text))}
        old = self.network.redirect_arfcns(cell)
        for arfcn in sorted(old ^ new):
            was, now = ("present", "absent") if arfcn in old else ("absent", "present")
            yield Change(cell, str(arfcn), "redirect_arfcn", was, now)

    def _of_relation(self, one: ManagedObject, cell: str) -> Iterator[Change]:
        names = TARGET["GSM" if one.kind == "ADCE" else "LTE"]
        first, second = (_whole(one.values.get(name, "")) for name in names)
        adjacent = one.kind == "ADCE"
        target = self.by_identity.get((first, second)) if adjacent else self.by_eci.get(256.0 * first + second)
        if target is None:
            raise InputError(f"{one.kind} leads to a cell that is not in the network", self.path, one.line)
        if one.operation in ("create", "delete"):
            was, now = ("absent", "present") if one.operation == "create" else ("present", "absent")
            yield Change(cell, target, "neighbour", was, now)
        if one.operation == "delete":
            return
        for name, text in self.codes.translate(one, "neighbours").items():
            if one.operation != "create":
                yield from self._set(one, cell, name, text, target)
            elif name in RELATION_PARAMETERS:
                usual = relation_default(name, str(self.network.cells["rat"][cell]))
                if not same(usual, text):
                    yield Change(cell, target, name, usual, float(text))


def _whole(text: str) -> float:
    """A number of a parameter; NaN where there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
