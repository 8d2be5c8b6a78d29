"""How often an idle phone reselects and a call hands over, against the margin: `reselection.md`'s figure.

One wanted cell and five competitors 0, −1, −2, −2, −3 dB below the strongest of them; every level fades by 4 dB with a
memory of 5 s. Run it with ``python docs/reselection.py`` from a checkout.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rfopt.kernels import gsm_dedicated, gsm_idle
from rfopt.kernels.fading import draw_fading

COMPETITORS_DB = (0.0, -1.0, -2.0, -2.0, -3.0)
SIGMA_DB, TAU_S, STRONGEST_DBM = 4.0, 5.0, -70.0
HOURS = 40.0
RUN_S, WARM_S = 300.0, 20.0
IDLE_STEP_S, SACCH_S = 0.5, 0.48

C2_MARGINS_DB = (-3, 0, 2, 4, 6, 8, 10, 12, 14)
RESELECTIONS_PER_MIN = (3.1, 3.1, 2.9, 2.3, 1.6, 0.82, 0.37, 0.16, 0.02)
CAMPING_SHARE = (0.09, 0.27, 0.44, 0.64, 0.80, 0.91, 0.96, 0.99, 1.00)
HO_MARGINS_DB = (0, 3, 6, 9, 12)
HANDOVERS_PER_MIN = {
    0: (8.4, 5.2, 2.9, 1.3, 0.46), 4: (6.6, 3.4, 1.4, 0.42, 0.07), 8: (3.0, 0.97, 0.23, 0.04, 0.0),
}  # fmt: skip
"""Reference values of an independent Monte Carlo of 10 h; handovers by how far the wanted cell is ahead [dB]."""


def levels(ahead_db: float, step_s: float, hours: float, seed: int) -> NDArray[np.float32]:
    """Traces of the wanted cell, index 0, and its competitors, (runs, steps, 6) in dBm."""
    runs, steps = max(round(hours * 3600.0 / RUN_S), 1), round((RUN_S + WARM_S) / step_s)
    fading = draw_fading(seed, runs, steps, step_s, TAU_S, np.arange(1 + len(COMPETITORS_DB), dtype=np.uint64))
    return np.asarray(STRONGEST_DBM + np.array([ahead_db, *COMPETITORS_DB]) + SIGMA_DB * fading, dtype=np.float32)


def idle(margin_db: float, hours: float = HOURS, seed: int = 1) -> tuple[float, float]:
    """(reselections per minute, share of time on the wanted cell) when its C2 is `margin_db` ahead on average."""
    level = levels(margin_db, IDLE_STEP_S, hours, seed)
    count = level.shape[2]
    zero = np.zeros(count)
    server, reason = gsm_idle.camp(
        level, np.arange(level.shape[1]) * IDLE_STEP_S, zero, np.full(len(level), -1), rxlev_access_min_dbm=zero - 110,
        cell_reselect_offset_db=zero, temporary_offset_db=zero, penalty_time_s=zero + 20,
        cell_reselect_hysteresis_db=zero, area=zero, ba=np.ones((count, count)), floor_mw=zero + 1e-12,
        coupling=np.zeros((count, count)), decode_ci_db=4.0,
    )  # fmt: skip
    warm = round(WARM_S / IDLE_STEP_S)
    server, reason = server[:, warm:], reason[:, warm:]
    return float((reason > 0).sum() / (server.size * IDLE_STEP_S / 60.0)), float((server == 0).mean())


def calls(ahead_db: float, margin_db: float, hours: float = HOURS, seed: int = 1, period: int = 1) -> float:
    """Power-budget handovers per minute; the wanted cell is `ahead_db` ahead, averages over 8 SACCH, guard 5 s."""
    level = levels(ahead_db, SACCH_S, hours, seed)
    runs, steps, count = level.shape
    one, pairs, luck = np.ones(count), np.ones((count, count)), np.ones((runs, steps))
    found = gsm_dedicated.call(
        level, np.arange(steps) * SACCH_S, one * 0, np.zeros(runs, dtype=int), ho_averaging_sacch=one * 8,
        ho_period_pbgt_sacch=one * period, ho_threshold_lev_dbm=one * -110, ho_threshold_qual=one * 8,
        radio_link_timeout=one * 64, relation=pairs, ho_margin_pbgt_db=pairs * margin_db, ho_margin_lev_db=pairs * 0,
        ho_margin_qual_db=pairs * 0, rxlev_min_cell_dbm=pairs * -110, floor_mw=one * 1e-12, coupling=pairs * 0,
        tch_floor_mw=one * 1e-12, tch_coupling=pairs * 0, decode_ci_db=4.0, jitter_db=luck * 0, luck=luck,
        handover_luck=luck,
    )  # fmt: skip
    warm = round(WARM_S / SACCH_S)
    return float((found[1][:, warm:] > 0).sum() / (runs * (steps - warm) * SACCH_S / 60.0))


def draw_idle(rates: Axes, shares: Axes) -> None:
    """Reselections and time on the wanted cell against the C2 margin."""
    found = np.array([idle(margin, HOURS) for margin in C2_MARGINS_DB])
    pairs = ((rates, found[:, 0], RESELECTIONS_PER_MIN), (shares, found[:, 1], CAMPING_SHARE))
    for axes, values, reference in pairs:
        axes.plot(C2_MARGINS_DB, values, color="#0072B2", label="machine")
        axes.plot(C2_MARGINS_DB, reference, "o", color="black", label="reference")
        axes.set(xlabel="C2 margin of the wanted cell [dB]", xticks=C2_MARGINS_DB)
    rates.set(ylabel="reselections per minute", ylim=(0, None))
    shares.set(ylabel="share of time on the wanted cell", ylim=(0, 1.05))


def draw_calls(axes: Axes) -> None:
    """Handovers against the power-budget margin."""
    colours = ("#D55E00", "#0072B2", "#009E73")
    for (ahead, reference), colour in zip(HANDOVERS_PER_MIN.items(), colours, strict=True):
        rates = [calls(ahead, margin, HOURS) for margin in HO_MARGINS_DB]
        axes.plot(HO_MARGINS_DB, rates, color=colour, label=f"wanted cell {ahead} dB ahead")
        axes.plot(HO_MARGINS_DB, reference, "o", color=colour)
    axes.set(xlabel="hoMarginPbgt [dB]", ylabel="handovers per minute", ylim=(0, None), xticks=HO_MARGINS_DB)


def main(folder: Path) -> list[Path]:
    """Write the page's figure into a folder."""
    figure = Figure(figsize=(11.0, 3.6), layout="constrained")
    axes = figure.subplots(1, 3)
    draw_idle(axes[0], axes[1])
    draw_calls(axes[2])
    for ax in axes:
        ax.grid(alpha=0.3)
        ax.legend(frameon=False, fontsize=8)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "reselection.svg"
    with rc_context({"svg.hashsalt": "rfopt"}):
        figure.savefig(path, metadata={"Date": None})
    return [path]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "figures")
