"""TS 36.304 §5.2 once more, as slowly and plainly as possible: exact fractions, whole microseconds, full histories."""
# ruff: noqa: B023, PLR0911, PLR0912, PLR0915  (one long function, closures used at once: it reads like the standard)

import math
from fractions import Fraction

SECOND = 1_000_000


def reported(level, gsm):
    """RSRP as a level: the code minus 141; RXLEV as a level: the code minus 110."""
    if gsm:
        return -110 if math.isnan(level) or level < -110 else min(math.floor(level) + 1, -47)
    if math.isnan(level) or level < -141:
        return -141
    return min(math.floor(level), -44)


def camp(
    level_dbm,
    time_s,
    shift_db,
    start,
    *,
    q_rxlevmin_dbm,
    q_hyst_db,
    s_intra_search_db,
    s_non_intra_search_db,
    cell_reselection_priority,
    thresh_serving_low_db,
    t_reselection_s,
    carrier,
    q_offset_db,
    layer_priority,
    thresh_x_high_db,
    thresh_x_low_db,
    layer_q_rxlevmin_dbm,
    window_s,
    search_s,
    start_s,
    gsm,
    t_evaluation_s,
    t_hyst_normal_s,
    n_cell_change_medium,
    n_cell_change_high,
    t_reselection_sf_medium,
    t_reselection_sf_high,
    q_hyst_sf_medium_db,
    q_hyst_sf_high_db,
):
    """One run: level_dbm[step][cell]; (servers, reasons)."""
    moves = []  # every change of server: (time, from, to, whether it was a reselection)
    speed, last_fast = "normal", None  # mobility state, and when medium or high was last detected
    cells = range(len(shift_db))
    time = [round(t * SECOND) for t in time_s]
    levels = [[x + d for x, d in zip(row, shift_db, strict=True)] for row in level_dbm]
    server, camped_at = start, None if start_s == -math.inf else round(start_s * SECOND)
    met = {n: [] for n in cells}  # since the last change of server: (time, reason whose criterion n meets or "")
    weak = []
    servers, reasons = [], []

    for step, now in enumerate(time):
        recent = [j for j in range(step + 1) if time[j] > now - round(window_s * SECOND)]
        q = [Fraction(sum(reported(levels[j][n], gsm[n]) for j in recent), len(recent)) for n in cells]
        raw = [-math.inf if math.isnan(x) else x for x in levels[step]]
        raw = [min(max(x, -111), -48) + 1 if g else x for x, g in zip(raw, gsm, strict=True)]

        def counted():
            """Times of the reselections that count: neither straight back nor undone by the next."""
            back = [
                k > 0 and moves[k][3] and moves[k - 1][3] and moves[k][2] == moves[k - 1][1] for k in range(len(moves))
            ]
            return [
                when
                for k, (when, _, _, reselection) in enumerate(moves)
                if reselection and not back[k] and not (k + 1 < len(moves) and back[k + 1])
            ]

        def mobility():
            """§5.2.4.3: the state now and when a faster one was last detected."""
            if math.isnan(t_evaluation_s[server]):
                return speed, last_fast
            number = len([when for when in counted() if when > now - t_evaluation_s[server] * SECOND])
            if number > n_cell_change_high[server]:
                return "high", now
            if number > n_cell_change_medium[server]:
                return "medium", now
            if last_fast is None or now - last_fast >= t_hyst_normal_s[server] * SECOND:
                return "normal", last_fast
            return speed, last_fast

        def scaled():
            """(t-Reselection in microseconds, addition to Qhyst) on the server."""
            wait = t_reselection_s[server]
            if math.isnan(t_evaluation_s[server]) or speed == "normal":
                return wait * SECOND, 0
            factor = {"medium": t_reselection_sf_medium, "high": t_reselection_sf_high}[speed][server]
            addition = {"medium": q_hyst_sf_medium_db, "high": q_hyst_sf_high_db}[speed][server]
            return math.ceil(Fraction(wait) * Fraction(factor)) * SECOND, Fraction(addition)

        def criterion(n):
            """The name of the reselection criterion that n meets against the server now, or nothing."""
            s_server = q[server] - Fraction(q_rxlevmin_dbm[server])
            if n == server or q[n] - Fraction(q_rxlevmin_dbm[n]) <= 0:
                return ""
            ranked = q[n] - Fraction(q_offset_db[server][n]) > q[server] + Fraction(q_hyst_db[server]) + scaled()[1]
            f = carrier[n]
            if f == carrier[server]:
                return "r_criterion" if ranked and s_server <= s_intra_search_db[server] else ""
            priority = layer_priority[server][f]
            if math.isnan(priority):
                return ""
            least = layer_q_rxlevmin_dbm[server][f]
            s_target = q[n] - Fraction(q_rxlevmin_dbm[n] if math.isnan(least) else least)
            if s_target <= 0:
                return ""
            own = cell_reselection_priority[server]
            if math.isnan(own) or priority > own:
                return "higher_priority" if s_target > thresh_x_high_db[server][f] else ""
            if s_server > s_non_intra_search_db[server]:
                return ""
            if priority == own:
                return "r_criterion" if ranked else ""
            left = s_server < thresh_serving_low_db[server]
            return "lower_priority" if left and s_target > thresh_x_low_db[server][f] else ""

        def meets_for(n):
            began = None
            for when, name in reversed(met[n]):
                if not name:
                    break
                began = when
            return -1 if began is None else now - began

        def rank(n):
            order = ["lower_priority", "r_criterion", "higher_priority"].index(met[n][-1][1])
            priority = layer_priority[server][carrier[n]] if order != 1 else 0
            return (order, priority, q[n] - Fraction(q_offset_db[server][n]), raw[n])

        def selection():
            good = [n for n in cells if q[n] > q_rxlevmin_dbm[n]]
            good = [n for n in good if not gsm[n]] or good
            return max(good, key=lambda n: (q[n] - Fraction(q_rxlevmin_dbm[n]), raw[n], -n), default=-1)

        target, why = server, ""
        if server >= 0:
            speed, last_fast = mobility()
        if server < 0:
            target = selection()
            why = "selected" if target >= 0 else ""
        else:
            weak.append((now, q[server] <= q_rxlevmin_dbm[server]))
            bad_since = None
            for when, bad in reversed(weak):
                if not bad:
                    break
                bad_since = when
            if bad_since is not None and now - bad_since >= search_s * SECOND:
                target = selection()
                why = "selected" if target >= 0 else "lost"
            else:
                for n in cells:
                    met[n].append((now, criterion(n)))
                wait = scaled()[0]
                ripe = [n for n in cells if meets_for(n) >= max(wait, 0)]
                if ripe and (camped_at is None or now - camped_at > SECOND):
                    target = max(ripe, key=rank)
                    why = met[target][-1][1]
        if target != server:
            moves.append((now, server, target, why not in ("selected", "lost")))
            server, camped_at, weak = target, now, []
            met = {n: [] for n in cells}
            if server >= 0:
                speed, last_fast = mobility()
                weak.append((now, q[server] <= q_rxlevmin_dbm[server]))
                for n in cells:
                    met[n].append((now, criterion(n)))
        servers.append(server)
        reasons.append(why)
    return servers, reasons
