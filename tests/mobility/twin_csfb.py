"""A fallback once more, one attempt at a time, as the rules read: (cell, failure class, success, area update)."""

import math


def erasure(ci_db):
    return 1 / (1 + math.exp((ci_db - 4.5) / 1.2))


def land(
    levels, ci, origin, luck, *, listed, rxlev_access_min_dbm, tac, lac, decode_ci_db, measured, carrier, c2_db,
    terminating_share, lte_switch, gsm_switch, unregistered_share, congested_share,
):  # fmt: skip
    """`luck` by name; `measured` and `c2_db` None where they are not known."""
    if luck["registration"] < unregistered_share:
        return -1, 4, False, False
    cells = range(len(levels))
    named = [n for n in cells if listed[origin][n]]
    if measured is not None:
        seen = [n for n in named if measured[n] >= -110]
        if seen:
            best = max(seen, key=lambda n: measured[n])
            named = [n for n in cells if carrier[n] == carrier[best]]
    good = [n for n in cells if levels[n] > rxlev_access_min_dbm[n] and ci[n] >= decode_ci_db]
    found = max((n for n in good if n in named), key=lambda n: levels[n], default=None)
    trouble = 0
    if found is None:
        trouble = 2 if any(levels[n] >= -110 for n in named) else 1
        found = max(good, key=lambda n: levels[n], default=None)
    if found is None:
        return -1, 6, False, False
    update = lac[found] != tac[origin]
    reading = 0.9 + 1.4 * luck["system_information"] + (1.5 + 1.5 * luck["area_update"] if update else 0)
    if c2_db is not None and reading >= 5 and any(c2_db[n] > c2_db[found] for n in good):
        return found, 7, False, update
    called = luck["terminating"] < terminating_share
    if called and update and (lte_switch is None or lte_switch[origin] != gsm_switch[found]):
        return found, 3, False, update
    if luck["set_up"] < erasure(ci[found]) or luck["congestion"] < congested_share[found]:
        return found, trouble or 5, False, update
    return found, trouble, True, update
