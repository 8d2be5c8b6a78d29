"""Nokia's managed objects of a plan: which object, which parameter, in which coding. Without an entry: what RAML and
its reader share.

A parameter's name and coding are those by which `rfopt.sites` reads dumps (`nokia_names.csv`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from rfopt.errors import InputError, printable
from rfopt.network import RELATION_PARAMETERS, Change, Network, Plan, apply, value_of
from rfopt.proofs.reuse import carriers_of
from rfopt.sites.nokia_codes import Alias, aliases
from rfopt.tables import value_text

CHILD = {"HOC": "HOC-1", "POC": "POC-1", "SIB": "SIB-0", "LNCEL_FDD": "LNCEL_FDD-0", "LNCEL_TDD": "LNCEL_TDD-0"}
RESELECTION = ("cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s")
IDENTITY = ("lac", "ci", "eci")
"""What names an object whose distinguished name is not given cannot change in the same breath."""
FIRST_TDD = 36000
PREFERRED = ("BTS", "HOC", "ADCE", "LNCEL", "SIB", "LNREL")
TARGET = {"GSM": ("adjacentCellIdLac", "adjacentCellIdCI"), "LTE": ("ecgiAdjEnbId", "ecgiLcrId")}


@dataclass
class Planned:
    """One object of a plan: what is done to it, and its parameters and lists."""

    kind: str
    dn: str
    operation: str
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)


def number(network: Network, cell: str, column: str) -> int:
    """A whole number of a cell.

    Raises
    ------
    InputError
        If the table lacks it.
    """
    value = float(cast(float, network.cells.at[cell, column]))
    if math.isnan(value):
        raise InputError(f"{cell} has no {column}, by which a Nokia object names a cell")
    return int(value)


def dn_of(network: Network, cell: str, names: Mapping[str, str]) -> str:
    """The distinguished name of a cell: the one given, else one made of its identity.

    An LTE cell's follows from its ECI. That of a GSM cell says nothing of the BSC and BCF it really belongs to.
    """
    if cell in names:
        return names[cell]
    if network.cells.at[cell, "rat"] == "LTE":
        enb, local = divmod(number(network, cell, "eci"), 256)
        return f"PLMN-PLMN/MRBTS-{enb}/LNBTS-{enb}/LNCEL-{local}"
    lac, ci = (number(network, cell, name) for name in ("lac", "ci"))
    return f"PLMN-PLMN/BSC-{lac}/BCF-{ci}/BTS-{ci}"


def alias_of(network: Network, change: Change) -> Alias | None:
    """How Nokia calls what a change sets; None for what no RAML parameter holds."""
    table = "cells" if change.neighbour is None else "neighbours"
    rat = str(network.cells.at[change.cell, "rat"])
    kinds = ("BTS", "HOC", "ADCE") if rat == "GSM" else ("SIB", *_carrier(network, change.cell), "LNCEL", "LNREL")
    rows = (row for kind in kinds for row in aliases().get(kind, ()))
    return next((row for row in rows if (row.table, row.column) == (table, change.parameter)), None)


def _carrier(network: Network, cell: str) -> tuple[str]:
    return ("LNCEL_TDD" if number(network, cell, "earfcn") >= FIRST_TDD else "LNCEL_FDD",)


def encoded(value: float, coding: str) -> str:
    """A value in Nokia's coding, so that the reader's own table gives it back.

    >>> encoded(-98.0, "rxlev"), encoded(3.5, "half"), encoded(-3.0, "offset"), encoded(640.0, "penalty_time")
    ('12', '7', '-3dB', '640')
    """
    if coding == "rxlev":
        return value_text(value + 110.0)
    if coding == "half":
        return value_text(2.0 * value)
    if coding == "bandwidth":
        return value_text(10.0 * value)
    return f"{value_text(value)}dB" if coding == "offset" else value_text(value)


def objects_of(network: Network, plan: Plan, names: Mapping[str, str]) -> tuple[list[Planned], list[Change]]:
    """The objects that carry a plan out, and the changes that no parameter of RAML holds.

    Raises
    ------
    InputError
        If the plan does not fit the network, or a cell lacks the identity that names it.
    """
    after = apply(network, plan)
    made = _Objects(network, after, names)
    left = [change for change in plan if not made.take(change)]
    return list(made.objects.values()), left


class _Objects:
    """Objects by class and name, filled change by change."""

    def __init__(self, network: Network, after: Network, names: Mapping[str, str]):
        self.network, self.after, self.names = network, after, names
        self.objects: dict[tuple[str, str], Planned] = {}

    def take(self, change: Change) -> bool:
        """Put a change into its object; False where none has a place for it."""
        if change.parameter == "redirect_arfcn":
            one = self._child(change.cell, "REDRT", "REDRT-0")
            one.lists["redirGeranArfcnValueL"] = [str(a) for a in sorted(self.after.redirect_arfcns(change.cell))]
            return True
        if change.parameter == "neighbour":
            return self._relation(change)
        if change.parameter in IDENTITY and change.cell not in self.names:
            return False
        alias = alias_of(self.network, change)
        special = {"bsic": self._bsic, "power_dbm": self._power, "arfcn": self._carriers, "tch_arfcns": self._carriers}
        if change.neighbour is None and change.parameter in special:
            return special[change.parameter](change)
        if alias is None or not isinstance(change.new, float) or math.isnan(change.new):
            return False
        one = self._related(change) if change.neighbour is not None else self._child(change.cell, alias.object)
        one.values[alias.name] = encoded(change.new, alias.coding)
        if change.parameter in RESELECTION:
            one.values["cellReselectParamInd"] = "1"
        return True

    def _cell(self, cell: str) -> Planned:
        """The object of a cell itself, with what tells which cell it is."""
        gsm = self.network.cells.at[cell, "rat"] == "GSM"
        dn = dn_of(self.network, cell, self.names)
        kind = "BTS" if gsm else "LNCEL"
        if (kind, dn) not in self.objects:
            keys = {"locationAreaIdLAC": "lac", "cellId": "ci"} if gsm else {"eutraCelId": "eci"}
            values = {name: str(number(self.network, cell, column)) for name, column in keys.items()}
            self.objects[kind, dn] = Planned(kind, dn, "update", values)
        return self.objects[kind, dn]

    def _child(self, cell: str, kind: str, step: str = "") -> Planned:
        """An object below a cell's, or the cell's."""
        own = self._cell(cell)
        if kind == own.kind:
            return own
        dn = f"{own.dn}/{step or CHILD[kind]}"
        return self.objects.setdefault((kind, dn), Planned(kind, dn, "update"))

    def _related(self, change: Change, operation: str = "update") -> Planned:
        """The object of a relation, with what tells its target."""
        own, cell = self._cell(change.cell), str(change.neighbour)
        if own.kind == "BTS":
            lac, ci = (number(self.network, cell, name) for name in ("lac", "ci"))
            kind, dn, target = "ADCE", f"{own.dn}/ADCE-{lac}  {ci}", (lac, ci)
        else:
            target = divmod(number(self.network, cell, "eci"), 256)
            kind, dn = "LNREL", f"{own.dn}/LNREL-{target[0]}_{target[1]}"
        values = dict(zip(TARGET["GSM" if kind == "ADCE" else "LTE"], map(str, target), strict=True))
        return self.objects.setdefault((kind, dn), Planned(kind, dn, operation, values))

    def _relation(self, change: Change) -> bool:
        added = change.new == "present"
        one = self._related(change, "create" if added else "delete")
        one.operation = "create" if added else "delete"
        for name in RELATION_PARAMETERS if added else ():
            alias = alias_of(self.network, Change(change.cell, change.neighbour, name, None, None))
            value = float(cast(float, value_of(self.after, change.cell, change.neighbour, name)))
            if alias is not None and not math.isnan(value):
                one.values[alias.name] = encoded(value, alias.coding)
        return True

    def _bsic(self, change: Change) -> bool:
        ncc, _, bcc = str(change.new).partition("-")
        self._cell(change.cell).values |= {"bsIdentityCodeNCC": ncc, "bsIdentityCodeBCC": bcc}
        return True

    def _power(self, change: Change) -> bool:
        """GSM: attenuation in dB below the most; LTE: reduction in 0.1 dB below the most."""
        most = float(cast(float, self.network.cells.at[change.cell, "max_power_dbm"]))
        down = round(most - float(cast(float, change.new)), 6)
        if self.network.cells.at[change.cell, "rat"] == "GSM":
            self._child(change.cell, "POC").values["bsTxPwrMax"] = value_text(down)
        else:
            self._cell(change.cell).values["dlCellPwrRed"] = value_text(round(10.0 * down, 6))
        return True

    def _carriers(self, change: Change) -> bool:
        """All transceivers: the first has the BCCH, the others the traffic carriers in their order."""
        for k, arfcn in enumerate(carriers_of(self.after, change.cell), 1):
            one = self._child(change.cell, "TRX", f"TRX-{k}")
            one.values = {"initialFrequency": str(arfcn), "channel0Type": "MBCCH" if k == 1 else "TCHF"}
        return True


def printable_changes(changes: list[Change]) -> list[str]:
    """Changes as they may stand in a comment."""
    return [printable(str(change), 200).replace("--", "−−").replace("→", "->") for change in changes]
