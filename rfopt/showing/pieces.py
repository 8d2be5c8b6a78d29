"""Pieces of HTML: everything put in is escaped, everything given back may be put in again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from rfopt.errors import printable

LONGEST = 400
BLUE, ORANGE = "#0072B2", "#D55E00"
CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"
MOST_UNBROKEN = 24
"""Letters of a value that stays on one line: a browser breaks Chinese between any two."""
Piece = str | Markup | int | float


def text(value: Piece) -> Markup:
    """A value as it may stand in a page: one line, escaped, controls visible; a piece of HTML as it is."""
    return value if isinstance(value, Markup) else escape(printable(value, LONGEST))


def table(head: Sequence[str], rows: Iterable[Sequence[Piece]]) -> Markup:
    """A table; its head is left away where there are no rows."""
    body = Markup("").join(_row("td", row) for row in rows)
    if not body:
        return body
    top = Markup("<thead>{}</thead>").format(_row("th", head)) if any(head) else Markup("")
    return Markup('<table style="border-collapse:collapse;margin:4px 0">{}<tbody>{}</tbody></table>').format(top, body)


def _row(tag: str, values: Iterable[Piece]) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(_cell(tag, value) for value in values))


def _cell(tag: str, value: Piece) -> Markup:
    short = not isinstance(value, Markup) and len(str(value)) <= MOST_UNBROKEN
    style = CELL + ";white-space:nowrap" * short
    return Markup('<{} style="{}">{}</{}>').format(tag, style, text(value), tag)


def title(words: Piece) -> Markup:
    """The first line of a value."""
    return Markup('<div style="font-weight:600;margin:2px 0">{}</div>').format(text(words))


def line(words: Piece, label: str = "") -> Markup:
    """A line of text, with a label in front of it or without."""
    front = Markup("<b>{}</b> ").format(text(label)) if label else Markup("")
    return Markup('<div style="margin:2px 0">{}{}</div>').format(front, text(words))


def small(lines: Sequence[str], summary: str) -> Markup:
    """Lines that are read when wanted, folded under one that says how many; nothing where there are none."""
    if not lines:
        return Markup("")
    shown = Markup("").join(Markup("<li>{}</li>").format(text(words)) for words in lines)
    return Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(text(summary), shown)


def bar(share: float, colour: str = BLUE) -> Markup:
    """A bar of 60 px, filled by a share of 0…1."""
    width = round(60.0 * min(max(share, 0.0), 1.0))
    return Markup(
        '<span style="display:inline-block;width:60px;height:9px;border:1px solid #999;margin-right:4px">'
        '<span style="display:block;width:{}px;height:9px;background:{}"></span></span>'
    ).format(width, colour)


def framed(*pieces: Markup) -> Markup:
    """Pieces as one value: it scrolls by itself where it is wider than the page."""
    return Markup('<div class="rfopt" style="overflow-x:auto;max-width:100%">{}</div>').format(Markup("").join(pieces))
