"""Which plan to try next: the small set of moves that is worth most together.

Few moves: every plan they make is scored. Many: forward selection on the true simulated worth, with stale gains
refreshed before a move is taken, then pairs that only help together, then each step moved to its best place, moves that
give way to better ones where no more changes are permitted, then everything made as small as it can be, and all that
no longer pays its way taken out. "Do nothing" is always among the plans and wins unless another is sure to be better.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

from rfopt.finding import Move
from rfopt.network import Change, Plan, keys_of
from rfopt.planning.trial import SURE, Search, in_order, parts_of, with_move, without

LEAST_GAIN = 0.003
"""Worth that one more move must add, over its cost."""
LEAST_PLAN_GAIN = 0.02
"""Objective that a plan must add to be proposed at all."""
LEAST_LOSS = 0.001
"""Worth that must be lost if a part of a plan is taken out."""
PLAIN_GAIN = 0.04
"""A gain that is taken without asking every other move again."""
GOOD_ENOUGH = 0.9
"""Objective above which neither pairs nor the levers of last resort are looked for."""
LONG_LADDER = 5
MOST_PAIRED, MOST_PAIRS = 25, 100
"""Ladders among which pairs are looked for, and pairs tried of their boldest and of their middle steps."""
MOST_LOOKS = 40
"""Moves looked at again in one round, once every move has been looked at."""
MOST_SWAPS = 150
FIRST, FORWARD, PAIRED, TUNED = 0.3, 0.65, 0.8, 1.0
"""Share of the trials up to which moves are looked at alone, then on top of others, in pairs, and as exchanges."""
MOST_ROUNDS = 2
SLACK = 0.001
"""Worth that may be given up for a smaller step."""


def find(rough: Search, exact: Search) -> Plan:
    """The best plan found; empty where nothing is worth doing.

    Parameters
    ----------
    rough : Search
        Scores on few draws, for looking around.
    exact : Search
        Scores on all draws, for deciding.
    """
    plan = _best_of_all(exact) if exact.enumerable() else _climbed(rough)
    plan = _prune(exact, plan)
    return plan if worth_proposing(exact, plan) else ()


def worth_proposing(exact: Search, plan: Plan) -> bool:
    """True for a plan that is sure to help, gains `LEAST_PLAN_GAIN` and breaks no limit of harm."""
    start, end = exact.score(()), exact.score(plan)
    return end.helps(start) >= SURE and end.objective - start.objective >= LEAST_PLAN_GAIN and not end.refused


def _best_of_all(search: Search) -> Plan:
    """The plan worth most of all that the moves make; of equals the one with the smallest steps."""
    plans = [()] + [plan for plan in every_plan(search.ladders()) if len(plan) <= search.most_changes]
    best = max(search.worth(plan) for plan in plans)
    near = [plan for plan in plans if search.worth(plan) >= best - 1e-9]
    return min(near, key=lambda plan: (sum(map(_size, plan)), keys_of(plan)))


def every_plan(ladders: Sequence[Sequence[Move]]) -> list[Plan]:
    """Every plan that takes at most one step of each ladder, each once."""
    plans: dict[Plan, None] = {}
    for chosen in itertools.product(*[(None, *steps) for steps in ladders]):
        plan: Plan = ()
        for move in chosen:
            plan = plan if move is None else with_move(plan, move)
        plans[in_order(plan)] = None
    return list(plans)


def _climbed(search: Search) -> Plan:
    """The plan found with the usual moves, and with the others too where those leave much to be gained."""
    plan = _settled(search.usual(), ())
    if search.later and search.score(plan).objective < GOOD_ENOUGH:
        plan = _settled(search.from_here(), plan)
    return _smaller(search, plan)


def _settled(search: Search, plan: Plan) -> Plan:
    """A plan that no single move, no pair tried and no exchange makes better."""
    plan = _forward(search, plan)
    if search.score(plan).objective < GOOD_ENOUGH:
        plan = _pairs(search, plan)
    for _ in range(MOST_ROUNDS):
        tuned = _prune(search, _refined(search, plan))
        plan = _swapped(search, _forward(search, tuned))
        if plan == tuned:
            break
    return plan


def _forward(search: Search, plan: Plan) -> Plan:
    """Take the most worthwhile move until none is; gains known from an earlier round are looked at again first.

    Of every ladder of steps only landmarks are tried here; `_smaller` looks between.
    """
    marks = [(steps, move) for steps in search.ladders() for move in _landmarks(steps)]
    chosen = [move for _, move in marks]
    lower = [list(steps[:-1]) if move is steps[-1] else [] for steps, move in marks]
    gains: dict[int, float] = {}
    while True:
        here = search.worth(plan)
        fresh = _refresh(search, plan, here, gains, chosen, lower)
        best = max(fresh, key=lambda k: (fresh[k], -k), default=None)
        if best is None or fresh[best] < LEAST_GAIN:
            return plan
        plan = with_move(plan, chosen[best])
        gains = {k: fresh.get(k, gains.get(k, 0.0)) for k in range(len(chosen))}


def _landmarks(steps: Sequence[Move]) -> list[Move]:
    """Of a ladder the boldest step, and of a long one its middle too."""
    middle = [steps[(len(steps) - 1) // 2]] if len(steps) >= LONG_LADDER else []
    return [*middle, steps[-1]]


def _refresh(
    search: Search,
    plan: Plan,
    here: float,
    gains: dict[int, float],
    chosen: list[Move],
    lower: Sequence[list[Move]],
) -> dict[int, float]:
    """Gains of moves on top of a plan, best stale ones first, until a plain gain beats all that is still stale.

    The first round, and one that finds no more than small gains, look at every move: what was worth nothing alone
    may be worth much in company. What cannot reach the least gain is not simulated; in the place of a step that
    breaks a limit of harm the next `lower` one is chosen.
    """
    order = _most_promising(search, plan, gains, chosen)
    fresh: dict[int, float] = {}
    for place, k in enumerate(order):
        plain = gains and fresh and max(fresh.values()) >= max(gains.get(k, 1.0), PLAIN_GAIN)
        if plain or not search.may_try(FORWARD if gains else FIRST) or (gains and len(fresh) >= MOST_LOOKS):
            break
        if search.at_most(plan, chosen[k]) - here < LEAST_GAIN:
            continue
        while lower[k] and _harms(search, with_move(plan, chosen[k])) and search.may_try(FORWARD):
            chosen[k] = lower[k].pop()
        fresh[k] = search.worth(with_move(plan, chosen[k])) - here
        search.progress("search", max(here, 0.0) + (1.0 - max(here, 0.0)) * 0.5 * place / len(order))
    return fresh


def _harms(search: Search, plan: Plan) -> bool:
    """True if a plan of permitted size breaks a limit of harm."""
    return len(plan) <= search.most_changes and bool(search.score(plan).refused)


def _most_promising(search: Search, plan: Plan, gains: dict[int, float], chosen: Sequence[Move]) -> list[int]:
    """Moves by the gain they last had; in the first round the first of each fix first, by what they could reach."""
    if gains:
        return sorted(range(len(chosen)), key=lambda k: (-gains.get(k, 1.0), k))
    count: Counter[str] = Counter()
    keys = []
    for k, move in enumerate(chosen):
        count[move.fix] += 1
        keys.append((count[move.fix], -search.at_most(plan, move), k))
    return [k for _, _, k in sorted(keys)]


def _pairs(search: Search, plan: Plan) -> Plan:
    """Two moves that help only together: the boldest permitted steps against each other, then the middle ones."""
    here = search.worth(plan)
    ladders = [steps for steps in search.ladders() if search.at_most(plan, steps[-1]) - here >= LEAST_GAIN]
    ladders.sort(key=lambda steps: -_known(search, with_move(plan, steps[-1])))
    ladders = ladders[:MOST_PAIRED]
    bold = [_boldest_permitted(search, plan, steps) for steps in ladders]
    middle = [steps[(len(steps) - 1) // 2] for steps in ladders if len(steps) > 2]
    pairs = (pair for moves in (bold, middle) for pair in _likely(search, plan, moves) if search.may_try(PAIRED))
    best = max((_gain(search, plan, pair, here) for pair in pairs), key=lambda item: item[0], default=(0.0, plan))
    return _forward(search, best[1]) if best[0] >= LEAST_GAIN else plan


def _known(search: Search, plan: Plan) -> float:
    """The worth of a plan that was scored before; below all others where it was not."""
    return search.worth(plan) if in_order(plan) in search.seen else -2.0


def _boldest_permitted(search: Search, plan: Plan, steps: Sequence[Move]) -> Move:
    """The boldest step of a ladder that breaks no limit on top of a plan; the smallest if all do."""
    return next(
        (m for m in reversed(steps) if not search.may_try(PAIRED) or search.worth(with_move(plan, m)) > -1.0), steps[0]
    )


def _likely(search: Search, plan: Plan, moves: Sequence[Move]) -> list[tuple[Move, Move]]:
    """Pairs of moves, those first whose members do best, or least harm, alone; at most `MOST_PAIRS`."""
    tried = [move for move in moves if in_order(with_move(plan, move)) in search.seen or search.may_try(PAIRED)]
    ranked = sorted(tried, key=lambda move: -search.worth(with_move(plan, move)))
    places = sorted(itertools.combinations(range(len(ranked)), 2), key=lambda pair: (sum(pair), pair))
    return [(ranked[a], ranked[b]) for a, b in places[:MOST_PAIRS]]


def _gain(search: Search, plan: Plan, moves: Iterable[Move], here: float) -> tuple[float, Plan]:
    for move in moves:
        plan = with_move(plan, move)
    return search.worth(plan) - here, plan


def _swapped(search: Search, plan: Plan) -> Plan:
    """Parts exchanged for moves that are worth more, where no more changes are permitted."""
    chosen = [move for steps in search.ladders() for move in _landmarks(steps)]
    if all(len(with_move(plan, move)) <= search.most_changes for move in chosen):
        return plan
    trials = [with_move(without(plan, part), move) for part in parts_of(plan, search.moves) for move in chosen]
    tried = (trial for trial in trials[:MOST_SWAPS] if search.may_try(TUNED))
    best = max(tried, key=search.worth, default=plan)
    return _swapped(search, best) if search.worth(best) - search.worth(plan) >= LEAST_GAIN else plan


def _refined(search: Search, plan: Plan) -> Plan:
    """Every step of the plan moved to the best place of its ladder, beside the others as they stand."""
    for keys in dict.fromkeys(frozenset(keys_of(move.changes)) for move in search.moves):
        if keys <= set(keys_of(plan)):
            steps = (with_move(plan, move) for move in search.moves if frozenset(keys_of(move.changes)) == keys)
            plan = max([plan, *(step for step in steps if search.may_try(TUNED))], key=search.worth)
    return plan


def _smaller(search: Search, plan: Plan) -> Plan:
    """Each step as small as it can be without giving up worth: what is not needed should not be done."""
    for move in search.moves:
        keys = {c.key for c in move.changes}
        now = [c for c in plan if c.key in keys]
        if len(now) != len(keys) or tuple(now) == move.changes or not _less(move.changes, now):
            continue
        trial = with_move(plan, move)
        if search.worth(trial) >= search.worth(plan) - SLACK:
            plan = trial
    return plan


def _less(changes: Sequence[Change], now: Sequence[Change]) -> bool:
    """True if every numeric step of `changes` is no larger than the present one, and one is smaller."""
    sizes = {c.key: _size(c) for c in now}
    steps = [(_size(c), sizes[c.key]) for c in changes]
    return all(a <= b for a, b in steps) and any(a < b for a, b in steps)


def _size(change: Change) -> float:
    old, new = change.old, change.new
    return abs(float(new) - float(old)) if isinstance(old, float | int) and isinstance(new, float | int) else 1.0


def _prune(search: Search, plan: Plan) -> Plan:
    """Take out every move that does not pay its way or is not sure to help, worst first.

    A change out of a larger move may go by itself only if the fix of that move proposes it by itself too.
    """
    alone = {(move.fix, move.changes) for move in search.moves if len(move.changes) == 1}
    fix_of = {frozenset(move.changes): move.fix for move in search.moves}
    while plan:
        here = search.worth(plan)
        whole = parts_of(plan, search.moves)
        single = {(c,) for part in whole for c in part if (fix_of.get(frozenset(part)), (c,)) in alone}
        parts = {*whole, *single}
        loss = {part: here - search.worth(without(plan, part)) for part in sorted(parts, key=keys_of)}
        sure = {part: search.score(plan).helps(search.score(without(plan, part))) for part in loss}
        doubtful = [part for part in loss if loss[part] < LEAST_LOSS or sure[part] < search.sure]
        if not doubtful:
            return plan
        plan = without(plan, min(doubtful, key=lambda part: (loss[part], keys_of(part))))
    return plan
