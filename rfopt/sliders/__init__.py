"""What if? A plan tried out by hand: sliders in a notebook, or `WhatIf.answer` without any.

`knobs` says what may be turned, `answers` what comes of it; `rfopt.showing.sliders` draws them.
"""

from __future__ import annotations

from rfopt.diagnosis import Diagnosis
from rfopt.network import Plan
from rfopt.recommendation import Recommendation, movable, permitted
from rfopt.sliders.answers import Answer, WhatIf, tried_on
from rfopt.sliders.knobs import Knob, knobs_of

__all__ = ["Answer", "Knob", "WhatIf", "what_if_of"]


def what_if_of(judged: Diagnosis | Recommendation) -> WhatIf:
    """A plan to try out: the values that fixes propose, starting as found, or at the plan of a recommendation."""
    diagnosis = judged.diagnosis if isinstance(judged, Recommendation) else judged
    plan: Plan = judged.plan if isinstance(judged, Recommendation) else ()
    moves, _ = permitted(diagnosis.evidence, diagnosis)
    knobs = knobs_of(diagnosis, moves, plan)
    return tried_on(diagnosis.evidence, knobs, plan, movable(moves))
