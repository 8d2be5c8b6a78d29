"""What `import rfopt` offers: the work of the commands, from paths or from values already read.

`rfopt.__getattr__` loads this module when the first of its names is asked for; nothing inside rfopt uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rfopt.calibrating import CalibratedCase, calibrate_case, read_calibration
from rfopt.case import Case
from rfopt.case import read_case as case_of
from rfopt.comparison.promise import read_promise
from rfopt.comparison.retest import Comparison, compare_cases
from rfopt.diagnosis import Diagnosis
from rfopt.drafts import Draft
from rfopt.errors import InputError
from rfopt.example import write_example as example_of
from rfopt.files import write_whole
from rfopt.gate.check import Request
from rfopt.gate.check import check as judged
from rfopt.gate.gates import default_gates, read_gates
from rfopt.gate.verdict import Verdict
from rfopt.logs import Log
from rfopt.logs import read_log as log_of
from rfopt.network import Changes, Network, Plan, apply, diff, plan_text, rollback
from rfopt.network import read_plan as plan_of
from rfopt.plan_files import read_plan_file
from rfopt.prediction import Calibrated, Prediction, predict_ground, predict_points, predict_tower
from rfopt.radio.calibration import Calibration
from rfopt.recommendation import Progress, Recommendation, diagnose_case, needed_network, quiet
from rfopt.recommendation import recommend as recommend_case
from rfopt.report import write_report as report_of
from rfopt.simulation import Simulation, simulation
from rfopt.sites import read_network as network_of
from rfopt.sliders import WhatIf, what_if_of
from rfopt.words import speak, spoken

__all__ = [
    "InputError", "apply", "calibrate", "check", "compare", "diagnose", "diff", "predict", "read_case", "read_log",
    "read_network", "read_plan", "recommend", "rollback", "simulate", "speak", "what_if", "write_example", "write_plan",
    "write_report",
]  # fmt: skip

AnyPath = str | Path


def read_network(path: AnyPath, coordinates: str = "wgs84", map_coordinates: str = "wgs84") -> Network:
    """Read a network: a folder of tables, an Excel workbook, a site table or a Nokia dump.

    Parameters
    ----------
    path : str or Path
    coordinates, map_coordinates : {"wgs84", "gcj02", "bd09"}
        What the places of the cells and of the buildings are given in.

    Raises
    ------
    InputError
        If no format knows the path, or the one that does finds it broken.
    """
    return network_of(Path(path), coordinates, map_coordinates)


def read_log(path: AnyPath, format: str | None = None) -> Log:
    """Read one drive-test log in any known format; its table is `Log.readings`.

    Raises
    ------
    InputError
        If no format fits, or the one that fits finds the file broken.
    """
    return log_of(Path(path), format)


def read_case(path: AnyPath) -> Case:
    """Read a case: a folder with case.toml, the file itself, or a single log.

    Raises
    ------
    InputError
        If anything in the case, its network or its logs cannot be used.
    """
    return case_of(Path(path))


def read_plan(path: AnyPath, network: Network | Case | AnyPath) -> Changes:
    """Read a plan.csv and check every row against the network it is for.

    Raises
    ------
    InputError
        With file and line, for an unknown cell or parameter, or an `old` that is not the network's.
    """
    return plan_of(Path(path), _network(network))


def write_plan(plan: Plan, path: AnyPath) -> Path:
    """Write a plan.csv, whole or not at all, and return its path.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_whole(Path(path), plan_text(plan))
    return Path(path)


def write_example(folder: AnyPath) -> Path:
    """Write the Baohu Tianxia case and its network under a folder; returns the case's folder.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    return example_of(Path(folder))


def write_report(result: Recommendation, folder: AnyPath, lang: str | None = None) -> Path:
    """Write report.html into a folder and return its path; `lang` is the chosen language where it is not given.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    return report_of(result, Path(folder), lang or spoken())


def diagnose(case: Case | AnyPath, seed: int = 0, progress: Progress = quiet) -> Diagnosis:
    """Say what is wrong, worst first, with the evidence.

    Parameters
    ----------
    case : Case, str or Path
    seed : int
        Of all chance; the same seed gives the same diagnosis.
    progress : callable, optional
        Told the stage and the share done.

    Raises
    ------
    InputError
        If the case has no network or its log matches none of its cells.
    """
    return diagnose_case(_case(case), seed, progress)[1]


def recommend(
    case: Case | AnyPath,
    seed: int = 0,
    beside: Mapping[str, Plan | AnyPath] | None = None,
    progress: Progress = quiet,
) -> Recommendation:
    """Diagnose a case and find the plan that is worth most.

    Parameters
    ----------
    case : Case, str or Path
    seed : int
        Of all chance; the same seed gives the same recommendation.
    beside : mapping of str to plan, optional
        Plans of others by name, scored beside it.
    progress : callable, optional
        Told the stage and the share done.

    Raises
    ------
    InputError
        If the case has no network, its log matches none of its cells, or a plan does not fit it.
    """
    read = _case(case)
    rivals = {name: _plan(plan, needed_network(read)) for name, plan in (beside or {}).items()}
    return recommend_case(read, seed, rivals, progress)


