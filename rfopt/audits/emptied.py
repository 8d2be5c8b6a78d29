"""A plan takes away a value that a cell cannot be without."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.drafts import column_of
from rfopt.network import Change, Network, Plan, same

OPTIONAL = ("azimuth_deg", "antenna", "tch_arfcns", "ho_threshold_interference_dbm", "ho_level_umbrella_dbm", "site",
            "building", "gain_dbi", "h_beamwidth_deg", "v_beamwidth_deg")  # fmt: skip


@audits
def emptied(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows that leave a value empty, unless empty means something."""
    for k, change in enumerate(plan):
        if column_of(change) is not None and change.parameter not in OPTIONAL and _empties(change):
            yield Fault("emptied", (change.cell,), {"what": change.parameter}, (k,))


def _empties(change: Change) -> bool:
    return same(change.new, None) and not same(change.old, None)
