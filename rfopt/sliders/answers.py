"""What comes of a plan, at once: on the first few draws of the case's own fading, only what the plan touches anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rfopt.evidence import Evidence
from rfopt.kpis import compute
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import thinned
from rfopt.network import Changes, Plan, Value, apply
from rfopt.planning.draws import by_draw, figures_of
from rfopt.planning.harm import Groups, Harm, groups_of
from rfopt.planning.score import harm_of
from rfopt.planning.stated import intervals
from rfopt.recommendation import ROUGH_DRAWS
from rfopt.shown import Shown
from rfopt.sliders.knobs import Knob, plan_of
from rfopt.words import say, spoken


@dataclass(frozen=True)
class Answer(Shown):
    """What a plan does, on the same few draws before and after.

    Attributes
    ----------
    measured, before, after : mapping
        Every figure as counted in the log, and modelled without and with the plan; NaN where not known.
    interval : mapping
        90 % interval of each figure with the plan.
    objective : (float, float)
        Before and after.
    harm : tuple of Harm
        Groups that lose coverage or level.
    """

    plan: Changes
    measured: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    objective: tuple[float, float]
    harm: tuple[Harm, ...]

    def __repr__(self) -> str:
        before, after = self.objective
        return f"<Answer to {len(self.plan)} changes: objective {before:.3f} → {after:.3f}>"


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A plan to try out by hand; `answer` says what comes of it, and in a notebook it shows sliders.

    Attributes
    ----------
    evidence : Evidence
        On `rfopt.recommendation.ROUGH_DRAWS` draws; a recommendation decides on all.
    knobs : tuple of Knob
        What may be turned.
    start : Plan
        The plan that the sliders begin with.
    """

    evidence: Evidence
    groups: Groups
    knobs: tuple[Knob, ...]
    start: Changes
    measured: Mapping[str, float]
    _answers: dict[Changes, Answer] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "\n".join([f"<WhatIf with {len(self.knobs)} knobs>", *(f"  {knob.change}" for knob in self.knobs)])

    def answer(self, values: Mapping[str, Value] | Plan | None = None) -> Answer:
        """What a plan does.

        Parameters
        ----------
        values : mapping of str to value, or plan, optional
            Values by the names of `knobs`, or any plan for the network; without it, the plan it started with.

        Raises
        ------
        InputError
            If a name or value is none of the knobs', or the plan does not fit the network.
        """
        if values is None:
            plan = self.start
        elif isinstance(values, Mapping):
            plan = plan_of(self.evidence.network, self.knobs, values)
        else:
            plan = Changes(values)
        if plan not in self._answers:
            self._answers[plan] = self._worked_out(plan)
        return self._answers[plan]

    def _worked_out(self, plan: Changes) -> Answer:
        evidence = self.evidence
        network = apply(evidence.network, plan)
        after = simulate(evidence.situation, network) if plan else evidence.replay
        return Answer(
            plan,
            self.measured,
            figures_of(evidence.replay, evidence),
            figures_of(after, evidence),
            intervals(after, evidence),
            (float(by_draw(evidence.replay, evidence).mean()), float(by_draw(after, evidence).mean())),
            harm_of(self.groups, network, plan),
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """Sliders where they can be drawn, else a line that says what is missing."""
        if find_spec("ipywidgets") is None:
            return {"text/plain": say("sliders.missing", spoken())}
        return import_module("rfopt.showing.sliders").board(self)._repr_mimebundle_(include=include, exclude=exclude)


def tried_on(evidence: Evidence, knobs: Sequence[Knob], plan: Plan, movable: Sequence[str]) -> WhatIf:
    """A plan to try out on a case's evidence; `movable` are the cells whose level the knobs move."""
    draws = min(ROUGH_DRAWS, evidence.situation.budget.draws)
    fewer = thinned(evidence.situation, draws)
    rough = replace(evidence, situation=fewer, replay=simulate(fewer, evidence.network))
    return WhatIf(rough, groups_of(evidence, movable), tuple(knobs), Changes(plan), compute(evidence.logged))
