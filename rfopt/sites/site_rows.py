"""A site table's rows in the contract's columns, with a word on every trap met."""

from __future__ import annotations

import re

from rfopt.errors import printable
from rfopt.sites import site_values as values
from rfopt.sites.remarks import Remarks
from rfopt.sites.sift import Row
from rfopt.sites.site_grid import SiteTable
from rfopt.tables import schema
from rfopt.units import enb_and_cell

ELECTRICAL_FIRST_DEG = 6.0
"""Of a total tilt so much is taken as electrical and the rest as mechanical: an assumption of planners."""
MEASURES = ("height", "azimuth", "mtilt", "etilt", "tilt", "hbw", "vbw")
WHOLE_FIELDS = ("cgi", "eci", "ci", "local", "enb", "lac", "tac")
LTE_WORDS = ("lte", "4g", "fdd", "tdd", "td-lte", "tdl")
GSM_WORDS = ("gsm", "2g", "dcs")
OTHER_WORDS = ("5g", "nr", "3g", "wcdma", "umts", "tds", "td-scdma", "cdma", "nb-iot", "nbiot", "emtc")
LTE_FIELDS = ("pci", "earfcn", "enb", "eci", "tac")
GSM_FIELDS = ("arfcn", "bsic", "bcc", "lac")
"""What says which technology a row is of, LTE's first: its rows may name the LAC that they fall back to."""
PLACE_BOX = (3.0, 54.0, 73.0, 136.0)
"""Latitudes and longitudes of China: a table with all of them the other way round has swapped its columns."""
OMNI_DEG = 360.0
DEFAULT_MHZ = 20.0


def site_rows(table: SiteTable, remarks: Remarks) -> tuple[list[Row], list[int]]:
    """Rows of text by the contract's columns, and their lines; rows of other technologies are passed over."""
    fields = {field: table.column(field) for field in table.columns}
    hexadecimal = {field for field in WHOLE_FIELDS if values.is_hexadecimal(fields.get(field, []))}
    for field in sorted(hexadecimal):
        remarks.tell(f"{field} was read as hexadecimal, because some of its values have letters")
    decimal = values.bsic_is_decimal(fields.get("bsic", []))
    if decimal:
        remarks.tell("bsic was read as decimal (8·NCC + BCC), because some of its values have an 8 or 9")
    if table.unused:
        names = ", ".join(printable(word, 20) for word in table.unused[:8])
        remarks.tell(f"{len(table.unused)} columns are not used: {names}{' …' if len(table.unused) > 8 else ''}")
    for field, unit in table.units.items():
        if field in MEASURES and unit in values.SCALES:
            remarks.tell(f"{field} is in {printable(unit)}, as its header says, and was turned to metres or degrees")
    swapped = _swapped(fields, remarks)
    rows, lines = [], []
    for k, line in enumerate(table.lines):
        given = {field: texts[k] for field, texts in fields.items()}
        if swapped:
            given["lat"], given["lon"] = given["lon"], given["lat"]
        reader = _Reader(given, table.units, hexadecimal, decimal, line, remarks)
        if (row := reader.row()) is not None:
            rows.append(row)
            lines.append(line)
    return rows, lines


def _swapped(fields: dict[str, list[str]], remarks: Remarks) -> bool:
    """True for a table whose latitudes are all longitudes and the other way round."""
    south, north, west, east = PLACE_BOX
    pairs = [(a, b) for a, b in zip(fields["lat"], fields["lon"], strict=True) if values.plain(a) and values.plain(b)]
    places = [(values.number(values.degrees(a)), values.number(values.degrees(b))) for a, b in pairs]
    known = [(a[0], b[0]) for a, b in places if a and b]
    swapped = bool(known) and all(west <= a <= east and south <= b <= north for a, b in known)
    swapped |= values.is_swapped([a for a, _ in pairs], [b for _, b in pairs])
    if swapped:
        remarks.tell("the columns of latitude and longitude are swapped and were read the other way round")
    return swapped


