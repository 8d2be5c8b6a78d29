"""TS 45.008 §6 once more, as slowly and plainly as possible: exact fractions, whole microseconds, full histories."""
# ruff: noqa: B023, PLR0912, PLR0915  (one long function, closures used at once: it reads like the standard)

import math
from fractions import Fraction

SECOND = 1_000_000


def microseconds(seconds):
    return round(seconds * SECOND)


def reported(level):
    """RXLEV as a level: the code minus 110."""
    if math.isnan(level) or level < -110:
        return -110
    return min(math.floor(level) + 111, 63) - 110


def ci_db(levels, i, floor_mw, coupling):
    if math.isnan(levels[i]):
        return -math.inf
    total = floor_mw[i]
    for j, other in enumerate(levels):
        if j != i and not math.isnan(other):
            total += coupling[i][j] * 10 ** (other / 10)
    return levels[i] - 10 * math.log10(total)


def camp(
    level_dbm,
    time_s,
    shift_db,
    start,
    *,
    rxlev_access_min_dbm,
    cell_reselect_offset_db,
    temporary_offset_db,
    penalty_time_s,
    cell_reselect_hysteresis_db,
    area,
    ba,
    floor_mw,
    coupling,
    decode_ci_db,
    bs_pa_mfrms,
    sync_hold_s,
):
    """One run: level_dbm[step][cell]; (servers, reasons)."""
    cells = range(len(shift_db))
    time = [microseconds(t) for t in time_s]
    levels = [[x + d for x, d in zip(row, shift_db, strict=True)] for row in level_dbm]
    block = bs_pa_mfrms * 235_400
    full = math.floor(90 / bs_pa_mfrms + 0.5)

    server, previous, left_at, reselected_at = start, -1, None, None
    camped_at, credit, blocks = time[0], full, 0
    heard_at, entered_at, exempt = {}, {}, set()
    excesses = {n: [] for n in cells}  # since the last change of server: (time, excess over it), None = not eligible
    weak = []  # likewise: (time, is C1 of the server below 0)
    servers, reasons = [], []

    for step, now in enumerate(time):
        recent = [j for j in range(step + 1) if time[j] > now - 5 * SECOND]
        rla = [Fraction(sum(reported(levels[j][n]) for j in recent), len(recent)) for n in cells]
        c1 = [rla[n] - Fraction(rxlev_access_min_dbm[n]) for n in cells]
        for n in cells:
            if ci_db(levels[step], n, floor_mw, coupling) >= decode_ci_db:
                heard_at[n] = now

        def strength(n):
            raw = levels[step][n]
            return (rla[n], -math.inf if math.isnan(raw) else raw, -n)

        def listed():
            hold = microseconds(sync_hold_s)
            known = [n for n in cells if n != server and ba[server][n] and n in heard_at and now - heard_at[n] <= hold]
            return sorted(known, key=strength, reverse=True)[:6]

        def c2(n, serving=False):
            if penalty_time_s[n] == 640:
                return c1[n] - Fraction(cell_reselect_offset_db[n])
            value = c1[n] + Fraction(cell_reselect_offset_db[n])
            young = n in entered_at and now - entered_at[n] <= penalty_time_s[n] * SECOND
            if young and n not in exempt and not serving:
                value -= 2000 if temporary_offset_db[n] >= 70 else Fraction(temporary_offset_db[n])
            return value

        def required(n):
            return Fraction(cell_reselect_hysteresis_db[server]) if area[n] != area[server] else Fraction(0)

        def follow_list():
            on = listed()
            for n in cells:
                if n not in on:
                    entered_at.pop(n, None)
                    exempt.discard(n)
                elif n not in entered_at:
                    entered_at[n] = now
            for n in cells:
                eligible = n in on and c1[n] > 0
                excesses[n].append((now, c2(n) - c2(server, serving=True)) if eligible else None)
            return on

        def preference(n):
            return (c2(n) - required(n), *strength(n)[1:])

        def selection():
            good = [n for n in cells if c1[n] > 0 and heard_at.get(n) == now]
            return max(good, key=lambda n: (c1[n], *strength(n)[1:]), default=-1)

        def lasts_5_s(history, test):
            began = None
            for entry in reversed(history):
                if entry is None or not test(entry[1]):
                    break
                began = entry[0]
            return began is not None and now - began >= 5 * SECOND

        target, why = server, ""
        if server < 0:
            target = selection()
            why = "selected" if target >= 0 else ""
        else:
            weak.append((now, c1[server] < 0))
            due = (now - camped_at) // block
            for _ in range(due - blocks):
                credit = min(full, credit + 1) if heard_at.get(server) == now else credit - 4
            blocks = due
            on = follow_list()
            if lasts_5_s(weak, bool) or credit <= 0:
                why = "signalling" if credit <= 0 else "c1"
                suitable = [n for n in on if c1[n] > 0 and heard_at[n] == now]
                if left_at is not None and now - left_at < 5 * SECOND and any(n != previous for n in suitable):
                    suitable = [n for n in suitable if n != previous]
                target = max(suitable, key=preference, default=-1)
                if target < 0:
                    target = selection()
                if target < 0:
                    why = "lost"
            else:
                soon = reselected_at is not None and now - reselected_at < 15 * SECOND

                def enough(n):
                    least = max(required(n), 5) if soon else required(n)
                    return lambda excess: excess > 0 and excess >= least

                ready = [n for n in on if heard_at[n] == now and c1[n] > 0 and lasts_5_s(excesses[n], enough(n))]
                if ready:
                    target, why = max(ready, key=preference), "c2"
        if target != server:
            old, server = server, target
            previous, left_at = old, now
            camped_at, credit, blocks = now, full, 0
            excesses = {n: [] for n in cells}
            weak = []
            if server < 0:
                entered_at, exempt = {}, set()
            else:
                if old >= 0:
                    reselected_at = now
                    entered_at[old] = now
                    exempt.add(old)
                follow_list()
        servers.append(server)
        reasons.append(why)
    return servers, reasons
