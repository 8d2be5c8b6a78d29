"""The inference behind a calibration: cells as correlated rows, shared terms, censoring and outliers.

Per cell the rows y = X γ + b + g + e: shared terms γ, an offset b about the mean of the cell's group, shadowing g
with a given correlation, and noise e. Everything but the variances is Gaussian after two kinds of row have been
replaced by Gaussian stand-ins: a censored row by expectation propagation (Minka 2001; for a probit factor Rasmussen
and Williams, Gaussian Processes for Machine Learning, §3.6), an outlier by noise of its own. Variances follow from
restricted maximum likelihood with a weak prior. All from memory, checked by simulation (`tests/radio`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from rfopt.kernels.inverse import inverse, product

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

SETTINGS = ("outdoors", "indoors", "home")
"""Where a level is taken, as its shadowing sees it; home: in the building that a distribution serves from inside."""

SHADOW_DB, SHADOW_ROWS = 7.0, 6.0
"""Prior of the shadowing: 38.901's 6 dB (NLOS) to 7 dB (O2I), counting as so many rows."""
OFFSET_DB, OFFSET_CELLS = 6.0, 3.0
"""Prior of the spread of offsets within a group, counting as so many cells."""
OUTLIER_SHARE, OUTLIER_DB = 0.02, 20.0
"""So many levels belong to another cell or another minute, and are off by so much."""
HARDLY = 0.7
"""A term whose standard deviation shrank to no less than this part of its prior is not separable."""
FEW = 80
"""Variances are settled on so many rows a cell at most."""
ROUNDS, MORE_ROUNDS = 16, 4
FLAT_DB2 = 1e6
LEAST_NOISE_DB = 0.1


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one cell.

    Attributes
    ----------
    group : int
        Whose mean offset the cell shares.
    x : ndarray, shape (rows, terms)
        What each shared term adds per dB of it.
    correlation : ndarray, shape (rows, rows)
        Of the shadowing.
    setting : ndarray of int, shape (rows,)
        Which of the shadowing variances counts: one of `SETTINGS`.
    value_db, error_db : ndarray, shape (rows,)
        Level less prediction, or the limit less prediction, and its standard error.
    censored : ndarray of bool, shape (rows,)
    """

    group: int
    x: FloatArray
    correlation: FloatArray
    setting: IntArray
    value_db: FloatArray
    error_db: FloatArray
    censored: BoolArray

    def take(self, rows: NDArray[np.integer]) -> Block:
        """Some of the rows."""
        return Block(
            self.group, self.x[rows], self.correlation[np.ix_(rows, rows)],
            *(a[rows] for a in (self.setting, self.value_db, self.error_db, self.censored)),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Spread:
    """Variances in dB²: of the shadowing in each of `SETTINGS`, and of the offsets within each group."""

    shadow_db2: FloatArray
    offset_db2: FloatArray


@dataclass(frozen=True, eq=False)
class Stand:
    """Gaussian stand-ins of a cell's rows: value and variance."""

    value_db: FloatArray
    variance_db2: FloatArray


@dataclass(frozen=True, eq=False)
class Part:
    """What one cell's rows say, C their covariance given the shared terms.

    Attributes
    ----------
    inverse : ndarray, shape (rows, rows)
        C⁻¹.
    slopes : ndarray, shape (rows, terms)
        C⁻¹ X.
    weights : ndarray, shape (rows,)
        C⁻¹ (values − X γ).
    """

    inverse: FloatArray
    slopes: FloatArray
    weights: FloatArray


@dataclass(frozen=True, eq=False)
class Solution:
    """Shared terms and each cell's part.

    A term that is not kept has the value 0, its uncertainty stays in `covariance`; in `of_kept` it is absent.
    """

    terms: FloatArray
    covariance: FloatArray
    of_kept: FloatArray
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Fit:
    """Everything that was inferred; `stands` and the solution's parts in the order of the blocks."""

    spread: Spread
    stands: tuple[Stand, ...]
    kept: BoolArray
    solution: Solution


