"""Why a server changed: the numbers that the kernels write into ``reason[run, step]``."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """One number for each cause, over all machines.

    Examples
    --------
    >>> Reason(8).name
    'POWER_BUDGET'
    """

    NONE = 0
    """No change at this step."""
    C2 = 1
    """GSM idle: a neighbour was better by C2 for 5 s."""
    C1 = 2
    """GSM idle: the path loss criterion of the server failed for 5 s."""
    SIGNALLING = 3
    """GSM idle: downlink signalling failure, paging blocks of the server could not be decoded."""
    SELECTED = 4
    """Cell selection from no service, or at the very start."""
    LOST = 5
    """No suitable cell was left: no service."""
    QUALITY = 6
    """GSM call: handover for bad RXQUAL."""
    LEVEL = 7
    """GSM call: handover for low RXLEV."""
    POWER_BUDGET = 8
    """GSM call: handover to a better cell."""
    HANDOVER_FAILED = 9
    """A handover was tried and failed; the server stays."""
    RADIO_LINK_TIMEOUT = 10
    """GSM call: dropped, too many SACCH blocks lost."""
    R_CRITERION = 11
    """LTE idle: a cell of the same priority ranked better for t-Reselection."""
    HIGHER_PRIORITY = 12
    """LTE idle: a layer of higher priority is good enough."""
    LOWER_PRIORITY = 13
    """LTE idle: the server is weak and a layer of lower priority is good enough."""
    A3 = 14
    """LTE connected: handover after event A3."""
    RADIO_LINK_FAILURE = 15
    """LTE connected: T310 ran out."""
    REESTABLISHED = 16
    """LTE connected: the connection was taken up again."""
    INTERFERENCE = 17
    """GSM call: change of channel inside the cell, bad RXQUAL at a high level; the server stays."""
    UMBRELLA = 18
    """GSM call: handover to a cell above its umbrella level, better or not."""
    LTE_PRIORITY = 19
    """Idle on GSM: back to LTE, whose layer has the higher priority and is good enough."""


RESELECTIONS = frozenset(
    {
        Reason.C2,
        Reason.C1,
        Reason.SIGNALLING,
        Reason.R_CRITERION,
        Reason.HIGHER_PRIORITY,
        Reason.LOWER_PRIORITY,
        Reason.LTE_PRIORITY,
    }
)
HANDOVERS = frozenset({Reason.QUALITY, Reason.LEVEL, Reason.POWER_BUDGET, Reason.A3, Reason.UMBRELLA})
"""Handovers to another cell; one inside the cell (`Reason.INTERFERENCE`) is none of them."""
DROPS = frozenset({Reason.RADIO_LINK_TIMEOUT, Reason.RADIO_LINK_FAILURE})
