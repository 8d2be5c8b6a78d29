"""Cells, relations, redirect lists and layers out of a Nokia dump's objects."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rfopt.errors import printable
from rfopt.sites.nokia_codes import Codes
from rfopt.sites.raml import ManagedObject, ancestor
from rfopt.sites.remarks import Remarks
from rfopt.sites.sift import Row
from rfopt.sites.site_values import RESOURCE_BLOCKS, number, shortest
from rfopt.tables import schema

GSM_KINDS = ("BCF", "BTS", "TRX", "HOC", "POC", "ADCE")
LTE_KINDS = ("LNBTS", "LNCEL", "LNCEL_FDD", "LNCEL_TDD", "SIB", "REDRT", "GNFL", "LNHOG", "LNADJG", "LNREL", "IRFIM")
GSM_CARRIERS = {"GNFL": "gerArfcnVal", "LNHOG": "arfcnValueListGERAN", "LNADJG": "arfcnValueGeran"}
"""Objects that name GSM carriers for reselection, for measuring and as neighbours: none is the redirect list."""
KINDS = frozenset(GSM_KINDS + LTE_KINDS)
BCCH_TYPES = {"4", "5", "6"}
"""channel0Type of MBCCH, MBCCHC and MBCCB where it is written as a number; from memory, so that other signs help."""
DCS_ARFCNS = range(512, 886)
DEFAULT_MHZ = 20.0

Lined = list[tuple[Row, int]]
"""Rows with the line each stands on."""


class Dump:
    """The objects of a network, by name and by what they belong to.

    Parameters
    ----------
    objects : mapping
        By distinguished name, after all operations (`rfopt.sites.raml.merged`).
    remarks : Remarks

    Attributes
    ----------
    told : dict
        BCCH carriers that neighbours name for the cell of a LAC and CI.
    """

    def __init__(self, objects: Mapping[str, ManagedObject], remarks: Remarks):
        self.objects, self.remarks = objects, remarks
        self.codes = Codes(objects.values())
        self._of: dict[tuple[str, str], list[ManagedObject]] = defaultdict(list)
        for one in objects.values():
            for owner in ("BTS", "LNCEL"):
                if dn := ancestor(one.dn, owner):
                    self._of[dn, one.kind].append(one)
        self.told: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for one in self.all("ADCE"):
            if carrier := one.values.get("bcchFrequency", ""):
                self.told[target_of(one)][carrier] += 1
        if self.codes.penalty_is_code:
            remarks.tell("penaltyTime is written as code 0…31 and was turned to seconds")
        if self.codes.offset_is_index:
            remarks.tell("cellIndOffNeigh is written as the index of Q-OffsetRange and was turned to dB")

    def all(self, kind: str) -> Iterator[ManagedObject]:
        """Objects of a class."""
        return (one for one in self.objects.values() if one.kind == kind)

    def below(self, dn: str, kind: str) -> list[ManagedObject]:
        """Objects of a class that belong to a cell."""
        return self._of.get((dn, kind), [])

    def value(self, dn: str, *names: str) -> str:
        """The first parameter of an object that is there and not empty."""
        values = self.objects[dn].values if dn in self.objects else {}
        return next((values[name] for name in names if values.get(name)), "")


def cells_of(dump: Dump) -> tuple[dict[str, Row], dict[str, int]]:
    """Rows of text by the contract's columns, and lines, by the distinguished name of the cell."""
    rows = {one.dn: _gsm(dump, one) for one in dump.all("BTS")}
    rows = {dn: row for dn, row in rows.items() if _has_carrier(dump, dn, row)}
    rows |= {one.dn: _lte(dump, one) for one in dump.all("LNCEL")}
    return rows, {dn: dump.objects[dn].line for dn in rows}


def _gsm(dump: Dump, bts: ManagedObject) -> Row:
    row: Row = {"rat": "GSM", "site": dump.value(ancestor(bts.dn, "BCF"), "name")}
    row["cell"] = dump.value(bts.dn, "name", "nwName", "segmentName") or _short(bts.dn)
    for one in [bts, *dump.below(bts.dn, "HOC")[:1]]:
        row |= dump.codes.translate(one, "cells")
    ncc, bcc = bts.values.get("bsIdentityCodeNCC", ""), bts.values.get("bsIdentityCodeBCC", "")
    row["bsic"] = f"{ncc}-{bcc}" if ncc and bcc else ""
    if bts.values.get("cellReselectParamInd", "").lower() in ("0", "false", "no", "n"):
        row |= {"cell_reselect_offset_db": "0", "temporary_offset_db": "0", "penalty_time_s": "20"}
        dump.remarks.add("cellReselectParamInd is off, so its reselection offsets were taken as 0", bts.line)
    trxs = sorted(dump.below(bts.dn, "TRX"), key=lambda trx: (len(trx.number), trx.number))
    carriers = [trx.values.get("initialFrequency", "") for trx in trxs]
    row["arfcn"] = _bcch(dump, row, trxs)
    row["tch_arfcns"] = ";".join(dict.fromkeys(c for c in carriers if c and c != row["arfcn"]))
    return row