def fit(blocks: Sequence[Block], prior_db: FloatArray, optional: BoolArray, groups: int) -> Fit:
    """Infer terms, offsets, shadowing and variances.

    Parameters
    ----------
    blocks : sequence of Block
        One a cell.
    prior_db : ndarray, shape (terms,)
        Standard deviation of every term about 0 before anything is heard.
    optional : ndarray of bool, shape (terms,)
        Terms that are left at 0 where the rows do not separate them.
    groups : int
        Number of groups.
    """
    spread = Spread(np.full(len(SETTINGS), SHADOW_DB**2), np.full(groups, OFFSET_DB**2))
    everything = np.ones(len(prior_db), dtype=bool)
    few = [block.take(np.unique(np.linspace(0, len(block.x) - 1, FEW).astype(int))) for block in blocks]
    stands = opening(few)
    for _ in range(ROUNDS):
        solution = solve(few, stands, spread, prior_db, everything)
        stands = [_moved(*of_cell, solution) for of_cell in zip(few, stands, solution.parts, strict=True)]
        spread = _respread(few, solution, spread)
    if any(len(a.x) < len(b.x) for a, b in zip(few, blocks, strict=True)):
        stands = opening(blocks)
    stands, solution = settle(blocks, stands, spread, prior_db, everything)
    kept = ~optional | (np.sqrt(np.diag(solution.covariance)) < HARDLY * prior_db)
    if np.any(solution.terms[~kept] != 0.0):
        stands, solution = settle(blocks, stands, spread, prior_db, kept)
    return Fit(spread, tuple(stands), kept, solution)


def settle(
    blocks: Sequence[Block], stands: Sequence[Stand], spread: Spread, prior_db: FloatArray, kept: BoolArray
) -> tuple[list[Stand], Solution]:
    """Stand-ins at rest with the variances as they are, and the solution on them."""
    for _ in range(MORE_ROUNDS):
        solution = solve(blocks, stands, spread, prior_db, kept)
        stands = [_moved(*of_cell, solution) for of_cell in zip(blocks, stands, solution.parts, strict=True)]
    return list(stands), solve(blocks, stands, spread, prior_db, kept)


def opening(blocks: Sequence[Block]) -> list[Stand]:
    """Stand-ins to begin with: a censored row says nothing yet."""
    return [Stand(b.value_db, np.where(b.censored, FLAT_DB2, noise_db2(b.error_db))) for b in blocks]


def noise_db2(error_db: FloatArray) -> FloatArray:
    """Variance of a measured row's own error."""
    return np.maximum(error_db, LEAST_NOISE_DB) ** 2


def prior_db2(block: Block, spread: Spread) -> FloatArray:
    """Covariance of a cell's offset and shadowing over its rows."""
    scale = np.sqrt(spread.shadow_db2)[block.setting]
    return np.asarray(spread.offset_db2[block.group] + scale[:, None] * block.correlation * scale)


def solve(
    blocks: Sequence[Block], stands: Sequence[Stand], spread: Spread, prior_db: FloatArray, kept: BoolArray
) -> Solution:
    """Generalised least squares of the shared terms under every cell's own covariance."""
    information, moment = np.diag(prior_db**-2.0), np.zeros(len(prior_db))
    inverses: list[FloatArray] = []
    slopes: list[FloatArray] = []
    for block, stand in zip(blocks, stands, strict=True):
        inverses.append(inverse(prior_db2(block, spread) + np.diag(stand.variance_db2)))
        slopes.append(product(inverses[-1], block.x))
        information += block.x.T @ slopes[-1]
        moment += slopes[-1].T @ stand.value_db
    of_kept = np.zeros_like(information)
    of_kept[np.ix_(kept, kept)] = np.linalg.inv(information[np.ix_(kept, kept)])
    terms = of_kept @ moment
    parts = [
        Part(own, slope, own @ stand.value_db - slope @ terms)
        for own, slope, stand in zip(inverses, slopes, stands, strict=True)
    ]
    return Solution(terms, np.asarray(np.linalg.inv(information), dtype=np.float64), of_kept, tuple(parts))


