"""Rows of a network that are read without complaint and are probably wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from rfopt.geography.buildings import Frame
from rfopt.network import Network
from rfopt.sites.site_values import RESOURCE_BLOCKS

LOUDEST_DBM = {"GSM": 49.0, "LTE": 55.0}
"""80 W at the connector: of a carrier; of a whole LTE cell, whose reference signals may be 6 dB above the rest."""
FAINTEST_DBM = {"GSM": -20.0, "LTE": -45.0}
FAINTEST_MACRO_DBM = {"GSM": 24.0, "LTE": -8.0}
"""A quarter of a watt; a table in watts says 20 where 43 dBm is meant."""
STEEPEST_DEG = 16.0
NEAR_KM = 3.0
"""Two cells of one channel and code nearer than this are heard together on a high floor."""
LONELY_KM = 30.0
LOW_MACRO_M = 3.0
HIGHEST_M = 300.0
FEWEST_AZIMUTHS = 3


@dataclass(frozen=True)
class Suspicion:
    """What is suspicious, by the key of its sentence in words.csv, and the cells at fault."""

    kind: str
    cells: tuple[str, ...]


Check = Callable[[Network], Iterator[Suspicion]]


def suspicions(network: Network) -> list[Suspicion]:
    """All suspicions about a network, those of one kind together.

    Nothing here says where the sea is: a site there shows as one far from all others, or at 0°, 0°.
    """
    checks: tuple[Check, ...] = (_rows, _radians, _identities, _neighbours_in_code, _lonely, _relations, _redirects)
    return [found for check in checks for found in check(network)]


def _rows(network: Network) -> Iterator[Suspicion]:
    """What a row alone shows."""
    cells = network.cells
    das = cells["kind"] == "das"
    loud, faint, least = (
        cells["rat"].map(limit).astype(float) for limit in (LOUDEST_DBM, FAINTEST_DBM, FAINTEST_MACRO_DBM)
    )
    blocks = cells["bandwidth_mhz"].map(RESOURCE_BLOCKS).fillna(100.0)
    loud -= np.where(cells["rat"] == "LTE", 10.0 * np.log10(12.0 * blocks), 0.0)
    faint = faint.where(cells["kind"] != "macro", least)
    tilt = cells[["mech_tilt_deg", "elec_tilt_deg"]].abs().max(axis=1)
    masks = {
        "indoor_as_macro": ~das & (cells["azimuth_deg"] == 360.0) & (cells["height_m"] == 0.0),
        "height_zero": ~das & (cells["height_m"] < LOW_MACRO_M)
        & ~((cells["azimuth_deg"] == 360.0) & (cells["height_m"] == 0.0)),
        "too_high": ~das & (cells["height_m"] > HIGHEST_M),
        "macro_without_azimuth": (cells["kind"] == "macro") & cells["azimuth_deg"].isna(),
        "power_off_scale": (cells["power_dbm"] > loud) | (cells["power_dbm"] < faint),
        "power_above_most": cells["power_dbm"] > cells["max_power_dbm"] + 1e-9,
        "tilt_too_steep": tilt > STEEPEST_DEG,
        "das_without_building": das & (cells["building"].map(len) == 0),
        "no_place": (cells["lat"].abs() < 1e-6) & (cells["lon"].abs() < 1e-6),
    }  # fmt: skip
    for kind, mask in masks.items():
        if mask.any():
            yield Suspicion(kind, tuple(map(str, cells.index[mask])))


def _radians(network: Network) -> Iterator[Suspicion]:
    """Azimuths that all are within the numbers of radians."""
    azimuths = network.cells["azimuth_deg"].dropna()
    if azimuths.nunique() >= FEWEST_AZIMUTHS and azimuths.between(0.0, 2.0 * math.pi + 0.01).all():
        yield Suspicion("azimuths_in_radians", tuple(map(str, azimuths.index)))


def _identities(network: Network) -> Iterator[Suspicion]:
    """Cells that share an identity that is one cell's in the whole network."""
    for rat, keys in (("GSM", ["lac", "ci"]), ("LTE", ["eci"])):
        cells = network.of_rat(rat).dropna(subset=keys)
        for _, group in cells[cells.duplicated(keys, keep=False)].groupby(keys):
            yield Suspicion("same_identity", tuple(map(str, group.index)))


def _neighbours_in_code(network: Network) -> Iterator[Suspicion]:
    """Pairs of one channel and code near each other."""
    for rat, keys in (("GSM", ["arfcn", "bsic"]), ("LTE", ["earfcn", "pci"])):
        cells = network.of_rat(rat).dropna(subset=[*keys, "lat", "lon"])
        for _, group in cells[cells.duplicated(keys, keep=False)].groupby(keys):
            x, y = Frame(float(group["lat"].mean()), float(group["lon"].mean())).to_xy(group["lat"], group["lon"])
            pairs = cKDTree(np.stack((x, y), axis=1)).query_pairs(1000.0 * NEAR_KM)
            for a, b in sorted(pairs):
                yield Suspicion("same_code_near", (str(group.index[a]), str(group.index[b])))


def _lonely(network: Network) -> Iterator[Suspicion]:
    """Cells whose nearest other place is far: a wrong digit, swapped coordinates, or a site in the sea."""
    cells = network.cells.dropna(subset=["lat", "lon"])
    places = cells[["lat", "lon"]].drop_duplicates().to_numpy()
    if len(places) < 3:
        return
    phi, theta = np.radians(places[:, 0]), np.radians(places[:, 1])
    sphere = 6371.0 * np.stack((np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)), axis=1)
    nearest = np.asarray(cKDTree(sphere).query(sphere, k=2)[0])[:, 1]
    far = {tuple(place) for place in places[nearest > LONELY_KM]}
    lonely = [str(name) for name, place in zip(cells.index, cells[["lat", "lon"]].to_numpy(), strict=True)
              if tuple(place) in far]  # fmt: skip
    if lonely:
        yield Suspicion("far_from_all", tuple(lonely))


def _relations(network: Network) -> Iterator[Suspicion]:
    """Cells that hand over to nobody, where others have relations."""
    for rat in ("GSM", "LTE"):
        names = set(network.of_rat(rat).index)
        related = {cell for pair in network.neighbours.index for cell in pair} & names
        if related and (alone := sorted(names - related)):
            yield Suspicion("no_relation", tuple(map(str, alone)))


def _redirects(network: Network) -> Iterator[Suspicion]:
    """LTE cells that fall back to carriers that no GSM cell of the table has."""
    carriers = set(network.of_rat("GSM")["arfcn"].dropna().astype(int))
    if carriers and (lost := sorted({cell for cell, arfcn in network.redirects if arfcn not in carriers})):
        yield Suspicion("redirect_to_nobody", tuple(lost))
