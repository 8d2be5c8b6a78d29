"""Values that a notebook shows.

What a value looks like stands in `rfopt.showing`, far above the values themselves; it is loaded when a notebook first
asks, and this call is the only one that reaches up.
"""

from __future__ import annotations

from importlib import import_module


class Shown:
    """A value that has a look in `rfopt.showing`."""

    def _repr_html_(self) -> str:
        """What Jupyter shows, in the language that `rfopt.words.speak` chose."""
        return str(import_module("rfopt.showing").html_of(self))