def simulate(case: Case | AnyPath, plan: Plan | AnyPath = (), seed: int = 0, progress: Progress = quiet) -> Simulation:
    """Key figures of a case as logged, as simulated, and as simulated with a plan, on the same fading.

    Parameters
    ----------
    case : Case, str or Path
    plan : plan, str or Path
        Changes, or a plan.csv.
    seed : int
    progress : callable, optional

    Raises
    ------
    InputError
        If the case has no network or the plan does not fit it.
    """
    read = _case(case)
    return simulation(read, _plan(plan, needed_network(read)), seed, progress)


def what_if(case: Case | Diagnosis | Recommendation | AnyPath, seed: int = 0) -> WhatIf:
    """Try out a plan by hand: sliders in a notebook, `WhatIf.answer` anywhere.

    Parameters
    ----------
    case : Case, Diagnosis, Recommendation, str or Path
        The sliders begin as found, or with the recommendation's plan.
    seed : int
        Of a case that is not diagnosed yet.

    Raises
    ------
    InputError
        If the case has no network or its log matches none of its cells.
    """
    return what_if_of(case if isinstance(case, Diagnosis | Recommendation) else diagnose(case, seed))


def check(
    plan: Plan | AnyPath,
    network: Network | Case | AnyPath,
    cases: Iterable[Case | AnyPath] = (),
    gates: AnyPath | None = None,
    seed: int = 0,
    progress: Progress = quiet,
) -> Verdict:
    """Audit a plan against its network and simulate it on cases: does it pass, and if not, why?

    Parameters
    ----------
    plan : plan, str or Path
        Changes, a plan.csv or a Nokia plan; one that does not fit the network fails, with its lines.
    network : Network, Case, str or Path
    cases : iterable of Case, str or Path
    gates : str or Path, optional
        A TOML file with what the cases must meet; the figures' targets where it is not given.
    seed : int
    progress : callable, optional

    Raises
    ------
    InputError
        If the plan is no plan, or a case cannot be simulated in the network.
    """
    read = _network(network)
    draft = read_plan_file(Path(plan), read) if isinstance(plan, str | Path) else _draft(plan)
    wanted = read_gates(Path(gates)) if gates else default_gates()
    request = Request(read, [_case(case) for case in cases], wanted, None, seed)
    return Verdict(judged(draft, request, spoken(), progress))


def compare(
    before: Case | AnyPath,
    after: Case | AnyPath,
    promised: AnyPath | None = None,
    seed: int = 0,
    progress: Progress = quiet,
) -> Comparison:
    """Compare the walk test before a fix with the one after it, room by room: the verdict and what it rests on.

    Parameters
    ----------
    before, after : Case, str or Path
    promised : str or Path, optional
        The recommendation.json whose plan was carried out: did it keep its word?
    seed : int
    progress : callable, optional

    Raises
    ------
    InputError
        If the two have no room in common, or one cannot be counted.
    """
    promise = read_promise(Path(promised)) if promised else None
    return compare_cases(_case(before), _case(after), seed, promise, progress)


def calibrate(case: Case | AnyPath, progress: Progress = quiet) -> CalibratedCase:
    """Fit the propagation model to a case's logs; its error is that of places held back.

    Raises
    ------
    InputError
        If the case has no network or no reading is of a cell of it.
    """
    return calibrate_case(_case(case), progress)


def predict(
    network: Network | Case | AnyPath,
    building: str | None = None,
    floors: Iterable[int] | None = None,
    around: tuple[float, float] | None = None,
    radius_m: float = 300.0,
    spacing_m: float = 20.0,
    points: AnyPath | None = None,
    calibration: CalibratedCase | Calibrated | AnyPath | None = None,
) -> Prediction:
    """Coverage of a tower floor by floor, of the ground around a place, or at the points of a file.

    Parameters
    ----------
    network : Network, Case, str or Path
    building : str, optional
        Id of a building of the map; with `floors` only some of its floors.
    around : (lat, lon), optional
        Middle of a square on the ground, `radius_m` to each side, a place every `spacing_m`.
    points : str or Path, optional
        CSV file of places.
    calibration : CalibratedCase, str or Path, optional
        What a log says of the model; without one levels are good for differences only.

    Raises
    ------
    InputError
        If not exactly one of `building`, `around` and `points` is given, or the map lacks the building or floor.
    """
    if sum(given is not None for given in (building, around, points)) != 1:
        raise InputError("predict wants one of building, around and points")
    read, fitted = _network(network), _calibration(calibration)
    if building is not None:
        return predict_tower(read, building, floors, fitted)
    if around is not None:
        return predict_ground(read, around[0], around[1], radius_m, spacing_m, fitted)
    return predict_points(read, Path(str(points)), fitted)


def _case(case: Case | AnyPath) -> Case:
    return case if isinstance(case, Case) else read_case(case)


def _network(network: Network | Case | AnyPath) -> Network:
    if isinstance(network, Case):
        return needed_network(network)
    return network if isinstance(network, Network) else read_network(network)


def _draft(plan: Plan) -> Draft:
    """A plan that stands in no file: its changes are numbered from 1."""
    return Draft(Path("plan"), tuple(plan), tuple(range(1, len(plan) + 1)))


def _plan(plan: Plan | AnyPath, network: Network) -> Plan:
    return plan_of(Path(plan), network) if isinstance(plan, str | Path) else plan


def _calibration(calibration: CalibratedCase | Calibrated | AnyPath | None) -> Calibrated | Calibration | None:
    if isinstance(calibration, str | Path):
        return read_calibration(Path(calibration))
    return calibration.calibration if isinstance(calibration, CalibratedCase) else calibration
