"""Colours as people with a colour weakness see them: Machado's matrices of 2009 for a missing green or red cone."""

import numpy as np
import pytest

from rfopt.report.marks import COLOURS, LTE_COLOURS
from rfopt.scales import CIVIDIS

SEEN = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour, seen):
    """CIE L*a*b* of a colour as it is seen."""
    coded = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(SEEN[seen] @ light, 0.0, 1.0) / WHITE
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16.0 / 116.0 for v in (x, y, z)]
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("colours", [COLOURS, LTE_COLOURS])
def test_cells_are_told_apart(colours, seen):
    points = [lab(colour, seen) for colour, _ in colours]
    apart = [np.linalg.norm(a - b) for k, a in enumerate(points) for b in points[:k]]
    assert min(apart) > 15.0


@pytest.mark.parametrize("seen", SEEN)
def test_levels_grow_lighter_step_by_step(seen):
    lightness = [lab(colour, seen)[0] for colour in CIVIDIS]
    assert min(np.diff(lightness)) > 9.0


@pytest.mark.parametrize("colours", [COLOURS, LTE_COLOURS])
def test_codes_read_on_their_colours(colours):
    def luminance(colour):
        full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        return ((lab(full, "full")[0] + 16.0) / 116.0) ** 3

    for ground, ink in colours:
        high, low = sorted((luminance(ground), luminance(ink)), reverse=True)
        assert (high + 0.05) / (low + 0.05) > 4.5
