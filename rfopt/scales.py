"""How figures of coverage are coloured: steps of a sequential map that the colour-blind read too, dark = bad."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The steps of one figure; a value falls below the first, between two, or above the last."""

    name: str
    steps: tuple[float, ...]


SCALES = {
    "GSM": (
        Scale("rxlev_dbm", (-100.0, -94.0, -85.0, -75.0, -65.0, -55.0)),
        Scale("dominance_db", (0.0, 3.0, 6.0, 10.0, 15.0, 20.0)),
        Scale("ci_bcch_db", (0.0, 6.0, 9.0, 12.0, 18.0, 25.0)),
    ),
    "LTE": (
        Scale("rsrp_dbm", (-120.0, -110.0, -105.0, -95.0, -85.0, -75.0)),
        Scale("dominance_db", (0.0, 3.0, 6.0, 10.0, 15.0, 20.0)),
        Scale("sinr_db", (-5.0, 0.0, 3.0, 6.0, 13.0, 20.0)),
    ),
}
CIVIDIS = ("#00224e", "#2a3f6d", "#575d6d", "#7d7c78", "#a59c74", "#d2c060", "#fee838")
"""One colour for each of the seven classes that six steps make, evenly taken from the map of that name."""
