"""Fuzz one reader, guided by coverage: ``python fuzz/run.py READER --seconds 600`` (it needs the extra ``fuzz``).

Begins with fuzz/seeds/READER, and with --corpus, where what was found is kept and taken up again. What comes out
that is no `InputError` ends the run, and the bytes that did it lie in --crashes. ``--once FILE`` runs one input.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]
LONGEST_BYTES, SLOWEST_S, MOST_MIB = 8192, 20, 3072
"""Of an input, of one run, and of memory: beyond is a fault too."""


def main() -> None:
    """Parse the command line and run."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("reader")
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--corpus", type=Path)
    words.add_argument("--crashes", type=Path, default=Path.cwd())
    words.add_argument("--once", type=Path)
    asked = words.parse_args()
    if asked.once:
        import readers

        print("read" if readers.run(asked.reader, asked.once.read_bytes()) else "refused")
        return
    _fuzz(asked)


def _fuzz(asked: argparse.Namespace) -> None:
    import atheris

    kernels = [f"rfopt.kernels.{path.stem}" for path in (ROOT / "rfopt" / "kernels").glob("*.py")]
    with atheris.instrument_imports(include=["rfopt", "tomllib"], exclude=["rfopt.kernels", *kernels]):
        import readers

        readers.load_shelves()
    for seed in readers.seeds(asked.reader):  # compiles the kernels before the clock runs
        readers.run(asked.reader, seed.read_bytes())
    corpus = asked.corpus or Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    for folder in (corpus, asked.crashes):
        folder.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={asked.seconds}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MIB}",
               f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={asked.crashes}{os.sep}", "-print_final_stats=1",
               f"-dict={ROOT / 'fuzz' / 'words.dict'}"]  # fmt: skip

    def target(data: bytes) -> None:
        readers.run(asked.reader, data)

    atheris.Setup([sys.argv[0], *options, str(corpus), str(readers.SEEDS / asked.reader)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
