"""A GSM call once more, as slowly and plainly as possible: exact fractions, whole microseconds, full histories."""
# ruff: noqa: B023, PLR0912, PLR0915  (one long function, closures used at once: it reads like the standard)

import math
from fractions import Fraction

SACCH = 480_000


def reported(level):
    """RXLEV as a level: the code minus 110."""
    if math.isnan(level) or level < -110:
        return -110
    return min(math.floor(level) + 111, 63) - 110


def ci_db(levels, i, floor_mw, coupling):
    total = floor_mw[i]
    for j, other in enumerate(levels):
        if j != i and not math.isnan(other):
            total += coupling[i][j] * 10 ** (other / 10)
    return levels[i] - 10 * math.log10(total)


def rxqual(ci):
    for code, least in enumerate([21, 18, 16, 14, 12, 9.5, 6]):
        if ci >= least:
            return code
    return 7


def failure_share(ci):
    if ci < 6:
        return 0.3
    return 0.1 if ci < 9 else 0.01


def call(
    level_dbm,
    time_s,
    shift_db,
    start,
    *,
    ho_averaging_sacch,
    ho_period_pbgt_sacch,
    ho_threshold_lev_dbm,
    ho_threshold_qual,
    radio_link_timeout,
    relation,
    ho_margin_pbgt_db,
    ho_margin_lev_db,
    ho_margin_qual_db,
    rxlev_min_cell_dbm,
    floor_mw,
    coupling,
    tch_floor_mw,
    tch_coupling,
    decode_ci_db,
    jitter_db,
    luck,
    handover_luck,
    ho_threshold_interference_dbm,
    ho_level_umbrella_dbm,
    ho_priority,
    ho_votes_px,
    ho_votes_nx,
    number_of_zero_results,
    min_int_between_ho_s,
    min_int_between_unsucc_ho_s,
):
    """One run: level_dbm[step][cell]; (servers, what happened, C/I, RXQUAL)."""
    cells = range(len(shift_db))
    time = [round(t * 1_000_000) for t in time_s]
    servers, events, ratios, qualities = [], [], [], []
    server, not_before = start, None
    heard = []  # since the server took over: (time, levels reported, -110 where missing)
    poor, low = [], []  # since then: (time, vote), level only once its average is full
    took_over, credit = time[0], radio_link_timeout[server]
    blocks = periods = 0

    for step, now in enumerate(time):
        if server < 0:
            servers.append(-1)
            events.append("")
            ratios.append(math.nan)
            qualities.append(-1)
            continue
        levels = [x + d for x, d in zip(level_dbm[step], shift_db, strict=True)]
        known = [
            n
            for n in cells
            if n != server
            and relation[server][n]
            and not math.isnan(levels[n])
            and ci_db(levels, n, floor_mw, coupling) >= decode_ci_db
        ]
        measured = sorted(known, key=lambda n: -levels[n])[:6]
        heard.append((now, [reported(levels[n]) if n in measured or n == server else -110 for n in cells]))
        window = ho_averaging_sacch[server] * SACCH
        inside = [values for when, values in heard if when > now - window]

        def mean(n):
            known = [values[n] for values in inside if values[n] > -110]
            zero_results = len(inside) - len(known)
            left_out = 0 if n == server else min(zero_results, number_of_zero_results[server])
            counted = known + [-110] * (zero_results - left_out)
            return Fraction(sum(counted), len(counted)) if counted else -math.inf

        average = [mean(n) for n in cells]

        ratio = -math.inf if math.isnan(levels[server]) else ci_db(levels, server, tch_floor_mw, tch_coupling)
        quality = rxqual(ratio + jitter_db[step])
        ratios.append(ratio)
        qualities.append(quality)

        due_blocks = (now - took_over) // SACCH
        lost = True if ratio < -200 else luck[step] < 1 / (1 + math.exp((ratio - 4.5) / 1.2))
        for _ in range(due_blocks - blocks):
            credit = credit - 1 if lost else min(credit + 2, radio_link_timeout[server])
        blocks = due_blocks
        due = (now - took_over) // (max(ho_period_pbgt_sacch[server], 1) * SACCH)
        better_cell_due, periods = due > periods, due

        full = now - heard[0][0] >= window - SACCH
        poor.append((now, quality >= ho_threshold_qual[server]))
        if full:
            low.append((now, average[server] < ho_threshold_lev_dbm[server]))

        def outvoted(votes):
            px, nx = ho_votes_px[server], ho_votes_nx[server]
            if not votes or now - votes[0][0] < (nx - 1) * SACCH:
                return False
            last = [vote for when, vote in votes if when > now - nx * SACCH]
            return Fraction(sum(last), len(last)) >= Fraction(px, nx)

        def best(margin, over):
            above = {}
            for n in measured:
                if math.isnan(margin[server][n]) or average[n] == -math.inf:
                    continue
                excess = average[n] - over - Fraction(margin[server][n])
                if excess > 0 and average[n] > Fraction(rxlev_min_cell_dbm[server][n]):
                    above[n] = (ho_priority[server][n], excess, levels[n])
            return max(above, key=above.get, default=-1)

        event, target = "", -1
        if credit <= 0:
            event, server = "radio_link_timeout", -1
        elif full and (not_before is None or now - not_before[0] >= not_before[1][server] * 1_000_000):
            if outvoted(poor) and average[server] > ho_threshold_interference_dbm[server]:
                target, event = server, "interference"
            if target < 0 and outvoted(poor):
                target, event = best(ho_margin_qual_db, average[server]), "quality"
            if target < 0 and outvoted(low):
                target, event = best(ho_margin_lev_db, average[server]), "level"
            if target < 0 and better_cell_due:
                target, event = best(ho_level_umbrella_dbm, 0), "umbrella"
            if target < 0 and better_cell_due:
                target, event = best(ho_margin_pbgt_db, average[server]), "power_budget"
            if target < 0:
                event = ""
            else:
                ratio = ratio if target == server else ci_db(levels, target, tch_floor_mw, tch_coupling)
                if handover_luck[step] < failure_share(ratio):
                    event, not_before = "handover_failed", (now, min_int_between_unsucc_ho_s)
                else:
                    server, not_before = target, (now, min_int_between_ho_s)
                    heard, poor, low = [], [], []
                    took_over, credit = now, radio_link_timeout[server]
                    blocks = periods = 0
        servers.append(server)
        events.append(event)
    return servers, events, ratios, qualities
