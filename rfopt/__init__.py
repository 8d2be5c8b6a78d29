"""rfopt: from a walk test in a high-rise flat to a parameter change plan.

Importing it loads nothing; each of its names loads what it needs when it is first used.

>>> import rfopt
>>> case = rfopt.read_case(rfopt.write_example("here"))      # doctest: +SKIP
>>> rfopt.recommend(case)                                    # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rfopt.front_door import (
        InputError,
        apply,
        calibrate,
        check,
        compare,
        diagnose,
        diff,
        predict,
        read_case,
        read_log,
        read_network,
        read_plan,
        recommend,
        rollback,
        simulate,
        speak,
        what_if,
        write_example,
        write_plan,
        write_report,
    )

__version__ = "0.1.0"

__all__ = [
    "InputError", "apply", "calibrate", "check", "compare", "diagnose", "diff", "plots", "predict", "read_case",
    "read_log", "read_network", "read_plan", "recommend", "rollback", "simulate", "speak", "what_if", "write_example",
    "write_plan", "write_report",
]  # fmt: skip
ROOMS = ("plots",)
"""Names that are modules; all others stand in `rfopt.front_door`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rfopt' has no attribute '{name}'")
    found = import_module(f"rfopt.{name}") if name in ROOMS else getattr(import_module("rfopt.front_door"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
