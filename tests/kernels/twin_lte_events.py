"""TS 36.331 §5.5.4 once more, as slowly and plainly as possible: whole microseconds, full histories, one run."""

import math

SECOND = 1_000_000


def entering(event, ms, mn, ofn, hys, off, t1, t2):
    """The entering conditions as they stand in §5.5.4.2 … §5.5.4.8; `ofn` is Ofn + Ocn, less Ofp + Ocp for A3."""
    return {
        "A1": lambda: ms - hys > t1,
        "A2": lambda: ms + hys < t1,
        "A3": lambda: mn + ofn - hys > ms + off,
        "A4": lambda: mn + ofn - hys > t1,
        "A5": lambda: ms + hys < t1 and mn + ofn - hys > t2,
        "B1": lambda: mn + ofn - hys > t1,
        "B2": lambda: ms + hys < t1 and mn + ofn - hys > t2,
    }[event]()


def leaving(event, ms, mn, ofn, hys, off, t1, t2):
    return {
        "A1": lambda: ms + hys < t1,
        "A2": lambda: ms - hys > t1,
        "A3": lambda: mn + ofn + hys < ms + off,
        "A4": lambda: mn + ofn + hys < t1,
        "A5": lambda: ms - hys > t1 or mn + ofn + hys < t2,
        "B1": lambda: mn + ofn + hys < t1,
        "B2": lambda: ms - hys > t1 or mn + ofn + hys < t2,
    }[event]()


def filtered(level_dbm, time_s, filter_k):
    """§5.5.3.2 for every instant and cell: F + a·(M − F), a for one input every 200 ms."""
    out = []
    for step, row in enumerate(level_dbm):
        heard = [-160.0 if math.isnan(x) else max(x, -160.0) for x in row]
        if step == 0:
            out.append(heard)
            continue
        values = []
        for before, m, k in zip(out[-1], heard, filter_k, strict=True):
            a = 1 - (1 - 0.5 ** (k / 4)) ** ((time_s[step] - time_s[step - 1]) / 0.2)
            values.append(before + a * (m - before))
        out.append(values)
    return out


def report(
    level_dbm, time_s, server, event, *, threshold_dbm, threshold_2_dbm, a3_offset_db, hysteresis_db,
    time_to_trigger_ms, offset_db, measured, filter_k,
):  # fmt: skip
    """level_dbm[step][cell]; [(step, cell, entered)]."""
    time = [round(t * SECOND) for t in time_s]
    levels = filtered(level_dbm, time_s, filter_k)
    reports = []
    triggered = {}  # cell: whether it is in the list of triggered cells
    history = {}  # cell: (time, condition) since it last entered or left, or the server changed
    for step, now in enumerate(time):
        s = server[step]
        if step == 0 or s != server[step - 1]:
            triggered, history = {}, {}
        if s < 0:
            continue
        cells = [s] if event in ("A1", "A2") else [n for n in range(len(levels[0])) if n != s and measured[s][n]]
        for n in cells:
            condition = leaving if triggered.get(n) else entering
            holds = condition(
                event, levels[step][s], levels[step][n], offset_db[s][n], hysteresis_db, a3_offset_db, threshold_dbm,
                threshold_2_dbm,
            )  # fmt: skip
            history.setdefault(n, []).append((now, holds))
            began = None
            for when, held in reversed(history[n]):
                if not held:
                    break
                began = when
            if began is not None and now - began >= time_to_trigger_ms * 1000:
                triggered[n] = not triggered.get(n)
                history[n] = []
                reports.append((step, n, triggered[n]))
    return reports