class _Reader:
    """One row: what its fields say, in the contract's words."""

    def __init__(
        self,
        given: Row,
        units: dict[str, str],
        hexadecimal: set[str],
        decimal: bool,
        line: int,
        remarks: Remarks,
    ):
        self.given, self.units, self.hexadecimal, self.decimal = given, units, hexadecimal, decimal
        self.line, self.remarks = line, remarks

    def row(self) -> Row | None:
        """The row, or None if it is of no use."""
        rat = self._rat()
        if not rat:
            return None
        row = {"rat": rat, "site": self._text("site"), "lat": self._degrees("lat"), "lon": self._degrees("lon")}
        if self._number("lat") == 0.0 == self._number("lon"):
            self._say("passed over: stands at 0°, 0°, which is no place")
            return None
        row |= self._gsm() if rat == "GSM" else self._lte()
        row["cell"] = self._text("cell") or _name(row)
        if not row["cell"]:
            self._say("passed over: has neither a name nor an identity")
            return None
        row |= self._where(row["cell"])
        row |= self._antenna()
        row |= self._power(rat, row)
        row["building"] = self._text("building") if row["kind"] == "das" else ""
        return row

    def _say(self, what: str) -> None:
        self.remarks.add(what, self.line)

    def _text(self, field: str) -> str:
        text = re.sub(r"[\u200b-\u200f\ufeff]", "", self.given.get(field, "")).strip()
        return "" if values.plain(text) == "" else " ".join(text.split())

    def _whole(self, field: str) -> str:
        return values.whole(self.given.get(field, ""), field in self.hexadecimal)

    def _degrees(self, field: str) -> str:
        return values.degrees(self.given.get(field, ""))

    def _number(self, field: str) -> float | None:
        return values.quantity(self.given.get(field, ""), self.units.get(field, ""))

    def _rat(self) -> str:
        word = values.plain(self.given.get("rat", ""))
        if any(other in word for other in OTHER_WORDS):
            self._say(f"passed over: '{printable(word, 20)}' is a technology rfopt does not model")
            return ""
        if any(lte in word for lte in LTE_WORDS):
            return "LTE"
        if any(gsm in word for gsm in GSM_WORDS):
            return "GSM"
        if any(self._text(field) for field in LTE_FIELDS):
            return "LTE"
        if any(self._text(field) for field in GSM_FIELDS):
            return "GSM"
        self._say("passed over: neither a PCI nor a BCCH says whether it is LTE or GSM")
        return ""

    def _gsm(self) -> Row:
        lac, ci = values.identity_parts(self.given.get("cgi", "")) or ("", "")
        code = values.bsic(self.given.get("bsic", ""), self.decimal)
        if not code and self._text("ncc") and self._text("bcc"):
            code = f"{self._whole('ncc')}-{self._whole('bcc')}"
        arfcn = values.whole(self._text("arfcn") or self._text("channel"), False)
        further = re.split(r"[;,/、，；|\s]+", values.plain(self.given.get("tch", "").replace(" ", ";")))
        return {
            "arfcn": arfcn,
            "bsic": code,
            "lac": self._whole("lac") or lac,
            "ci": self._whole("ci") or ci,
            "tch_arfcns": ";".join(word for word in further if word and word != arfcn),
        }

    def _lte(self) -> Row:
        return {
            "earfcn": values.whole(self._text("earfcn") or self._text("channel"), False),
            "pci": self._whole("pci"),
            "tac": self._whole("tac"),
            "eci": self._eci(),
            "bandwidth_mhz": values.bandwidth_mhz(self.given.get("bandwidth", "")),
        }

    def _eci(self) -> str:
        """The E-UTRAN cell identity from whichever way the table gives it."""
        if (eci := self._whole("eci")).isdecimal():
            return eci
        enb, cell = values.identity_parts(self.given.get("cgi", "")) or ("", "")
        if cell and not enb:
            return cell
        ci, enb = self._whole("ci"), enb or self._whole("enb")
        local = cell or self._whole("local") or ci
        if enb.isdecimal() and local.isdecimal() and int(local) < 256:
            return str(int(enb) * 256 + int(local))
        return ci if ci.isdecimal() and int(ci) > 255 else ""

    def _where(self, name: str) -> Row:
        """Kind, height and azimuth, which say something of each other."""
        door = "door" in self.units.get("kind", "") or values.plain(self.given.get("kind", "")) in ("1", "2")
        kind = values.kind_of(self.given.get("kind", ""), door) or (
            "das" if any(word in name for word in ("室分", "室内", "分布")) else ""
        )
        azimuth, height = self._number("azimuth"), self._number("height")
        floors = values.floors_of(name)
        if not kind and (azimuth == OMNI_DEG and height == 0.0):
            kind = "das"
            self._say("azimuth 360 with height 0 was taken for an indoor distribution (das)")
        elif not kind and floors:
            kind = "das"
            self._say("floors in the name were taken for an indoor distribution (das)")
        elif not kind:
            kind = "macro"
            self._say("does not say whether it is indoors or outdoors; taken as macro")
        if kind == "das" and azimuth == OMNI_DEG:
            azimuth = None
        if height == 0.0:
            height = None
            if not (kind == "das" and floors):
                self._say(f"height 0 of a {kind} cell is taken as not known")
        if kind == "das" and height is None and floors:
            height = values.ceiling_m(floors)
            self._say("height is that of the floors in the name, 3 m each")
        return {"kind": kind, "height_m": _of(height), "azimuth_deg": self._azimuth(azimuth)}

    def _azimuth(self, azimuth: float | None) -> str:
        if azimuth is None and self._text("azimuth") and values.number(self.given["azimuth"]) is None:
            self._say(f"azimuth '{printable(self._text('azimuth'), 20)}' is not a number; taken as omnidirectional")
        return _of(azimuth)

    def _antenna(self) -> Row:
        mechanical, electrical, total = (self._number(field) for field in ("mtilt", "etilt", "tilt"))
        if electrical == 255.0:
            electrical = None
            self._say("electrical tilt 255 is taken as not known")
        if total is not None and mechanical is not None and electrical is None:
            electrical = total - mechanical
        elif total is not None and electrical is not None and mechanical is None:
            mechanical = total - electrical
        elif total is not None and mechanical is None:
            electrical = min(total, ELECTRICAL_FIRST_DEG)
            mechanical = total - electrical
            self._say("only the total tilt is given; up to 6° of it were taken as electrical, the rest as mechanical")
        return {
            "mech_tilt_deg": _of(mechanical),
            "elec_tilt_deg": _of(electrical),
            "antenna": self._text("antenna"),
            "gain_dbi": values.gain_dbi(self.given.get("gain", "")),
            "h_beamwidth_deg": _of(self._number("hbw")),
            "v_beamwidth_deg": _of(self._number("vbw")),
        }

    def _power(self, rat: str, row: Row) -> Row:
        """The first power that can be read: of a resource element, in tenths, of the whole cell, or with the gain."""
        found = values.number(row.get("bandwidth_mhz", ""))
        bandwidth = None if rat == "GSM" else found[0] if found else DEFAULT_MHZ
        ways = (("rs_power", False), ("tenth_power", False), ("power", True), ("eirp", True))
        for field, total in ways:
            unit = "0.1dbm" if field == "tenth_power" else self.units.get(field, "")
            read = values.power_dbm(self.given.get(field, ""), unit, total, bandwidth)
            gain = 0.0 if read is None or field != "eirp" else self._gain_of_eirp(rat, row)
            if read is not None and gain is not None:
                if read[1]:
                    self._say(f"power {read[1]}")
                return {"power_dbm": _of(round(read[0] - gain, 2))}
        return {}

    def _gain_of_eirp(self, rat: str, row: Row) -> float | None:
        """The gain in dBi that an EIRP holds: the table's, or the usual one that is taken without an antenna."""
        given = values.number(row["gain_dbi"])
        if given is None and row["antenna"]:
            self._say("EIRP of an antenna whose gain is not given was passed over")
            return None
        gain = given[0] if given else float(schema("cells")["gain_dbi"].default_for(rat, row["kind"]))
        self._say(f"power is the EIRP less the gain of {gain:g} dBi")
        return gain


def _of(value: float | None) -> str:
    return "" if value is None else values.shortest(value)


def _name(row: Row) -> str:
    """A name for a cell without one, from its identity."""
    if row.get("eci", "").isdecimal():
        return "{}-{}".format(*enb_and_cell(int(row["eci"])))
    return f"{row['lac']}-{row['ci']}" if row.get("lac") and row.get("ci") else ""
