"""How values show themselves in a notebook: a small table each, in the chosen language, nothing in it trusted.

One file for each kind of value; the values themselves know nothing of this room (`rfopt.shown.Shown`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rfopt.calibrating import CalibratedCase
from rfopt.case import Case
from rfopt.comparison.retest import Comparison
from rfopt.diagnosis import Diagnosis
from rfopt.gate.verdict import Verdict
from rfopt.logs import Log
from rfopt.network import Changes, Network
from rfopt.prediction import Prediction
from rfopt.recommendation import Recommendation
from rfopt.showing.comparisons import comparison_html
from rfopt.showing.figures import answer_html, simulation_html
from rfopt.showing.findings import diagnosis_html
from rfopt.showing.inputs import case_html, log_html, network_html
from rfopt.showing.levels import calibration_html, prediction_html
from rfopt.showing.pieces import framed
from rfopt.showing.plans import changes_html, recommendation_html
from rfopt.showing.verdicts import verdict_html
from rfopt.simulation import Simulation
from rfopt.sliders.answers import Answer
from rfopt.words import spoken

LOOKS: dict[type, Callable[..., Any]] = {
    Network: network_html,
    Log: log_html,
    Case: case_html,
    Changes: changes_html,
    Diagnosis: diagnosis_html,
    Recommendation: recommendation_html,
    Simulation: simulation_html,
    Answer: answer_html,
    Verdict: verdict_html,
    Comparison: comparison_html,
    Prediction: prediction_html,
    CalibratedCase: calibration_html,
}


def html_of(value: Any) -> str:
    """A value as HTML in the chosen language.

    Raises
    ------
    KeyError
        If its type has no look: a bug, found by a test.
    """
    return str(framed(LOOKS[type(value)](value, spoken())))
