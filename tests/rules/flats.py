"""One flat, healthy, and the same flat with one fault each: networks and readings built in code.

A leads at both points by more than 10 dB, B is the next estate's distribution, C a macro near by and D one far away.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numba
import numpy as np

from rfopt.evidence import Evidence
from rfopt.kpis import compute
from rfopt.mobility.situation import Budget
from rfopt.network import Network
from rfopt.rules import Figures

from ..networks import ALL_RELATIONS, REDIRECTS, evidence, network, walk

Rows = list[dict[str, object]]
BUDGET = Budget(runs=12, draws=4, idle_s=140.0, warm_s=20.0, call_s=60.0, lte_call_s=20.0)
ESTATE = {"B": {"building": "b2"}}
GSM_DBM = {"A": -70.0, "B": -88.0, "C": -84.0, "D": -92.0}
LTE_DBM = {"L": -92.0, "M": -104.0}


@dataclass(frozen=True)
class Flat:
    """What makes a flat: changes of the tables, mean levels, and how the phone fared in the log.

    `south` are levels that differ at the second point; `server` None lets the phone follow the strongest cell.
    """

    cells: Mapping[str, Mapping[str, object] | None] = field(default_factory=dict)
    relations: Sequence[tuple[str, str]] | Mapping[tuple[str, str], Mapping[str, object]] = ALL_RELATIONS
    redirects: Sequence[tuple[str, int]] = REDIRECTS
    gsm: Mapping[str, float] = field(default_factory=dict)
    lte: Mapping[str, float] = field(default_factory=dict)
    south: Mapping[str, float] = field(default_factory=dict)
    server: str | None = "A"
    ci_db: float = 22.0
    rxqual: int = 0
    sinr_db: float = 12.0
    wanted: tuple[str, ...] = ("A",)
    edit: Callable[[Rows], Rows] | None = None

    def network(self) -> Network:
        """The tables."""
        cells: dict[str, Mapping[str, object] | None] = dict(ESTATE)
        for name, change in self.cells.items():
            cells[name] = None if change is None else {**cells.get(name, {}), **change}
        return network(cells, self.relations, self.redirects)

    def rows(self, net: Network) -> Rows:
        """The log: idle and a call on GSM, idle on LTE, at each point."""
        rows: Rows = []
        for k, point in enumerate(("north", "south")):
            changed = {**self.gsm, **self.lte, **(self.south if k else {})}
            gsm, lte = ({n: changed.get(n, v) for n, v in table.items()} for table in (GSM_DBM, LTE_DBM))
            gsm |= {name: v for name, v in changed.items() if name in net.of_rat("GSM").index}
            gsm = {name: v for name, v in gsm.items() if name in net.cells.index and not np.isnan(v)}
            rng = np.random.default_rng([7, k])
            call = {"quality_db": self.ci_db, "rxqual": self.rxqual, "seconds": 60.0}
            rows += walk(net, gsm, point=point, server=self.server, rng=rng)
            rows += walk(net, gsm, point=point, server=self.server, mode="call", start_s=200.0, rng=rng, **call)
            rows += walk(net, lte, point=point, start_s=400.0, server="L", quality_db=self.sinr_db, rng=rng)
        return self.edit(rows) if self.edit else rows

    def evidence(self) -> Evidence:
        """Everything known about it."""
        net = self.network()
        with one_thread():
            return evidence(net, self.rows(net), self.wanted, BUDGET)


@contextmanager
def one_thread() -> Iterator[None]:
    """Kernels on one thread: tests run side by side already, and two waiting for each other take longer."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def without_relations(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """All relations but some."""
    return tuple(pair for pair in ALL_RELATIONS if pair not in pairs)


def between(*arfcns: int) -> Callable[[Rows], Rows]:
    """In idle mode the phone goes from one carrier to the next every ten seconds."""

    def edit(rows: Rows) -> Rows:
        for k, row in enumerate(rows):
            if row["rat"] == "GSM" and row["mode"] == "idle":
                server = arfcns[int(float(str(row["time"])) // 10) % len(arfcns)]
                rows[k] = row | {"serving": row["arfcn"] == server, "cell": ""}
        return rows

    return edit


def strangers(share: float, rat: str = "GSM") -> Callable[[Rows], Rows]:
    """A share of a technology's serving rows, here and there, are of a cell that the table does not have."""

    def edit(rows: Rows) -> Rows:
        serving = [k for k, row in enumerate(rows) if row.get("serving") and row["rat"] == rat]
        odd = {"arfcn": 5, "bsic": "0-0"} if rat == "GSM" else {"earfcn": 1300, "pci": 7}
        for k in serving[:: round(1.0 / share)]:
            rows[k] = rows[k] | odd | {"cell": ""}
        return rows

    return edit


def unheard(name: str) -> Callable[[Rows], Rows]:
    """A log in which one cell never appears; what it would have served is served by nobody."""
    return lambda rows: [row for row in rows if row.get("cell") != name]


RELATION = {pair: {} for pair in ALL_RELATIONS}
CLOSE = {"A": -76.0, "B": -77.0, "C": -77.0, "D": -78.0}
TWIN_CELL = {"rat": "GSM", "kind": "macro", "lat": 38.492, "lon": 106.225, "height_m": 40, "azimuth_deg": 0,
             "power_dbm": 43, "arfcn": 80, "lac": 1}  # fmt: skip

