"""Event A3 and radio link failure once more, as slowly and plainly as possible: whole microseconds, full histories."""
# ruff: noqa: B023, PLR0912, PLR0915  (one long function, closures used at once: it reads like the standard)

import math

SECOND = 1_000_000


def sinr(levels, i, floor_mw, coupling):
    if math.isnan(levels[i]):
        return -math.inf
    total = floor_mw[i]
    for j, other in enumerate(levels):
        if j != i and not math.isnan(other):
            total += coupling[i][j] * 10 ** (other / 10)
    return levels[i] - 10 * math.log10(total)


def hand_over(
    level_dbm,
    time_s,
    shift_db,
    start,
    *,
    a3_offset_db,
    a3_hysteresis_db,
    a3_time_to_trigger_ms,
    relation,
    cio_db,
    floor_mw,
    coupling,
    filter_k,
    q_out_db,
    q_in_db,
    n310,
    n311,
    t310_ms,
    reestablish_s,
):
    """One run: level_dbm[step][cell]; (servers, what happened, SINR)."""
    cells = range(len(shift_db))
    time = [round(t * SECOND) for t in time_s]
    servers, events, ratios = [], [], []
    server, lost_at = start, None
    filtered = []
    entered = {n: [] for n in cells}  # since the last handover or attempt: (time, does n meet A3)
    quality = []  # of this server: (time, SINR, out of sync, in sync)
    running_since = pending = None

    for step, now in enumerate(time):
        levels = [x + d for x, d in zip(level_dbm[step], shift_db, strict=True)]
        heard = [-160.0 if math.isnan(x) else max(x, -160.0) for x in levels]
        if step == 0:
            filtered = heard
        else:
            a = 0.5 ** (filter_k / 4)
            kept = (1 - a) ** ((time_s[step] - time_s[step - 1]) / 0.2)
            filtered = [kept * f + (1 - kept) * m for f, m in zip(filtered, heard, strict=True)]
        event, old = "", server
        ratio = math.nan
        if server < 0:
            if lost_at is not None and now - lost_at >= reestablish_s * SECOND:
                good = [n for n in cells if sinr(levels, n, floor_mw, coupling) > q_in_db]
                server = max(good, key=lambda n: filtered[n], default=-1)
                event = "reestablished" if server >= 0 else ""
        else:
            ratio = sinr(levels, server, floor_mw, coupling)
            quality.append((now, ratio))

            def mean(upto, window):
                last = [x for when, x in quality if upto - window < when <= upto]
                return sum(last) / len(last)

            def lasts(test):
                began = None
                for when, _ in reversed(quality):
                    if not test(when):
                        break
                    began = when
                return -1 if began is None else now - began

            out_for = lasts(lambda when: mean(when, 200_000) < q_out_db)
            in_for = lasts(lambda when: mean(when, 100_000) > q_in_db)
            if running_since is None and out_for >= (n310 - 1) * 10_000:
                running_since = now
            elif in_for >= (n311 - 1) * 10_000:
                running_since = None
            poor = ratio < q_out_db or running_since is not None
            if running_since is not None and now - running_since >= t310_ms * 1000:
                server, event, lost_at = -1, "radio_link_failure", now
            elif pending is not None:
                target, due, doomed = pending
                if now >= due:
                    if doomed or poor or sinr(levels, target, floor_mw, coupling) < q_out_db:
                        event = "handover_failed"
                    else:
                        server, event = target, "a3"
                    pending = None
                    entered = {n: [] for n in cells}
            else:
                triggered = []
                for n in cells:
                    lead = filtered[n] + cio_db[server][n] - a3_hysteresis_db[server]
                    meets = n != server and relation[server][n] and lead > filtered[server] + a3_offset_db[server]
                    entered[n].append((now, meets))
                    began = None
                    for when, good in reversed(entered[n]):
                        if not good:
                            break
                        began = when
                    if began is not None and now - began >= a3_time_to_trigger_ms[server] * 1000:
                        triggered.append(n)
                if triggered:
                    pending = (max(triggered, key=lambda n: filtered[n] + cio_db[server][n]), now + 90_000, poor)
        if server != old:
            entered = {n: [] for n in cells}
            quality, running_since, pending = [], None, None
        servers.append(server)
        events.append(event)
        ratios.append(ratio)
    return servers, events, ratios
