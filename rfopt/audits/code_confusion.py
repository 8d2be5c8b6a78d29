"""Two targets of one cell that its phones cannot tell apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.audits.code_reuse import CODES
from rfopt.network import Network, Plan

NAMES = (*CODES["GSM"], *CODES["LTE"], "neighbour")


@audits
def code_confusion(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells whose relations lead to two targets of one carrier and code, or to one that has the cell's own."""
    rows = rows_of(plan, NAMES)
    touched = {name for k in rows for name in (plan[k].cell, plan[k].neighbour) if name}
    if rows:
        yield from introduced(lambda network: _confused(network, touched), before, after, plan)


def _confused(network: Network, touched: set[str]) -> Iterator[Fault]:
    codes = _codes(network)
    heard: dict[tuple[str, tuple[object, object]], list[str]] = defaultdict(list)
    servers = {a for a, b in network.touching(touched)}
    for a, b in network.touching(servers):
        if a in servers:
            heard[a, codes[b]].append(b)
    for (cell, code), targets in sorted(heard.items(), key=lambda item: (item[0][0], item[1])):
        alike = sorted({*targets, cell} if codes[cell] == code else targets)
        if len(alike) > 1 and touched & {cell, *alike}:
            what = "/".join(f"{part:g}" if isinstance(part, float) else str(part) for part in code)
            kind = "code_collision" if cell in alike else "code_confusion"
            others = " / ".join(name for name in alike if name != cell)
            yield Fault(kind, (cell, *(name for name in alike if name != cell)), {"what": what, "others": others})


def _codes(network: Network) -> dict[str, tuple[object, object]]:
    """Carrier and code of every cell."""
    found: dict[str, tuple[object, object]] = {}
    for rat, (channel, code) in CODES.items():
        cells = network.of_rat(rat)
        found |= dict(zip(cells.index, zip(cells[channel], cells[code], strict=True), strict=True))
    return found
