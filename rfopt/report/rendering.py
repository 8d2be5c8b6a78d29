"""From values to one page: templates that escape everything, the scripts with their digest, the glyphs needed.

The page's content security policy lets nothing in from outside and runs these scripts alone: one that a name smuggled
in would have another digest.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rfopt.fonts.glyphs import font_of
from rfopt.report.embedded import digest, font_link, json_text, visible
from rfopt.words import say

SCRIPTS = ("ink.js", "tower.js", "facade.js", "map.js", "strips.js", "start.js")
FACE = (
    '@font-face{{font-family:"rfopt hanzi";src:url({link}) format("woff");font-display:block;'
    "unicode-range:U+2E80-FFFF}}\n"
)


def rendered(template: str, values: Mapping[str, Any], lang: str) -> str:
    """One page of a template; `values` holds ``views``, whose ``json`` the scripts read.

    Parameters
    ----------
    lang : str
        ``en`` or ``zh``.
    """
    script = _script()
    page_values = json_text(values["views"].json)
    html = _templates().get_template(template).render(
        values, t=functools.partial(_say, lang), script=Markup(script), script_digest=digest(script),
        page_values=page_values,
    )  # fmt: skip
    return _with_font(html)


def still(template: str, values: Mapping[str, Any], lang: str) -> str:
    """One page of a template that runs no script."""
    return _with_font(
        _templates().get_template(template).render(values, t=functools.partial(_say, lang), script_digest=NO_SCRIPT)
    )


def _with_font(html: str) -> str:
    font = font_of(html)
    return html.replace(FONT_PLACE, FACE.format(link=font_link(font)) if font else "", 1)


NO_SCRIPT = "'none'"
FONT_PLACE = "/*hanzi*/"
"""Where the style sheet takes the font in: which glyphs are needed is known when all else is written."""


def _say(lang: str, key: str, **values: Any) -> str:
    return say(key, lang, **values)


@functools.cache
def _script() -> str:
    parts = [_source(name) for name in SCRIPTS]
    return "\n" + '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


@functools.cache
def _templates() -> Environment:
    """Templates that escape everything and fail on a name that is not there."""
    return Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _source(name: str) -> str:
    return resources.files("rfopt.report").joinpath("templates", name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
