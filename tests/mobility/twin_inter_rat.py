"""A phone on two technologies once more: the twins of both idle machines in turn, and the way back written out."""

import math
from fractions import Fraction

from ..kernels import twin_gsm_idle, twin_lte_idle

SECOND = 1_000_000
DEFAULTS_GSM = {"bs_pa_mfrms": 5, "sync_hold_s": 5.0}


def lte_twin(level_dbm, time_s, start, start_s, both):
    cells = len(both["gsm"])
    quiet = {
        "t_evaluation_s": math.nan, "t_hyst_normal_s": 30, "n_cell_change_medium": 16, "n_cell_change_high": 16,
        "t_reselection_sf_medium": 1, "t_reselection_sf_high": 1, "q_hyst_sf_medium_db": 0, "q_hyst_sf_high_db": 0,
    }  # fmt: skip
    speed = {name: [value] * cells for name, value in quiet.items()}
    return twin_lte_idle.camp(
        level_dbm, time_s, [0.0] * cells, start, **both, **speed, window_s=1.28, search_s=10.0, start_s=start_s
    )


def way_back(levels, time, here, lte_cells, both):
    """(step, LTE cell) that a phone camped on GSM cell `here` from step 0 on goes to, or None (TS 45.008 §6.6.6)."""
    holds_since = {}
    for step, now in enumerate(time):
        ready = []
        for n in range(lte_cells):
            recent = [levels[j][n] for j in range(step + 1) if time[j] > now - 1_280_000]
            codes = [-141 if math.isnan(x) or x < -141 else min(math.floor(x), -44) for x in recent]
            srxlev = Fraction(sum(codes), len(codes)) - Fraction(both["q_rxlevmin_dbm"][n])
            carrier = both["carrier"][n]
            priority = both["layer_priority"][here][carrier]
            good = priority > both["cell_reselection_priority"][here] and srxlev > 0
            if not (good and srxlev > Fraction(both["thresh_x_high_db"][here][carrier])):
                holds_since.pop(n, None)
                continue
            began = holds_since.setdefault(n, now)
            rank = srxlev + Fraction(both["q_rxlevmin_dbm"][n])
            if now - began >= both["t_reselection_s"][here] * SECOND and now - time[0] > SECOND:
                ready.append((priority, rank, levels[step][n], n))
        if ready:
            return step, max(ready)[3]
    return None


def camp(level_dbm, time_s, start, lte_cells, both, gsm):
    """One run: level_dbm[step][cell]; (servers, reasons)."""
    time = [round(t * SECOND) for t in time_s]
    servers, reasons = lte_twin(level_dbm, time_s, start, -math.inf, both)
    at = 0
    while True:
        at = next((t for t in range(at, len(time)) if servers[t] >= lte_cells), None)
        if at is None:
            return servers, reasons
        alone = [row[lte_cells:] for row in level_dbm[at:]]
        count = len(alone[0])
        found, whys = twin_gsm_idle.camp(
            alone, time_s[at:], [0.0] * count, servers[at] - lte_cells, **gsm, **DEFAULTS_GSM
        )
        servers[at + 1 :] = [s + lte_cells if s >= 0 else -1 for s in found[1:]]
        reasons[at + 1 :] = whys[1:]
        begin, leave = at, None
        while begin < len(time) and servers[begin] >= 0:
            end = next((t for t in range(begin, len(time)) if servers[t] != servers[begin]), len(time))
            back = way_back(level_dbm[begin:end], time[begin:end], servers[begin], lte_cells, both)
            if back:
                leave = begin + back[0]
                servers[leave], reasons[leave] = back[1], "lte_priority"
                break
            begin = end
        if leave is None and begin == len(time):
            return servers, reasons
        leave = begin if leave is None else leave
        after, whys = lte_twin(level_dbm[leave:], time_s[leave:], servers[leave], time_s[leave], both)
        servers[leave:] = after
        reasons[leave:] = [whys[0] or reasons[leave], *whys[1:]]
        at = leave
