"""90 % intervals of the figures: what the draws leave open, the model's own error, and what the log itself counted.

A figure as found is known twice. The model's draws give a prior: their mean, and their variance less what chance makes
of a draw's few runs, plus the model's own error, which is larger where the log contradicts it. The log counted the same
figure over some minutes. Rates are combined as Gamma and Poisson, shares as Beta and binomial, with as many independent
counts as runs of the model scatter for; decibels and seconds as normal. A plan's figure moves with the one as found as
far as the draws say so. Each interval is of the figure counted again, over `OUTCOME_MIN`: chance in that count is part
of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaincinv, ndtri

FloatArray = NDArray[np.float64]

TAIL = 0.05
OUTCOME_MIN = 300.0
"""What the figure is counted over again: five hours of idle phones, and calls and fallbacks in proportion."""
MODEL_ERROR = {"1/min": (0.1, 0.02), "1/call": (0.8, 0.03), "share": (0.08, 0.004), "dB": (0.0, 1.0), "dBm": (0.0, 0.5),
               "s": (0.06, 0.0), "sinr_p10_db": (0.0, 0.6), "pingpong_share": (0.2, 0.004)}  # fmt: skip
"""Standard error of the machines themselves, by figure or else by its unit, as a share of the figure (of √(p(1−p))
for a share) and added to that: assumptions, no smaller than what two simulators that share no code with this one are
off. Thresholds stand for phones that differ; delays of the fallback are engineering values."""
UNMODELLED = (0.01, 0.01)
"""Mean and standard error of the share of fallbacks that fail for want of a registration or a channel (classes F4, F5):
the simulation has none; drive tests of whole networks lost 3 to 10 % for all reasons."""
SHARED_CHANCE = 1.5
"""Log and levels come from the same minutes, so that the count weighs less than one of other minutes would."""
LOOKS = {"share": (0.3, 20.0), "1/min": (0.3, 3.0), "1/call": (0.3, 3.0), "tries": (0.3, 1.5)}
"""Fewest and most independent counts per minute, call, or what a share of tries is counted in."""


@dataclass(frozen=True)
class Sample:
    """A figure in every draw, and how it scatters by chance.

    Attributes
    ----------
    values : ndarray (draws,)
    looks : float
        Independent counts per unit of exposure, as Poisson and binomial counts scatter; for decibels and seconds the
        inverse of the variance at one unit.
    exposure : float
        Minutes, calls or attempts behind the value of one draw.
    unit : str
    """

    values: FloatArray
    looks: float
    exposure: float
    unit: str

    @property
    def mean(self) -> float:
        """Mean over the draws."""
        return float(self.values.mean())

    @property
    def open_variance(self) -> float:
        """Variance between draws less that by chance."""
        if len(self.values) < 2:
            return 0.0
        between = float(self.values.var(ddof=1))
        return max(between - chance(self.mean, self.looks * self.exposure, self.unit), 0.1 * between)


def chance(mean: float, counts: float, unit: str) -> float:
    """Variance of a figure counted in so many independent counts."""
    size = mean * (1.0 - mean) if unit == "share" else abs(mean) if unit in RATES else 1.0
    return size / counts if counts > 0 else 0.0


RATES = ("1/min", "1/call")
AT_ODDS = 2.0
"""Standard errors between a model and a log that are still chance."""
LEAST_SHAPE = 0.5
"""Of the Gamma and Beta distributions: below it nearly all would lie on the bound."""


@dataclass(frozen=True)
class Known:
    """Mean and variance of what is known of a figure, and its unit."""

    mean: float
    variance: float


def looks_of(parts: FloatArray, exposure: float, unit: str, least: float, most: float) -> float:
    """Independent counts per unit of exposure, from how a figure scatters between parts of each draw.

    Parameters
    ----------
    parts : ndarray (draws, parts)
        NaN where a part cannot give the figure.
    exposure : float
        Behind one part.
    least, most : float
        Bounds of a count; where nothing ever happened the geometric mean of both.
    """
    known = parts[np.isfinite(parts).all(axis=1)]
    within = float(known.var(axis=1, ddof=1).mean()) if known.shape[0] and known.shape[1] > 1 else 0.0
    mean = float(known.mean()) if known.size else 0.0
    size = chance(mean, 1.0, unit)
    if within <= 0 or size <= 0:
        return float(np.sqrt(least * most)) if unit in BOUNDED else np.inf
    looks = size / (within * exposure)
    return float(np.clip(looks, least, most)) if unit in BOUNDED else looks


BOUNDED = ("share", *RATES)


def by_model(sample: Sample, share: float, added: float) -> Known:
    """What the model says by itself: its draws and its own error, a `share` of the figure and `added` to that.

    What is added to a rate, or takes a share away from 0 or 1, happens to real phones for reasons that are not
    simulated, so that half of it is expected.
    """
    mean = sample.mean
    if sample.unit == "share":
        size = np.sqrt(max(mean * (1.0 - mean), 0.0))
        mean += 0.5 * added * (1.0 - 2.0 * mean)
    else:
        size = abs(mean)
        mean += 0.5 * added if sample.unit in RATES else 0.0
    return Known(mean, sample.open_variance + float((share * size) ** 2 + added**2))


def combined(prior: Known, value: float, counts: float, unit: str) -> Known:
    """What is known after a log showed `value` in so many independent counts.

    >>> combined(Known(2.0, 1.0), 1.0, 1.0, "dB")
    Known(mean=1.5, variance=0.5)
    """
    if not np.isfinite(value) or counts <= 0:
        return prior
    if unit == "share":
        return _beta(prior, value, counts)
    if unit in RATES:
        return _gamma(prior, value, counts)
    weight = prior.variance / (prior.variance + 1.0 / counts)
    return Known(prior.mean + weight * (value - prior.mean), prior.variance * (1.0 - weight))


def at_odds(prior: Known, value: float, counts: float, unit: str) -> Known:
    """The model's own word, as unsure as it is at odds with what a log shows in so many independent counts.

    Further than two standard errors apart, something is not simulated (cells of no table, twins taken for each other):
    the model's error is then taken to be what brings both to that.

    >>> at_odds(Known(2.0, 1.0), 3.0, 1.0, "dB"), at_odds(Known(2.0, 1.0), 8.0, 1.0, "dB")
    (Known(mean=2.0, variance=1.0), Known(mean=2.0, variance=8.0))
    """
    if not np.isfinite(value) or counts <= 0:
        return prior
    by_chance = max(chance(prior.mean, counts, unit), chance(value, counts, unit))
    return Known(prior.mean, max(prior.variance, ((value - prior.mean) / AT_ODDS) ** 2 - by_chance))


def _gamma(prior: Known, value: float, counts: float) -> Known:
    """Gamma prior, Poisson counts."""
    rate = prior.mean / prior.variance
    a, b = prior.mean * rate + value * counts, rate + counts
    return Known(a / b, a / b**2)


def _beta(prior: Known, value: float, counts: float) -> Known:
    """Beta prior, binomial counts."""
    mean = float(np.clip(prior.mean, 1e-3, 1.0 - 1e-3))
    trials = max(mean * (1.0 - mean) / prior.variance - 1.0, 2.0)
    whole = trials + counts
    after = (trials * mean + counts * value) / whole
    return Known(after, after * (1.0 - after) / (whole + 1.0))


def unmodelled_failures(known: Known) -> Known:
    """A share of fallbacks with what fails for reasons that are not simulated, see `UNMODELLED`."""
    mean, error = UNMODELLED
    return Known(known.mean * (1.0 - mean), known.variance + (known.mean * error) ** 2)


def moved(found: Known, was: Known, before: Sample, prior: Known, after: Sample) -> Known:
    """A plan's figure, given how far what is known of the one as found lies off what the model said.

    Parameters
    ----------
    found, was : Known
        As found: with the log, and by the model alone.
    prior : Known
        After the plan, by the model alone. Its own error is the same before and after; what the draws leave open is
        shared as they say.
    """
    if was.variance <= 0 or len(after.values) != len(before.values) or len(after.values) < 3:
        return prior
    errors = (was.variance - before.open_variance) * (prior.variance - after.open_variance)
    shared = _covariance(before, after) + float(np.sqrt(max(errors, 0.0)))
    slope = float(np.clip(shared / was.variance, -1.0, 1.0))
    left = prior.variance - slope**2 * (was.variance - found.variance)
    return Known(prior.mean + slope * (found.mean - was.mean), max(left, 0.1 * prior.variance))


def _covariance(before: Sample, after: Sample) -> float:
    """Between the draws, less as much of it as chance makes of few draws."""
    a, b = before.values - before.mean, after.values - after.mean
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    if scale <= 0:
        return 0.0
    r = float((a * b).sum()) / scale
    trust = max(0.0, 1.0 - (1.0 - r * r) / (r * r * (len(a) - 2))) if r else 0.0
    return trust * r * float(np.sqrt(before.open_variance * after.open_variance))


@dataclass(frozen=True)
class Recount:
    """A figure counted again: how what is known of it and chance in so many independent counts spread it.

    Attributes
    ----------
    mean, variance : float
    unit : str
    resolution : float
        What one count is worth.
    """

    mean: float
    variance: float
    unit: str
    resolution: float

    def at(self, p: float) -> float:
        """The value below which the figure lies with probability `p`; on a bound where it is within half a count."""
        if self.unit in RATES:
            shape = self._shapes()[0]
            value = float(gammaincinv(shape, p)) * self._inside() / shape
            return 0.0 if value < 0.5 * self.resolution else value
        if self.unit == "share":
            value = float(betaincinv(*self._shapes(), p))
            near = 0.5 * self.resolution
            return 0.0 if value < near else 1.0 if value > 1.0 - near else value
        return self.mean + float(ndtri(p) * np.sqrt(self.variance))

    def below(self, value: float) -> float:
        """Probability that a share lies below a value."""
        return float(betainc(*self._shapes(), value))

    def _inside(self) -> float:
        return float(np.clip(self.mean, 1e-6, 1.0 - 1e-6 if self.unit == "share" else np.inf))

    def _shapes(self) -> tuple[float, float]:
        """Of the Gamma distribution of a rate (the first), and of the Beta distribution of a share."""
        mean, variance = self._inside(), max(self.variance, 1e-12)
        if self.unit in RATES:
            return max(mean * mean / variance, LEAST_SHAPE), 0.0
        size = max(mean * (1.0 - mean) / variance - 1.0, LEAST_SHAPE / min(mean, 1.0 - mean))
        return mean * size, (1.0 - mean) * size


def recounted(known: Known, unit: str, counts: float) -> Recount:
    """A figure counted again in so many independent counts."""
    return Recount(known.mean, known.variance + chance(known.mean, counts, unit), unit, 1.0 / counts)


def interval(figure: Recount) -> tuple[float, float]:
    """The 90 % interval: from 5 % to 95 %, or where an end is on a bound all 10 % off at the other.

    >>> [round(end, 2) for end in interval(recounted(Known(10.0, 1.0), "dB", np.inf))]
    [8.36, 11.64]
    """
    low, high = figure.at(TAIL), figure.at(1.0 - TAIL)
    if figure.unit in BOUNDED and low == 0.0:
        return low, max(figure.at(1.0 - 2.0 * TAIL), 0.5 * figure.resolution)
    if figure.unit == "share" and high == 1.0:
        return min(figure.at(2.0 * TAIL), 1.0 - 0.5 * figure.resolution), high
    return low, high


def delay_interval(delay: Recount, arrivals: Recount, failed_s: float, enough: float) -> tuple[float, float]:
    """The 90 % interval of a delay that counts as `failed_s` where the share that comes to GSM lies below `enough`.

    Nothing is longer than that: it is a bound, see `interval`.

    >>> sure, doubtful = (recounted(Known(mean, 1e-4), "share", 1e9) for mean in (0.99, 0.95))
    >>> delay = recounted(Known(8.0, 0.25), "s", np.inf)
    >>> [round(end, 2) for end in delay_interval(delay, sure, 30.0, 0.95)]
    [7.18, 8.85]
    >>> [round(end, 2) for end in delay_interval(delay, doubtful, 30.0, 0.95)]
    [7.56, 30.0]
    """
    fails = arrivals.below(enough)
    at_bound = fails >= TAIL
    low, high = (2.0 * TAIL, 1.0) if at_bound else (TAIL, 1.0 - TAIL)
    if low + fails >= 1.0:
        return failed_s, failed_s
    longest = failed_s if at_bound else min(delay.at(high / (1.0 - fails)), failed_s)
    return delay.at(low / (1.0 - fails)), longest
