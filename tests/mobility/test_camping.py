"""After a call: the last server or what was measured, then C2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import gsm_idle
from rfopt.mobility.camping import after_call
from rfopt.mobility.csfb import LUCK, land
from rfopt.mobility.reasons import Reason


def camped(levels, server=0, *, known=None, ci=None, access=-100.0):
    count = len(levels)
    relation = np.ones((count, count)) if known is None else [known] * count
    found = after_call(
        [levels], [[20.0] * count if ci is None else ci], [server], relation=relation,
        rxlev_access_min_dbm=np.broadcast_to(access, count), decode_ci_db=4.5,
    )  # fmt: skip
    return int(found[0])


def test_the_largest_c1_of_what_was_measured():
    assert camped([-80, -75, -90]) == 1
    assert camped([-80, -75, -90], known=[0, 0, 1]) == 0, "only neighbours are measured in a call"
    assert camped([-80, -75, -90], access=[-100, -76, -100]) == 0, "C1, not the level"
    assert camped([-80, -75, -90], ci=[20, 4.4, 20]) == 0
    assert camped([-80, np.nan, -90], ci=[4.4, 20, 20]) == 2


def test_a_seventh_neighbour_was_not_reported():
    levels = [-90, -60, -61, -62, -63, -64, -65, -66]
    access = [-100, -59, -59, -59, -59, -59, -59, -100]
    assert camped(levels, access=access) == 0
    assert camped([*levels[:6], -70, -66], access=access) == 7


def test_all_cells_where_none_of_these_will_do():
    assert camped([-101, -75], known=[0, 0]) == 1
    assert camped([-80, -75], server=-1, known=[0, 0]) == 1
    assert camped([-101, -102]) == -1
    assert camped([np.nan, np.nan]) == -1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_against_a_plain_search(seed):
    rng = np.random.default_rng(seed)
    cells = int(rng.integers(1, 10))
    level = np.where(rng.random(cells) < 0.1, np.nan, rng.integers(-110, -80, cells).astype(float))
    ci, access = rng.integers(0, 12, cells), rng.integers(-108, -95, cells)
    relation, server = rng.random((cells, cells)) < 0.6, int(rng.integers(-1, cells))
    found = after_call(
        [level], [ci], [server], relation=relation, rxlev_access_min_dbm=access, decode_ci_db=4.5
    )  # fmt: skip

    heard = [n for n in range(cells) if ci[n] >= 4.5 and not np.isnan(level[n])]
    listed = sorted((n for n in heard if server >= 0 and relation[server, n]), key=lambda n: (-level[n], n))[:6]
    near = {*listed, *({server} & set(heard))}
    for group in (sorted(near), heard):
        good = [n for n in group if level[n] > access[n]]
        if good:
            assert found[0] == max(good, key=lambda n: (level[n] - access[n], -n))
            return
    assert found[0] == -1


def idle_from(start, levels, seconds=12.0):
    """Idle servers from a start on, one every half second; cell 1 has 20 dB of reselect offset."""
    one, table = np.ones(len(levels)), np.zeros((len(levels),) * 2)
    level = np.tile(np.float32(levels), (1, int(seconds * 2), 1))
    server, reason = gsm_idle.camp(
        level, np.arange(level.shape[1]) * 0.5, one * 0, [start], rxlev_access_min_dbm=one * -100,
        cell_reselect_offset_db=[0, 20], temporary_offset_db=one * 0, penalty_time_s=one * 20,
        cell_reselect_hysteresis_db=one * 0, area=one, ba=table + 1, floor_mw=one * 1e-11, coupling=table,
        decode_ci_db=4.0,
    )  # fmt: skip
    return server[0], reason[0]


@pytest.mark.parametrize("way", ["call", "fallback"])
def test_the_offset_plays_no_part_until_c2_has_held_for_5_s(way):
    levels = [-75.0, -85.0]
    if way == "call":
        start = camped(levels, server=1)
    else:
        start = land(
            [levels], [[20.0] * 2], [0], listed=[[1, 1]], list_length=[2], rxlev_access_min_dbm=[-100] * 2, tac=[1],
            lac=[1] * 2, decode_ci_db=4.5, luck=np.full((1, LUCK), 0.5),
        ).cell[0]  # fmt: skip
    assert start == 0
    server, reason = idle_from(start, levels)
    assert (server[:10] == 0).all() and (server[10:] == 1).all() and reason[10] == Reason.C2
