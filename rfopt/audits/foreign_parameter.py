"""A plan sets a parameter of the other technology."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.drafts import column_of
from rfopt.network import Change, Network, Plan
from rfopt.tables import schema

OF_GSM = {"ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm"}
OF_LTE = {"q_offset_db", "cio_db"}
CODES = {"GSM": {"arfcn", "bsic", "lac", "ci", "tch_arfcns"},
         "LTE": {"earfcn", "pci", "tac", "eci", "bandwidth_mhz"}}  # fmt: skip


@audits
def foreign_parameter(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """GSM parameters of an LTE cell or relation, or the other way, and redirect entries of a GSM cell."""
    for k, change in enumerate(plan):
        if change.cell in before.cells.index:
            rat = str(before.cells.at[change.cell, "rat"])
            if technology(change) not in ("", rat):
                yield Fault("foreign_parameter", (change.cell,), {"what": change.parameter, "rat": rat}, (k,))


def technology(change: Change) -> str:
    """The technology whose machines read a parameter; '' for both."""
    name = change.parameter
    if name == "redirect_arfcn":
        return "LTE"
    if change.neighbour is not None:
        return "GSM" if name in OF_GSM else "LTE" if name in OF_LTE else ""
    column = column_of(change)
    if column is None or name not in schema("cells"):
        return ""
    first = next(iter(column.affects), "")
    return next((rat for rat in ("GSM", "LTE") if name in CODES[rat] or first.startswith(f"{rat.lower()}_")), "")
