"""Tilts that the hardware does not give."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, number, rows_of
from rfopt.network import Network, Plan
from rfopt.radio.pattern_files import TILT_IN_NAME
from rfopt.tables import value_text

MOST_MECHANICAL_DEG, MOST_TOTAL_DEG, MOST_UP_DEG = 10.0, 16.0, 5.0
MOST_ELECTRICAL_DEG = 15.0
NAMES = ("mech_tilt_deg", "elec_tilt_deg")
FILE_STEP_DEG = 1.0
"""An electrical tilt further than this from every file of its antenna is none that the antenna has."""


@audits
def tilt(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Tilts beyond brackets and motors, of antennas that face no way, and electrical tilts of which there is no file.

    Where one file stands for an antenna its cut is shifted, so that it says nothing of the tilts there are.
    """
    for cell in dict.fromkeys(plan[k].cell for k in rows_of(plan, NAMES)):
        if cell in before.cells.index:
            was, now = _beyond(before, cell), _beyond(after, cell)
            for kind, (excess, value, limit) in now.items():
                if excess > max(was[kind][0], 1e-9):
                    facts = {"value": value_text(value), "limit": f"{limit:g}"}
                    yield Fault(kind, (cell,), facts, rows_of(plan, NAMES, (cell,)))
            yield from _without_file(after, cell, plan)
            mechanical = rows_of(plan, ("mech_tilt_deg",), (cell,))
            if mechanical and math.isnan(number(after, cell, "azimuth_deg")):
                yield Fault("tilt_of_omni", (cell,), {}, mechanical)


def _beyond(network: Network, cell: str) -> dict[str, tuple[float, float, float]]:
    """How far each tilt is beyond its limit, its value and the limit."""
    mech, elec = (number(network, cell, name) for name in NAMES)
    total = mech + elec
    return {
        "tilt_mechanical": (abs(mech) - MOST_MECHANICAL_DEG, mech, MOST_MECHANICAL_DEG),
        "tilt_electrical": (elec - MOST_ELECTRICAL_DEG, elec, MOST_ELECTRICAL_DEG),
        "tilt_total": (total - MOST_TOTAL_DEG, total, MOST_TOTAL_DEG),
        "tilt_up": (-min(total, mech, elec) - MOST_UP_DEG, min(total, mech, elec), -MOST_UP_DEG),
    }


def _without_file(network: Network, cell: str, plan: Plan) -> Iterator[Fault]:
    rows, name = rows_of(plan, ("elec_tilt_deg",), (cell,)), str(network.cells.at[cell, "antenna"])
    family = [key for key in network.antennas if TILT_IN_NAME.sub("", key) == TILT_IN_NAME.sub("", name)]
    there = sorted({float(network.antennas[key].electrical_tilt_deg) for key in family})
    wanted = number(network, cell, "elec_tilt_deg")
    if rows and name and len(there) > 1 and min(abs(wanted - tilt) for tilt in there) > FILE_STEP_DEG:
        have = ", ".join(f"{tilt:g}" for tilt in there)
        yield Fault("tilt_without_file", (cell,), {"value": value_text(wanted), "have": have}, rows)
