"""TS 36.304 §5.2 once more, as slowly and plainly as possible: exact fractions, whole microseconds, full histories."""
# ruff: noqa: B023, PLR0911, PLR0915  (one long function, closures used at once: it reads like the standard)

import math
from fractions import Fraction

SECOND = 1_000_000


def reported(level):
    """RSRP as a level: the code minus 141."""
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
):
    """One run: level_dbm[step][cell]; (servers, reasons)."""
    cells = range(len(shift_db))
    time = [round(t * SECOND) for t in time_s]
    levels = [[x + d for x, d in zip(row, shift_db, strict=True)] for row in level_dbm]
    server, camped_at = start, None
    met = {n: [] for n in cells}  # since the last change of server: (time, reason whose criterion n meets or "")
    weak = []
    servers, reasons = [], []

    for step, now in enumerate(time):
        recent = [j for j in range(step + 1) if time[j] > now - round(window_s * SECOND)]
        q = [Fraction(sum(reported(levels[j][n]) for j in recent), len(recent)) for n in cells]
        raw = [-math.inf if math.isnan(x) else x for x in levels[step]]

        def criterion(n):
            """The name of the reselection criterion that n meets against the server now, or nothing."""
            s_server = q[server] - Fraction(q_rxlevmin_dbm[server])
            if n == server or q[n] - Fraction(q_rxlevmin_dbm[n]) <= 0:
                return ""
            ranked = q[n] - Fraction(q_offset_db[server][n]) > q[server] + Fraction(q_hyst_db[server])
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
            return max(good, key=lambda n: (q[n] - Fraction(q_rxlevmin_dbm[n]), raw[n], -n), default=-1)

        target, why = server, ""
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
                wait = t_reselection_s[server] * SECOND
                ripe = [n for n in cells if meets_for(n) >= max(wait, 0)]
                if ripe and (camped_at is None or now - camped_at > SECOND):
                    target = max(ripe, key=rank)
                    why = met[target][-1][1]
        if target != server:
            server, camped_at, weak = target, now, []
            met = {n: [] for n in cells}
            if server >= 0:
                weak.append((now, q[server] <= q_rxlevmin_dbm[server]))
                for n in cells:
                    met[n].append((now, criterion(n)))
        servers.append(server)
        reasons.append(why)
    return servers, reasons
