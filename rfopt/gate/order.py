"""In which order a plan is carried out, so that no state on the way is worse than the plan allows.

Changes that one command sets, or that mean nothing one without the other, go together from the start. Where no single
group can go next without a fault, groups are put into one transaction: that which needs the fewest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rfopt.audits import Fault, audit
from rfopt.network import RELATION_PARAMETERS, Change, Network, Plan
from rfopt.sentences import change_line
from rfopt.words import in_words, say

TOGETHER = (
    ("cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s"),
    ("arfcn", "bsic", "tch_arfcns"),
    ("earfcn", "pci", "bandwidth_mhz"),
    ("lac", "ci"),
    ("mech_tilt_deg", "elec_tilt_deg"),
)
"""Parameters of a cell that are one setting."""
EXACT = 8
"""Groups up to which every order is tried before one is said not to exist."""
MOST_STATES = 600
"""States looked at, however many groups there are."""
Faults = Callable[[Plan], list[str]]


@dataclass(frozen=True)
class Order:
    """Transactions in their order, and why some hold more than one group.

    `sure` is False where groups were joined before every order of single groups was tried; `whole` is what is wrong
    with the plan itself, so that nothing can be said of its parts.
    """

    transactions: tuple[Plan, ...]
    because: tuple[str, ...]
    sure: bool = True
    whole: tuple[str, ...] = ()


def safe_order(network: Network, plan: Plan, also: Faults | None = None) -> Order:
    """An order in which every state between transactions passes the audits, and `also` if it is given.

    `also` says what else is wrong with a part of the plan that is carried out: gates on simulated cases.
    """
    faults = _Known(lambda done: [f.sentence("en") for f in _new(network, done)] + (also(done) if also else []))
    whole = faults(plan)
    if whole:
        return Order((), (), True, tuple(whole))
    return _searched(_grouped(plan), plan, faults)


def _new(network: Network, done: Plan) -> list[Fault]:
    return [fault for fault in audit(network, done) if fault.new]


@dataclass
class _Known:
    """What is wrong with parts of a plan, each asked once."""

    ask: Faults
    seen: dict[Plan, list[str]] = field(default_factory=dict)

    def __call__(self, part: Plan) -> list[str]:
        if part not in self.seen:
            self.seen[part] = self.ask(part) if part else []
        return self.seen[part]


def _grouped(plan: Plan) -> list[tuple[int, ...]]:
    """Rows that go together, by their place; the safest kind of group first."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, change in enumerate(plan):
        groups.setdefault(_setting(change), []).append(k)
    return sorted((tuple(rows) for rows in groups.values()), key=lambda rows: (_rank(plan[rows[0]]), rows))


def _setting(change: Change) -> tuple[str, ...]:
    if change.neighbour is not None and change.parameter in ("neighbour", *RELATION_PARAMETERS):
        return change.cell, change.neighbour
    names = next((names for names in TOGETHER if change.parameter in names), (change.parameter,))
    return change.cell, change.neighbour or "", names[0]


def _rank(change: Change) -> int:
    """What is added and what holds calls goes first, what takes away goes last, what a crew does after all."""
    if change.visit:
        return 4
    if change.new in ("present", "absent"):
        return 0 if change.new == "present" else 3
    return 1 if change.parameter in RELATION_PARAMETERS else 2


def _searched(groups: list[tuple[int, ...]], plan: Plan, faults: _Known) -> Order:
    """Depth first through single groups; where none can go, the smallest transaction that can."""

    def part(done: frozenset[int]) -> Plan:
        return tuple(plan[k] for g in sorted(done) for k in groups[g])

    exact = len(groups) <= EXACT
    dead: set[frozenset[int]] = set()

    def way(done: frozenset[int]) -> list[tuple[int, ...]] | None:
        if len(done) == len(groups):
            return []
        for g in range(len(groups)):
            state = done | {g}
            if g in done or state in dead or len(faults.seen) > MOST_STATES or faults(part(state)):
                continue
            rest = way(state)
            if rest is not None:
                return [(g,), *rest]
            if not exact:
                return None
        dead.add(done)
        return None

    steps = way(frozenset())
    if steps is None:
        steps = _with_transactions(len(groups), part, faults)
    tried_all = exact and len(faults.seen) <= MOST_STATES
    sure = tried_all or max(map(len, steps), default=1) == 1
    because = tuple(_why(step, part(frozenset(g for s in steps[:k] for g in s)), groups, plan, faults)
                    for k, step in enumerate(steps))  # fmt: skip
    return Order(tuple(tuple(plan[k] for g in step for k in sorted(groups[g])) for step in steps), because, sure)


def _with_transactions(count: int, part: Callable[[frozenset[int]], Plan], faults: _Known) -> list[tuple[int, ...]]:
    """Groups one by one as long as one can go; then those that only go together."""
    done: frozenset[int] = frozenset()
    steps = []
    while len(done) < count:
        left = [g for g in range(count) if g not in done]
        step = next(((g,) for g in left if not faults(part(done | {g}))), None) or _joined(done, left, part, faults)
        steps.append(step)
        done |= set(step)
    return steps


def _joined(
    done: frozenset[int], left: Sequence[int], part: Callable[[frozenset[int]], Plan], faults: _Known
) -> tuple[int, ...]:
    """The smallest set of groups, grown from each by what leaves the fewest faults, that can go at once."""
    best = tuple(left)
    for first in left:
        step = [first]
        while len(step) < len(best) - 1 and faults(part(done | set(step))):
            others = [g for g in left if g not in step]
            step.append(min(others, key=lambda g: (len(faults(part(done | {*step, g}))), g)))
        if len(step) < len(best) and not faults(part(done | set(step))):
            best = tuple(sorted(step))
    return best


def _why(step: tuple[int, ...], done: Plan, groups: list[tuple[int, ...]], plan: Plan, faults: _Known) -> str:
    """What would be wrong after the first group of a transaction alone; '' for a single group."""
    if len(step) == 1:
        return ""
    alone = (*done, *(plan[k] for k in groups[step[0]]))
    return next(iter(faults(tuple(sorted(alone, key=plan.index)))), "")


def order_text(order: Order, lang: str = "en") -> str:
    """An order as lines: transactions by number."""
    lines = []
    for k, (transaction, why) in enumerate(zip(order.transactions, order.because, strict=True), 1):
        texts = [change_line(change, lang) for change in transaction]
        lines += [f"{k}. {text}" if row == 0 else f"   + {text}" for row, text in enumerate(texts)]
        lines += ["   " + say("order.together", lang, why=in_words(why, lang))] if why else []
    return "\n".join(lines)
