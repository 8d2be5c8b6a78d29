"""A case is worked on with what can be heard where it is, whatever the city is like elsewhere."""

from dataclasses import replace

import numpy as np
import pandas as pd
from shapely import box

from rfopt.evidence import narrowed
from rfopt.geography.buildings import Building
from rfopt.identify import FARTHEST_KM
from rfopt.mobility.simulate import simulate
from rfopt.neighbourhood import neighbourhood, part_of
from rfopt.network import Change, apply
from rfopt.proofs.alignment import misalignments

from .networks import HOME, evidence, network, walk_test


def city(km_north, related=()):
    """The tiny network with two more macros, so far north of the flat."""
    far = {"lat": HOME[0] + km_north / 111.195, "lon": HOME[1], "rat": "GSM", "kind": "macro", "height_m": 30,
           "azimuth_deg": 0, "power_dbm": 43, "lac": 1}  # fmt: skip
    cells = {"F": {**far, "arfcn": 30, "bsic": "1-1"}, "G": {**far, "arfcn": 31, "bsic": "1-2"}}
    pairs = [(a, b) for a in "ABCD" for b in "ABCD" if a != b]
    return network(cells, relations=[*pairs, *related])


def around(whole, *places):
    lat, lon = np.array(places or [HOME]).T
    return neighbourhood(whole, lat, lon)


def test_a_small_network_is_its_own_neighbourhood():
    whole = city(3.0)
    assert around(whole) is whole


def test_what_no_phone_can_hear_is_left_out():
    near = around(city(40.0))
    assert set(near.cells.index) == {"A", "B", "C", "D", "L", "M"}
    assert set(near.neighbours.index) == set(city(3.0).neighbours.index)


def test_nothing_within_the_reach_of_identities_is_left_out():
    assert "F" in around(city(FARTHEST_KM)).cells.index


def test_a_cell_that_a_near_one_is_related_to_is_kept_for_its_channel():
    near = around(city(40.0, related=[("A", "F")]))
    assert "F" in near.cells.index
    assert "G" not in near.cells.index
    assert near.related("A", "F")


def test_a_drive_takes_what_lies_along_it():
    there = (HOME[0] + 40.0 / 111.195, HOME[1])
    assert "F" in around(city(40.0), HOME, there, (np.nan, np.nan)).cells.index


def test_places_that_are_not_known_leave_everything():
    whole = city(40.0)
    assert around(whole, (np.nan, np.nan)) is whole


def test_machines_and_proofs_answer_as_in_the_city_from_what_was_heard_and_is_related_to_it():
    whole = city(9.0, related=[("A", "F"), ("F", "G")])
    case = evidence(whole, walk_test(network()))
    near = narrowed(case, ())
    assert set(near.network.cells.index) == {"A", "B", "C", "D", "L", "M", "F"}
    plan = (Change("A", None, "cell_reselect_offset_db", 0.0, 12.0), Change("B", None, "power_dbm", 12.0, 6.0))
    in_city, alone = (simulate(one.situation, apply(one.network, plan)) for one in (case, near))
    assert [t.server.tolist() for t in in_city.timelines] == [t.server.tolist() for t in alone.timelines]
    assert misalignments(case, apply(whole, plan)) == misalignments(near, apply(near.network, plan))
    assert set(narrowed(case, ["G"]).network.cells.index) == set(whole.cells.index)


def test_buildings_out_of_reach_are_left_out():
    here, away = (Building(name, box(HOME[1], lat, HOME[1] + 0.001, lat + 0.001), 60.0)
                  for name, lat in (("here", HOME[0]), ("away", HOME[0] + 0.5)))  # fmt: skip
    near = around(replace(city(40.0), buildings=(here, away)))
    assert [building.id for building in near.buildings] == ["here"]


def test_of_a_plan_only_what_touches_the_neighbourhood_is_left():
    here = Change("A", None, "power_dbm", 12.0, 10.0)
    away = Change("F", None, "power_dbm", 43.0, 40.0)
    across = Change("A", "F", "neighbour", "absent", "present")
    entry = Change("L", "30", "redirect_arfcn", "absent", "present")
    assert part_of((here, away, across, entry), around(city(40.0))) == (here, entry)


def test_the_levels_of_identities_are_the_same_with_the_whole_city():
    readings = pd.DataFrame({"lat": [HOME[0]], "lon": [HOME[1]]})
    near = neighbourhood(city(40.0), readings["lat"].to_numpy(), readings["lon"].to_numpy())
    assert near.cells.equals(city(40.0).cells.loc[near.cells.index])
