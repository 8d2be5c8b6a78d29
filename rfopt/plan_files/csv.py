"""The contract's plan.csv."""

from __future__ import annotations

from collections.abc import Mapping

from rfopt.network import Network, Plan, plan_text
from rfopt.plan_files import plan_files


@plan_files
def csv(_network: Network, plan: Plan, _names: Mapping[str, str]) -> str:
    """One row a change, with its old value."""
    return plan_text(plan)
