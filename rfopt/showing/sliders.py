"""Sliders for a plan tried by hand: one for each knob, the answer below; nothing that a name says is taken as HTML."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from rfopt.network import same
from rfopt.sentences import parameter_text, value_of_change
from rfopt.showing import html_of
from rfopt.sliders.answers import WhatIf
from rfopt.sliders.knobs import Knob
from rfopt.tables import value_text
from rfopt.words import say, spoken


def board(tried: WhatIf) -> widgets.VBox:
    """Sliders that begin with the plan, a way back to it, and the answer to what they say."""
    lang = spoken()
    sliders = {knob.name: _slider(knob, lang) for knob in tried.knobs}
    answer = widgets.HTML(html_of(tried.answer()))
    back = widgets.Button(description=say("sliders.back", lang))

    def turned(_: Any = None) -> None:
        answer.value = html_of(tried.answer({name: slider.value for name, slider in sliders.items()}))

    def reset(_: Any) -> None:
        for knob in tried.knobs:
            sliders[knob.name].value = _start(knob)

    for slider in sliders.values():
        slider.observe(turned, names="value")
    back.on_click(reset)
    whole = {"flex": "0 0 auto"}  # a box of limited height squeezes its rows flat otherwise
    rows = [widgets.HBox([_label(knob, lang), sliders[knob.name]], layout=whole) for knob in tried.knobs]
    shelf = widgets.VBox(rows, layout={"max_height": "340px", "overflow": "auto"})
    return widgets.VBox([shelf, back, answer])


def _slider(knob: Knob, lang: str) -> widgets.SelectionSlider:
    """A slider over the values of a knob."""
    options = [(value_of_change(value, knob.change, lang), value) for value in knob.values]
    return widgets.SelectionSlider(options=options, value=_start(knob), continuous_update=False)


def _start(knob: Knob) -> Any:
    return next(value for value in knob.values if same(value, knob.change.new))


def _label(knob: Knob, lang: str) -> widgets.Label:
    change = knob.change
    towards = f" → {change.neighbour}" if change.neighbour is not None else ""
    words = f"{change.cell}{towards}  {parameter_text(change.parameter, lang)} ({value_text(change.old)})"
    return widgets.Label(words, layout={"width": "540px"})