def _bcch(dump: Dump, row: Row, trxs: Sequence[ManagedObject]) -> str:
    """The carrier of the TRX with the BCCH: by its channel type, by its mark, or because others say so."""
    for trx in trxs:
        kind = trx.values.get("channel0Type", "").upper()
        if kind in BCCH_TYPES or kind.startswith("MBCC"):
            return dump.value(trx.dn, "initialFrequency")
    if told := dump.told[row.get("lac", ""), row.get("ci", "")]:
        return told.most_common(1)[0][0]
    return dump.value(trxs[0].dn, "initialFrequency") if len(trxs) == 1 else ""


def _has_carrier(dump: Dump, dn: str, row: Row) -> bool:
    """True for a BTS with a BCCH; one without carries traffic for its segment, and its carriers go there."""
    if row["arfcn"] or not dump.below(dn, "TRX"):
        return True
    dump.remarks.add("passed over: a BTS without a BCCH, whose carriers serve its segment", dump.objects[dn].line)
    return False


def _short(dn: str) -> str:
    """A name for a cell without one."""
    return "/".join(step for step in dn.split("/") if not step.startswith("PLMN"))


def _lte(dump: Dump, cell: ManagedObject) -> Row:
    node = ancestor(cell.dn, "LNBTS")
    row: Row = {"rat": "LTE", "site": dump.value(node, "enbName", "name")}
    row["cell"] = dump.value(cell.dn, "cellName", "name") or _short(cell.dn)
    carriers = [*dump.below(cell.dn, "LNCEL_FDD"), *dump.below(cell.dn, "LNCEL_TDD")]
    parts = [*dump.below(cell.dn, "SIB"), *carriers, cell]
    for one in parts:
        row = {**dump.codes.translate(one, "cells"), **row}
    enb, local = node.rpartition("-")[2], cell.values.get("lcrId") or cell.number
    if not row.get("eci") and enb.isdecimal() and local.isdecimal():
        row["eci"] = str(int(enb) * 256 + int(local))
    return row | _lte_power(row, cell, carriers, dump.remarks)


def _lte_power(row: Row, cell: ManagedObject, carriers: Sequence[ManagedObject], remarks: Remarks) -> Row:
    """Power of a reference-signal resource element: pMax less dlCellPwrRed, shared by the subcarriers, with the boost.

    pMax and dlCellPwrRed are in 0.1 dB, pMax of one antenna.
    """
    most = number(cell.values.get("pMax", ""))
    if most is None:
        return {}
    bandwidth = number(row.get("bandwidth_mhz", ""))
    blocks = RESOURCE_BLOCKS.get(bandwidth[0] if bandwidth else DEFAULT_MHZ, 100)
    boost = next((number(one.values["dlRsBoost"]) for one in (*carriers, cell) if "dlRsBoost" in one.values), None)
    boost_db = boost[0] if boost and abs(boost[0]) <= 6.0 else 0.0
    if boost and boost[0] != boost_db:
        remarks.add("dlRsBoost is not in dB and was passed over", cell.line)
    reduction = number(cell.values.get("dlCellPwrRed", "")) or (0.0, "")
    element = most[0] / 10.0 - 10.0 * math.log10(12.0 * blocks) + boost_db
    return {
        "max_power_dbm": shortest(round(element, 2)),
        "power_dbm": shortest(round(element - reduction[0] / 10.0, 2)),
    }


def gsm_power(dump: Dump, dn: str, row: Row) -> Row:
    """Power of a GSM cell: the most its hardware gives, less the attenuation `bsTxPwrMax` of its POC (dB)."""
    control = dump.below(dn, "POC")
    dcs = row.get("arfcn", "").isdecimal() and int(row["arfcn"]) in DCS_ARFCNS
    names = ("bsTxPwrMax1x00", "bsTxPwrMax") if dcs else ("bsTxPwrMax",)
    texts = [one.values[name] for one in control[:1] for name in names if one.values.get(name)]
    attenuation = number(texts[0]) if texts else None
    given = number(row.get("power_dbm", ""))
    kind = row.get("kind") or "macro"
    most = given[0] if given else float(schema("cells")["power_dbm"].default_for("GSM", kind))
    if attenuation is None:
        return {}
    if not given:
        dump.remarks.add(f"power of a {kind} cell is {most:g} dBm, assumed, less bsTxPwrMax", dump.objects[dn].line)
    return {"max_power_dbm": shortest(most), "power_dbm": shortest(most - attenuation[0])}


