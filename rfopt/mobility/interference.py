"""Who disturbs whom: coupling of every cell's power into every other cell's channel.

``coupling[i, j]`` is the share of cell j's received power that acts as co-channel interference on cell i, so that
I_i = floor_i + Σ_j coupling[i, j]·10^(L_j/10) in mW. The diagonal is 0.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rfopt.units import mw

PROTECTION_DB = (0.0, 18.0, 50.0, 58.0)
"""Loss of a GSM carrier 0, 1, 2, 3 channels away against a co-channel one (TS 45.005 §6.3, from memory:
C/Ic 9, C/Ia1 −9, C/Ia2 −41, C/Ia3 −49 dB)."""
TCH_ACTIVITY = 0.55
"""Share of time a busy traffic carrier sends (DTX); an assumption, times the cell's load."""


def carriers(cell: pd.Series) -> tuple[list[int], list[float]]:
    """A GSM cell's ARFCNs, BCCH first, and the share of time each sends: BCCH always, others by load and DTX."""
    arfcns = [int(cell["arfcn"]), *(int(a) for a in cell["tch_arfcns"])]
    return arfcns, [1.0] + [float(cell["load"]) * TCH_ACTIVITY] * (len(arfcns) - 1)


def gsm_coupling(cells: pd.DataFrame, traffic: bool) -> NDArray[np.float64]:
    """Coupling between GSM cells, on their BCCH carriers or (`traffic`) on the carriers of their calls.

    Calls are on a cell's traffic carriers, on the BCCH carrier only where it has no other: signalling and packet data
    come first there (an assumption). Interferers count as if all their carriers had the power of their BCCH.
    """
    columns = (cells[name].to_numpy() for name in ("arfcn", "tch_arfcns", "load"))
    own = tuple(
        ((int(bcch), *map(int, others)), (1.0, *[float(load) * TCH_ACTIVITY] * len(others)))
        for bcch, others, load in zip(*columns, strict=True)
    )
    return _coupling(own, traffic).copy()


def calls_coupling(
    beacon: NDArray[np.float64], traffic: NDArray[np.float64], beacon_share: ArrayLike, scale: ArrayLike
) -> NDArray[np.float64]:
    """Coupling of calls, a share of which (cells,) is on BCCH carriers, times a factor (cells,)."""
    share, factor = (np.asarray(values, dtype=float)[:, None] for values in (beacon_share, scale))
    return np.asarray(factor * ((1.0 - share) * traffic + share * beacon))


@functools.lru_cache(maxsize=64)
def _coupling(own: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...], traffic: bool) -> NDArray[np.float64]:
    """`gsm_coupling` from carriers and their activity; few plans change either."""
    coupling = np.zeros((len(own), len(own)))
    for i, (arfcns, _) in enumerate(own):
        victims = (arfcns[1:] or arfcns) if traffic else arfcns[:1]
        for j, (others, share) in enumerate(own):
            if i != j:
                coupling[i, j] = np.mean([_leak(victim, others, share) for victim in victims])
    return coupling


def _leak(victim: int, others: tuple[int, ...], share: tuple[float, ...]) -> float:
    pairs = [(abs(victim - other), part) for other, part in zip(others, share, strict=True)]
    return sum(part / float(mw(PROTECTION_DB[gap])) for gap, part in pairs if gap < len(PROTECTION_DB))


def lte_coupling(cells: pd.DataFrame) -> NDArray[np.float64]:
    """Coupling between LTE cells as the reference signal sees it (domain: two-port CRS, synchronised).

    On one EARFCN: 1 where PCI mod 3 is equal (reference signals collide), else the interferer's load.
    """
    earfcn, pci, load = [cells[c].to_numpy(dtype=float) for c in ("earfcn", "pci", "load")]
    collide = (pci[:, None] % 3) == (pci[None, :] % 3)
    coupling = np.asarray(np.where(collide, 1.0, load[None, :]) * (earfcn[:, None] == earfcn[None, :]))
    np.fill_diagonal(coupling, 0.0)
    return coupling


def interference_mw(level_dbm: NDArray[np.float64], coupling: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interference of the known cells on each cell in mW; a level of NaN is no power. Shapes (…, C)."""
    return np.asarray(np.nan_to_num(mw(level_dbm), nan=0.0) @ coupling.T)