def by_the_others(stand: Stand, part: Part, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of each row's level as all the other rows have it, the shared terms unknown too."""
    own = np.diag(part.inverse) - np.einsum("ij,jk,ik->i", part.slopes, covariance, part.slopes)
    return stand.value_db - part.weights / own, np.maximum(1.0 / own - stand.variance_db2, 1e-6)


def _moved(block: Block, stand: Stand, part: Part, solution: Solution) -> Stand:
    """Stand-ins after one more look at what the other rows say."""
    mean, variance = by_the_others(stand, part, solution.of_kept)
    value, of_value = stand.value_db.copy(), stand.variance_db2.copy()
    seen, below = ~block.censored, block.censored
    of_value[seen] = _noise_seen(block, mean, variance)[seen]
    value[below], of_value[below] = _below(block, stand, mean, variance)
    return Stand(value, of_value)


def _noise_seen(block: Block, mean_db: FloatArray, variance_db2: FloatArray) -> FloatArray:
    """Noise of a measured row, larger the surer it is an outlier."""
    usual = noise_db2(block.error_db)
    wrong = outlier_share(block.value_db - mean_db, variance_db2 + usual)
    return np.asarray(1.0 / ((1.0 - wrong) / usual + wrong / (usual + OUTLIER_DB**2)))


def outlier_share(off_db: FloatArray, variance_db2: FloatArray) -> FloatArray:
    """How sure it is that a level so far from what the others say is an outlier, 0…1.

    >>> outlier_share(np.array([5.0, 40.0]), np.array([50.0, 50.0])).round(2).tolist()
    [0.01, 1.0]
    """
    wide = variance_db2 + OUTLIER_DB**2
    usual = np.log1p(-OUTLIER_SHARE) - 0.5 * (np.log(variance_db2) + off_db**2 / variance_db2)
    odd = np.log(OUTLIER_SHARE) - 0.5 * (np.log(wide) + off_db**2 / wide)
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(usual - odd, -700.0, 700.0))))


def hazard(z: FloatArray) -> FloatArray:
    """φ(z)/Φ(z), also far below 0."""
    return np.asarray(np.exp(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z)))


def _below(block: Block, stand: Stand, mean_db: FloatArray, variance_db2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Expectation propagation of the censored rows, half a step: value and variance of their stand-ins."""
    rows = block.censored
    mean, variance = mean_db[rows], variance_db2[rows]
    scale = np.sqrt(noise_db2(block.error_db[rows]) + variance)
    z = (block.value_db[rows] - mean) / scale
    pull = hazard(z)
    new_mean = mean - variance * pull / scale
    new_variance = np.maximum(variance - (variance / scale) ** 2 * pull * (pull + z), 1e-6)
    precision = np.maximum(1.0 / new_variance - 1.0 / variance, 1.0 / FLAT_DB2)
    moment = new_mean * precision + (new_mean - mean) / variance
    old = 1.0 / stand.variance_db2[rows]
    precision, moment = 0.5 * (precision + old), 0.5 * (moment + old * stand.value_db[rows])
    return moment / precision, 1.0 / precision


def _respread(blocks: Sequence[Block], solution: Solution, spread: Spread) -> Spread:
    """One step of restricted maximum likelihood for the variances."""
    shadow, offset = np.zeros((len(SETTINGS), 2)), np.zeros((len(spread.offset_db2), 2))
    for block, part in zip(blocks, solution.parts, strict=True):
        for setting in np.unique(block.setting):
            shadow[setting] += _evidence(part, solution.of_kept, block.setting == setting, block.correlation)
        offset[block.group] += _evidence(part, solution.of_kept, np.ones(len(block.x), dtype=bool), None)
    return Spread(
        _step(spread.shadow_db2, shadow, SHADOW_DB, SHADOW_ROWS),
        _step(spread.offset_db2, offset, OFFSET_DB, OFFSET_CELLS),
    )


def _evidence(part: Part, covariance: FloatArray, rows: BoolArray, correlation: FloatArray | None) -> FloatArray:
    """(αᵀ R α, tr(P R)) of one component of variance; without a correlation it is the same in all rows."""
    weights, slopes, inverse = part.weights[rows], part.slopes[rows], part.inverse[np.ix_(rows, rows)]
    if correlation is None:
        total = slopes.sum(axis=0)
        return np.array([weights.sum() ** 2, inverse.sum() - total @ covariance @ total])
    of_rows = correlation[np.ix_(rows, rows)]
    lost = np.sum((slopes.T @ of_rows @ slopes) * covariance)
    return np.array([weights @ of_rows @ weights, np.sum(inverse * of_rows) - lost])


def _step(variance: FloatArray, evidence: FloatArray, prior_db: float, count: float) -> FloatArray:
    """A fixed point of the likelihood's slope, with a prior that counts as `count` observations."""
    asked = evidence[:, 0] + count * prior_db**2 / variance**2
    return np.asarray(np.maximum(variance * asked / (evidence[:, 1] + count / variance), 0.01))