def target_of(adjacent: ManagedObject) -> tuple[str, str]:
    """LAC and CI of an ADCE's target: its parameters, or its number ``LAC  CI``."""
    lac, ci = adjacent.values.get("adjacentCellIdLac", ""), adjacent.values.get("adjacentCellIdCI", "")
    if lac and ci:
        return lac, ci
    words = adjacent.number.replace("-", " ").split()
    return (words[0], words[-1]) if len(words) >= 2 else ("", "")


def relations_of(dump: Dump, names: Mapping[str, str], by_identity: Mapping[tuple[str, str], str]) -> Lined:
    """Relations between cells that the tables have; the others are counted.

    Parameters
    ----------
    names : mapping
        Distinguished name of a cell to its name.
    by_identity : mapping
        (LAC, CI) of a GSM cell, ('', ECI) of an LTE cell, to its name.
    """
    rows: dict[tuple[str, str], tuple[Row, int]] = {}
    for kind, owner in (("ADCE", "BTS"), ("LNREL", "LNCEL")):
        for one in dump.all(kind):
            source = names.get(ancestor(one.dn, owner), "")
            if not source:
                dump.remarks.add(f"{kind} of a cell without a place was passed over", one.line)
                continue
            if "forbid" in one.values.get("handoverAllowed", "").lower():
                dump.remarks.add("LNREL that forbids handover was passed over", one.line)
                continue
            target = by_identity.get(target_of(one) if kind == "ADCE" else _lte_target(one), "")
            if not target:
                dump.remarks.add(f"{kind} to a cell that no table has was passed over", one.line)
            elif target != source:
                settings = dump.codes.translate(one, "neighbours")
                rows[source, target] = {"cell": source, "neighbour": target, **settings}, one.line
    return list(rows.values())


def _lte_target(one: ManagedObject) -> tuple[str, str]:
    enb, cell = one.values.get("ecgiAdjEnbId", ""), one.values.get("ecgiLcrId", "")
    return "", str(int(enb) * 256 + int(cell)) if enb.isdecimal() and cell.isdecimal() else ""


def redirects_of(dump: Dump, names: Mapping[str, str]) -> Lined:
    """Entries of the GERAN redirect lists of all REDRT of a cell, each once."""
    entries: dict[tuple[str, str], int] = {}
    for one in dump.all("REDRT"):
        cell = names.get(ancestor(one.dn, "LNCEL"), "")
        carriers = one.lists.get("redirGeranArfcnValueL", [])
        carriers = carriers + one.lists.get("redirGeranArfcnStructL.redirGeranArfcnValue", [])
        rat = one.values.get("redirRat", "").lower()
        if carriers and rat.isalpha() and "geran" not in rat:
            dump.remarks.add(f"REDRT for {printable(rat, 20)} was passed over", one.line)
        elif cell:
            entries |= dict.fromkeys(((cell, carrier) for carrier in carriers), one.line)
    _tell_other_lists(dump, names, entries)
    return [({"cell": cell, "arfcn": arfcn}, line) for (cell, arfcn), line in entries.items()]


def _tell_other_lists(dump: Dump, names: Mapping[str, str], entries: Iterable[tuple[str, str]]) -> None:
    """Say where other lists of a cell, or of its station, name GSM carriers that no redirect list there has."""
    dns = {cell: dn for dn, cell in names.items()}
    listed = {(dn, carrier) for cell, carrier in entries for dn in (dns[cell], ancestor(dns[cell], "LNBTS"))}
    owners = {dn for cell in dns.values() for dn in (cell, ancestor(cell, "LNBTS"))}
    for kind, name in GSM_CARRIERS.items():
        for one in dump.all(kind):
            owner = ancestor(one.dn, "LNCEL") or ancestor(one.dn, "LNBTS")
            carriers = one.lists.get(name) or [one.values.get(name, "")]
            if owner in owners and any(carrier and (owner, carrier) not in listed for carrier in carriers):
                dump.remarks.add(
                    f"{kind} names GSM carriers that no REDRT there has; redirection goes by REDRT alone", one.line
                )


def layers_of(dump: Dump, names: Mapping[str, str]) -> Lined:
    """Idle layers: an IRFIM each carrier, and the first GNFL of a cell for all its GSM neighbours."""
    placed = ((one, names.get(ancestor(one.dn, "LNCEL"), "")) for one in dump.all("IRFIM"))
    rows = [
        ({"cell": cell, "target_rat": "LTE", **dump.codes.translate(one, "layers")}, one.line)
        for one, cell in placed
        if cell
    ]
    seen = set()
    for one in dump.all("GNFL"):
        cell = names.get(ancestor(one.dn, "LNCEL"), "")
        if cell and cell not in seen:
            seen.add(cell)
            rows.append(({"cell": cell, "target_rat": "GSM", **dump.codes.translate(one, "layers")}, one.line))
    return rows
