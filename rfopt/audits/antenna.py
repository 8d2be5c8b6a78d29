"""An antenna of which no pattern is there."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.errors import did_you_mean, printable
from rfopt.network import Network, Plan
from rfopt.radio.pattern_files import TILT_IN_NAME


@audits
def antenna(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows that name an antenna without a file in antennas/."""
    families = {TILT_IN_NAME.sub("", name) for name in before.antennas}
    for k, change in enumerate(plan):
        name = str(change.new or "")
        named = change.parameter == "antenna" and change.neighbour is None and name
        if named and TILT_IN_NAME.sub("", name) not in families:
            near = did_you_mean(name, before.antennas)
            yield Fault("antenna", (change.cell,), {"value": printable(name), "near": near}, (k,))