FAULTS: dict[str, Flat] = {
    "weak_indoor": Flat(gsm={"A": -98.0, "B": -112.0, "C": -108.0, "D": -112.0}),
    "no_dominant_server": Flat(gsm=CLOSE, server=None),
    "das_leakage": Flat(gsm={"A": -76.0, "B": -72.0}, server=None),
    "overshoot": Flat(gsm={"A": -76.0, "D": -72.0}, server=None),
    "pingpong_reselection": Flat(gsm={"A": -76.0, "C": -76.0}, server=None),
    "pingpong_handover": Flat(
        gsm={"A": -76.0, "C": -76.0}, server=None,
        relations={**RELATION, ("A", "C"): {"ho_margin_pbgt_db": 0}, ("C", "A"): {"ho_margin_pbgt_db": 0}},
    ),
    "missing_neighbour": Flat(
        gsm={"A": -93.0, "C": -75.0}, relations=without_relations(("A", "C"), ("C", "A")), rxqual=6, ci_db=8.0
    ),
    "one_way_neighbour": Flat(gsm={"A": -77.0, "C": -76.0}, relations=without_relations(("C", "A")), server=None),
    "csfb_frequency": Flat(redirects=(("L", 70), ("M", 70))),
    "cochannel_interference": Flat(cells={"C": {"arfcn": 62}}, gsm={"C": -76.0}, ci_db=6.0, rxqual=6),
    "pci_mod3": Flat(cells={"M": {"pci": 13}}, lte={"L": -92.0, "M": -93.0}, sinr_db=-2.0),
    "identity_confusion": Flat(
        cells={"E": {**TWIN_CELL, "bsic": "4-2"}}, relations=(*ALL_RELATIONS, ("A", "E"), ("E", "A"))
    ),
    "area_boundary": Flat(cells={"C": {"lac": 2}}, gsm={"A": -76.0, "C": -76.0}, edit=between(62, 80)),
    "outage": Flat(edit=unheard("A"), server="C", gsm={"A": np.nan}),
    "border_camping": Flat(edit=strangers(0.3)),
    "wrong_parameters": Flat(cells={"C": {"cell_reselect_hysteresis_db": 40}}),
}  # fmt: skip
"""Every rule of the contract with a flat that has its fault."""

BLAMED: dict[str, set[str]] = {
    "weak_indoor": {"A"},
    "no_dominant_server": {"A", "B", "C", "D"},
    "das_leakage": {"B"},
    "overshoot": {"D"},
    "pingpong_reselection": {"A", "C"},
    "pingpong_handover": {"A", "C"},
    "missing_neighbour": {"A", "C"},
    "one_way_neighbour": {"A", "C"},
    "csfb_frequency": {"A", "L"},
    "cochannel_interference": {"A", "C"},
    "pci_mod3": {"L", "M"},
    "identity_confusion": {"C", "E"},
    "area_boundary": {"A", "C"},
    "outage": {"A"},
    "border_camping": set(),
    "wrong_parameters": {"C"},
}
"""The cells that the rule must name, all of them and no other."""

TWINS: dict[str, Flat] = {
    "weak_indoor": Flat(gsm={"B": -112.0, "C": -108.0, "D": -112.0}),
    "no_dominant_server": replace(FAULTS["no_dominant_server"], gsm={**CLOSE, "A": -62.0}),
    "das_leakage": replace(FAULTS["das_leakage"], gsm={"A": -72.0, "B": -92.0}),
    "overshoot": replace(FAULTS["overshoot"], gsm={"A": -72.0, "D": -92.0}),
    "pingpong_reselection": Flat(gsm={"A": -62.0, "C": -76.0}),
    "pingpong_handover": Flat(gsm={"A": -62.0, "C": -76.0}),
    "missing_neighbour": replace(FAULTS["missing_neighbour"], relations=ALL_RELATIONS),
    "one_way_neighbour": replace(FAULTS["one_way_neighbour"], relations=ALL_RELATIONS),
    "csfb_frequency": Flat(),
    "cochannel_interference": replace(FAULTS["cochannel_interference"], cells={}),
    "pci_mod3": replace(FAULTS["pci_mod3"], cells={}),
    "identity_confusion": replace(FAULTS["identity_confusion"], cells={"E": {**TWIN_CELL, "bsic": "4-7"}}),
    "area_boundary": replace(FAULTS["area_boundary"], cells={}),
    "outage": replace(FAULTS["outage"], edit=None, server="A", gsm={}),
    "border_camping": Flat(edit=strangers(0.02)),
    "wrong_parameters": Flat(),
}
"""The same flat, or one as near to it as can be, without the fault."""


@functools.cache
def faulty(rule: str) -> tuple[Evidence, Figures]:
    """The flat with a rule's fault."""
    return judged(FAULTS[rule])


def judged(flat: Flat) -> tuple[Evidence, Figures]:
    """A flat's evidence and figures."""
    seen = flat.evidence()
    return seen, Figures(compute(seen.logged), compute(seen.replay))
