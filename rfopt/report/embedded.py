"""What the page carries inside: values as JSON, scripts with their digests, the glyphs it needs."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable
from typing import Any
from unicodedata import category

from markupsafe import Markup

ACTING = re.compile("[<>&\u2028\u2029]")
"""Characters that could end a script element or a line of script."""


def rounded(values: Iterable[float], places: int = 1) -> list[float | None]:
    """Numbers as short as JSON can hold them; not known is None.

    >>> rounded([1.26, 2.0, float("nan")])
    [1.3, 2, None]
    """
    return [_short(round(float(value), places)) if math.isfinite(value) else None for value in values]


def _short(value: float) -> float:
    return int(value) if value.is_integer() else value


def json_text(value: Any) -> Markup:
    r"""A value as JSON that can stand inside a script element.

    >>> str(json_text({"name": "</script>"}))
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {visible(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return visible(value) if isinstance(value, str) else value


def visible(text: str) -> str:
    """Text without characters that are not seen but act: controls and marks that turn the reading direction."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if c not in "\n\t" and category(c)[0] == "C" else c for c in text)


def digest(script: str) -> str:
    """A script's source as a content security policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def font_link(font: bytes) -> str:
    """A font as a link that holds it."""
    return f"data:font/woff;base64,{base64.b64encode(font).decode()}"
