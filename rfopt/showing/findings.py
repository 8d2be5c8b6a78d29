"""A diagnosis: findings worst first, each in a sentence, with how sure and how much it explains."""

from __future__ import annotations

import math

from markupsafe import Markup

from rfopt.diagnosis import Diagnosis
from rfopt.recommendation import FOUND
from rfopt.sentences import finding_text, number
from rfopt.showing.pieces import BLUE, ORANGE, bar, line, table, text, title
from rfopt.words import say


def diagnosis_html(diagnosis: Diagnosis, lang: str) -> Markup:
    """The score and a row for each finding."""
    head = ["severity", "finding", "basis", "explains"]
    rows = [
        [
            bar(finding.severity, ORANGE if finding.severity >= FOUND else BLUE) + number(finding.severity, 2),
            Markup("<b>{}</b><br>{}").format(
                text(say(f"rule.{finding.rule}.name", lang)), text(finding_text(finding, lang))
            ),
            say(f"basis.{finding.basis}", lang),
            number(math.nan) if math.isnan(share) else f"{100.0 * share:.0f}%",
        ]
        for finding, share in zip(diagnosis.findings, diagnosis.explained, strict=True)
    ]
    score = say("show.score", lang, score=number(100.0 * diagnosis.objective, 0))
    body = table([say(f"show.column.{name}", lang) for name in head], rows)
    return title(score) + (body or line(say("report.findings.none", lang)))
