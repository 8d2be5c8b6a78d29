"""Carriers that are none, or not of the cell's hardware."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, number, rows_of
from rfopt.bands import gsm_band, lte_band, lte_downlink_mhz
from rfopt.errors import printable
from rfopt.network import Change, Network, Plan
from rfopt.tables import WHOLE, channel_problem, value_text

RADIOS = (("P-GSM 900", "E-GSM 900"), (34, 39), (38, 41))
"""Bands that one transmitter and antenna serve; any other pair needs new ones."""


@audits
def channel(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows with a carrier outside every band, or far from the band the cell has; LTE carriers over a band's edge."""
    for k, change in enumerate(plan):
        for carrier in _carriers(change):
            kind = "earfcn" if change.parameter == "earfcn" else "arfcn"
            facts = {"what": change.parameter, "value": printable(carrier)}
            if not WHOLE.fullmatch(carrier) or channel_problem(int(carrier), kind):
                yield Fault("no_carrier", (change.cell,), facts, (k,))
            elif change.cell in before.cells.index and _elsewhere(before, change, int(carrier)):
                yield Fault("other_band", (change.cell,), facts, (k,))
    for cell in dict.fromkeys(plan[k].cell for k in rows_of(plan, ("earfcn", "bandwidth_mhz"))):
        if cell in before.cells.index and (over := _over_edge(after, cell)) > max(_over_edge(before, cell), 1e-9):
            rows = rows_of(plan, ("earfcn", "bandwidth_mhz"), (cell,))
            yield Fault("over_the_edge", (cell,), {"value": f"{over:g}"}, rows)


def _carriers(change: Change) -> list[str]:
    """The carriers that a row sets or takes off a list, as it says them."""
    if change.parameter == "redirect_arfcn":
        return [change.neighbour or "0"]
    if change.neighbour is None and change.parameter == "tch_arfcns":
        words = (word.strip() for word in value_text(change.new).split(";"))
        return [word for word in words if word]
    whole = isinstance(change.new, float) and change.new.is_integer()
    return [value_text(change.new)] if change.parameter in ("arfcn", "earfcn") and whole else []


def _elsewhere(before: Network, change: Change, carrier: int) -> bool:
    """True if a carrier needs other hardware than the cell's own."""
    if change.parameter == "redirect_arfcn":
        return False
    own = "earfcn" if change.parameter == "earfcn" else "arfcn"
    was = number(before, change.cell, own)
    return not math.isnan(was) and _radio(int(was), own) != _radio(carrier, own)


def _radio(carrier: int, kind: str) -> object:
    """What stands for the hardware that a carrier needs."""
    band: object = gsm_band(carrier).name if kind == "arfcn" else lte_band(carrier).band
    return next((group for group in RADIOS if band in group), band)


def _over_edge(network: Network, cell: str) -> float:
    """How far an LTE carrier reaches over its band's edge [MHz]."""
    earfcn, width = number(network, cell, "earfcn"), number(network, cell, "bandwidth_mhz")
    if math.isnan(earfcn + width) or channel_problem(int(earfcn), "earfcn"):
        return 0.0
    band, middle = lte_band(int(earfcn)), lte_downlink_mhz(int(earfcn))
    top = band.downlink_mhz + 0.1 * (band.high - band.low + 1)
    return max(band.downlink_mhz - (middle - width / 2.0), middle + width / 2.0 - top, 0.0)
