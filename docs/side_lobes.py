"""Draw docs/side_lobes.md's figure: level at each floor against tilt, with and without side lobes.

python docs/side_lobes.py                     the shipped antenna
python docs/side_lobes.py antenna.msi         any MSI or Planet file
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rfopt.geography.scene import floor_height_m
from rfopt.radio.antennas import Pattern, array, gain_dbi, parametric, read_pattern
from rfopt.radio.path_loss.uma import uma

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "site_configs" / "baohu_tianxia" / "antennas" / "G900-65-15.5.msi"
MHZ, MAST_M, DISTANCE_M, POWER_DBM = 930.8, 30.0, 500.0, 43.0
STREET_M = 300.0
FLOORS = np.arange(1, 34)
TILTS = np.arange(0.0, 12.5, 0.5)


def level_dbm(pattern: Pattern, distance_m: float, height_m: np.ndarray | float, tilt_deg: float) -> np.ndarray:
    """Level outdoors on boresight, in line of sight, with a total electrical tilt."""
    elevation = np.degrees(np.arctan2(np.asarray(height_m) - MAST_M, distance_m))
    loss = uma(MHZ, distance_m, MAST_M, height_m, True)
    return np.asarray(POWER_DBM + gain_dbi(pattern, 0.0, elevation, 0.0, tilt_deg) - loss)


def floors_by_tilt(pattern: Pattern) -> np.ndarray:
    """Level at every floor (rows) and tilt (columns)."""
    heights = floor_height_m(FLOORS)
    return np.stack([level_dbm(pattern, DISTANCE_M, heights, tilt) for tilt in TILTS], axis=1)


def draw_floors(ax: Axes, pattern: Pattern, title: str) -> None:
    """One antenna's levels, floors up and tilt to the right."""
    table = floors_by_tilt(pattern)
    shown = ax.pcolormesh(TILTS, FLOORS, table, cmap="cividis", vmin=-55, vmax=-25, shading="nearest")
    lines = ax.contour(TILTS, FLOORS, table, levels=range(-55, -24, 5), colors="white", linewidths=0.7)
    ax.clabel(lines, fontsize=7)
    ax.figure.colorbar(shown, ax=ax, label="level at the façade [dBm]")
    ax.axhline(23, color="white", linestyle=":", linewidth=1)
    ax.set(title=title, xlabel="downtilt [°]", ylabel="floor")


def draw_tilt(ax: Axes, patterns: dict[str, Pattern]) -> None:
    """What a tilt does to floor 23 and to the street, against 3°."""
    places = (("floor 23, 500 m", DISTANCE_M, float(floor_height_m(23)), "-"), ("street, 300 m", STREET_M, 1.5, "--"))
    for (name, pattern), colour in zip(patterns.items(), ("#0072B2", "#D55E00", "#009E73"), strict=True):
        for place, distance, height, dash in places:
            levels = np.array([float(level_dbm(pattern, distance, height, tilt)) for tilt in TILTS])
            change = levels - float(level_dbm(pattern, distance, height, 3.0))
            ax.plot(TILTS, change, dash, color=colour, label=f"{name}: {place}")
    ax.axhline(0, color="#999999", linewidth=0.8)
    ax.legend(fontsize=7, loc="lower left")
    ax.set(title="change against a tilt of 3°", xlabel="downtilt [°]", ylabel="dB", ylim=(-25, 25))
    ax.grid(alpha=0.3)


def main(folder: Path, file: Path = SHIPPED) -> list[Path]:
    """Write the figure of one antenna into a folder."""
    pattern = read_pattern(file)
    ideal = array(pattern.gain_dbi, 65.0)
    formula = parametric(pattern.gain_dbi, 65.0, 7.0)
    figure = Figure(figsize=(15, 5), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    draw_floors(left, pattern, f"{file.stem}: with its side lobes")
    draw_floors(middle, formula, "beam formula of TR 36.814, 7°: no side lobes")
    draw_tilt(right, {file.stem: pattern, "ideal array of 10": ideal, "beam formula": formula})
    target = folder / ("side_lobes.png" if file == SHIPPED else f"side_lobes_{file.stem}.png")
    figure.savefig(target, dpi=90, metadata={"Software": None})
    return [target]


if __name__ == "__main__":
    for path in main(ROOT / "docs" / "figures", *map(Path, sys.argv[1:2])):
        print(path)
