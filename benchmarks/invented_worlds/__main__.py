"""Write a folder of invented cases: ``python benchmarks/invented_worlds FOLDER --worlds 60 --seed 1``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from invented_worlds.faults import KINDS
from invented_worlds.folder import write
from invented_worlds.making import facts, invent


def main() -> None:
    """Kinds take turns; seeds rise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worlds", type=int, default=len(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    chosen = parser.parse_args()
    for k in range(chosen.worlds):
        kind, seed = chosen.kinds[k % len(chosen.kinds)], chosen.seed + k // len(chosen.kinds)
        world = invent(kind, seed)
        write(world, chosen.folder, facts(world))
        print(world.name, kind, seed, flush=True)


if __name__ == "__main__":
    main()
