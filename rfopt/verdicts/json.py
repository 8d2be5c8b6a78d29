"""For programs: the contract's rfopt.check/1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfopt.files import as_json
from rfopt.verdicts import verdicts


@verdicts
def json(table: Mapping[str, Any], lang: str) -> str:  # noqa: ARG001
    """The whole table."""
    return as_json(table)
