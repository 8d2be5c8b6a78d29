"""For programs: the contract's rfopt.check/1."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from typing import Any

from rfopt.verdicts import verdicts


@verdicts
def json(table: Mapping[str, Any], lang: str) -> str:  # noqa: ARG001
    """The whole table."""
    return dumps(table, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
