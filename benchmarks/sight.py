"""Line of sight and diffraction: 1,500 extruded buildings, 64 masts × 50,000 façade points, some 95 % blocked.

All forms answer the same rays and are compared with the kernel first. Peers that cast rays at triangles (embreex,
Mitsuba) work in float32 and answer whether a ray is blocked, not over which roofs: their share of rays that agree is
printed. The C twin (`twins/sight.c`) is the kernel's own algorithm in double precision.

Given a GeoJSON file of buildings, its town takes the place of the synthetic one.
"""

import ctypes
import importlib
import sys
from functools import partial
from pathlib import Path

import numpy as np
from harness import compile_c, show, side_by_side
from shapely.geometry import Polygon

from rfopt.geography.scene import Building, Frame, build_scene, read_buildings
from rfopt.kernels import sight

BUILDINGS, MASTS, POINTS = 1_500, 64, 50_000
HALF_M = 1_500.0
SECTORS = 512
SIDE_LENGTHS_M = (10.0, 26.0)


def synthetic(rng):
    """Turned boxes and L-shapes in rows, most of middling height, a few towers."""
    frame, across = Frame(31.2, 121.5), int(np.ceil(np.sqrt(BUILDINGS)))
    pitch, buildings = 2.0 * HALF_M / across, []
    for k in range(BUILDINGS):
        w, d = rng.uniform(*SIDE_LENGTHS_M, 2)
        box, ell = [(-w, -d), (w, -d), (w, d), (-w, d)], [(-w, -d), (w, -d), (w, 0), (0, 0), (0, d), (-w, d)]
        turn = rng.uniform(0.0, np.pi)
        middle = (np.array([k % across, k // across]) + 0.5) * pitch - HALF_M + rng.uniform(-8.0, 8.0, 2)
        corners = np.array(ell if k % 2 else box) @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        lat, lon = frame.to_lat_lon(*(corners + middle).T)
        buildings.append(Building(str(k), Polygon(np.column_stack((lon, lat))), rng.gamma(4.0, 6.0) + 6.0))
    return build_scene(buildings, frame)


def places(scene, rng):
    """Masts in the open and over it, and points half a metre before façades at any height of theirs."""
    low, high = np.quantile(scene.bounds, [0.02, 0.98], axis=0)[:, [2, 3]]
    masts = np.column_stack((rng.uniform(low, high, (MASTS, 2)), rng.uniform(30.0, 85.0, MASTS)))
    owner = np.repeat(np.arange(len(scene.roof_m)), np.diff(scene.first))
    edge = rng.integers(0, len(scene.edges), POINTS)
    a, b = scene.edges[edge, :2], scene.edges[edge, 2:]
    out = np.column_stack(((b - a)[:, 1], (a - b)[:, 0])) / np.linalg.norm(b - a, axis=1)[:, None]
    plan = a + rng.uniform(0.02, 0.98, (POINTS, 1)) * (b - a) + 0.5 * out
    return masts, np.column_stack((plan, rng.uniform(1.5, np.maximum(scene.roof_m[owner[edge]], 3.0))))


def address(array):
    return None if array is None else array.ctypes.data_as(ctypes.c_void_p)


def c_form(library, scene, masts, points, full):
    """Run the twin; walls, v, and both lines, [mast][point]."""
    owner = np.repeat(np.arange(len(scene.roof_m), dtype=np.int32), np.diff(scene.first))
    nobody = np.full(len(points), -1, dtype=np.int32)
    walls = np.empty((len(masts), len(points)), dtype=np.int32)
    more = [np.empty((len(masts), len(points))) if full else None for _ in range(3)]
    library.sight.restype = ctypes.c_long
    doubt = library.sight(
        address(masts), len(masts), address(points), len(points), address(nobody), address(scene.edges),
        address(owner), len(scene.edges), address(scene.roof_m), SECTORS, ctypes.c_double(1e-9), address(walls),
        *map(address, more),
    )  # fmt: skip
    return walls, more, doubt


def triangles(scene):
    """Two triangles a wall, from below the ground to the roof; float32, shape (n, 3, 3)."""
    roof = np.repeat(scene.roof_m, np.diff(scene.first))
    (ax, ay, bx, by), floor = scene.edges.T, np.full(len(scene.edges), -10.0)
    a, b, c, d = (np.stack(p, axis=1) for p in ((ax, ay, floor), (bx, by, floor), (bx, by, roof), (ax, ay, roof)))
    return np.concatenate((np.stack((a, b, c), axis=1), np.stack((a, c, d), axis=1))).astype(np.float32)


def embree_form(scene, masts, points):
    """Blocked or not by embreex, one call a mast; None where it is not installed."""
    try:
        caster = importlib.import_module("embreex.rtcore_scene").EmbreeScene()
    except ImportError:
        return None
    importlib.import_module("embreex.mesh_construction").TriangleMesh(caster, triangles(scene))
    places, whole = points.astype(np.float32), np.ones(len(points), dtype=np.float32)

    def form():
        blocked = np.empty((len(masts), len(points)), dtype=bool)
        for m, mast in enumerate(masts.astype(np.float32)):
            origins = np.repeat(mast[None], len(points), axis=0)
            blocked[m] = caster.run(origins, places - mast, whole, query="OCCLUDED") >= 0
        return blocked

    return form


def mitsuba_form(scene, masts, points):
    """Blocked or not by Mitsuba's ray test, all rays in one launch; None where it or its LLVM is not installed."""
    try:
        mi, dr = importlib.import_module("mitsuba"), importlib.import_module("drjit")
        mi.set_variant("llvm_ad_rgb")
        dr.eval(dr.zeros(mi.Float, 8) + 1.0)
    except (ImportError, RuntimeError):
        return None
    corners = triangles(scene).reshape(-1, 3)
    mesh = mi.Mesh("walls", len(corners), len(corners) // 3)
    held = mi.traverse(mesh)
    held["vertex_positions"] = mi.Float(corners.ravel())
    held["faces"] = mi.UInt32(np.arange(len(corners), dtype=np.uint32))
    held.update()
    world = mi.load_dict({"type": "scene", "walls": mesh})
    start, end = (mi.Point3f(*places.T.astype(np.float32)) for places in (masts, points))
    dr.eval(start, end)

    def form():
        ray = dr.arange(mi.UInt32, len(masts) * len(points))
        origin, target = dr.gather(mi.Point3f, start, ray // len(points)), dr.gather(mi.Point3f, end, ray % len(points))
        tested = world.ray_test(mi.Ray3f(origin, target - origin, 1.0, 0.0, []))
        return np.array(tested).reshape(len(masts), len(points))

    return form


def agree(scene, masts, points, library, peers):
    """Compare every form with the kernel; stop where the twin differs."""
    nobody = np.full((len(masts), 1), -1), np.full((len(points), 1), -1)
    arguments = masts, nobody[0], points, nobody[1], scene.first, scene.edges, scene.roof_m
    found = [table.T for table in sight.trace(*arguments)]
    blocked = found[0] > 0
    print(f"{blocked.mean():.1%} of rays blocked, {found[0].mean():.1f} walls a ray")
    if (blocked == sight.in_sight(*arguments).T).any():
        raise SystemExit("in_sight and trace differ")
    walls, more, doubt = c_form(library, scene, masts, points, True)
    more = [np.where(table < -1e100, -np.inf, table) for table in more]
    near_enough = all(np.allclose(*pair, 1e-6, 1e-6) for pair in zip(more, found[1:], strict=True))
    sight_alone = c_form(library, scene, masts, points, False)[0] > 0
    print(
        f"C: {(walls != found[0]).sum()} walls and {(sight_alone != blocked).sum()} rays differ, {doubt} left in doubt"
    )
    if (walls != found[0]).sum() > doubt or (sight_alone != blocked).sum() > doubt or not (doubt or near_enough):
        raise SystemExit("the twin and the kernel differ")
    for name, form in peers.items():
        print(f"{name}: " + ("absent" if form is None else f"{(form() == blocked).mean():.5%} of rays agree"))
    return arguments


def main():
    rng = np.random.default_rng(1)
    scene = build_scene(read_buildings(Path(sys.argv[1]))[0]) if sys.argv[1:] else synthetic(rng)
    masts, points = places(scene, rng)
    library = compile_c("sight")
    peers = {
        "embreex from Python": embree_form(scene, masts, points),
        "Mitsuba, LLVM, from Python": mitsuba_form(scene, masts, points),
    }
    arguments = agree(scene, masts, points, library, peers)
    forms = {"C": partial(c_form, library, scene, masts, points, False), "Numba": partial(sight.in_sight, *arguments)}
    forms |= {name: form for name, form in peers.items() if form is not None}
    show("Line of sight", side_by_side(forms), MASTS * POINTS, "rays")
    forms = {"C": partial(c_form, library, scene, masts, points, True), "Numba": partial(sight.trace, *arguments)}
    show("Diffraction: walls, v, steepest lines", side_by_side(forms), MASTS * POINTS, "rays")


if __name__ == "__main__":
    main()
