"""The fuzzer's own readers: every file it begins with is read, so a run begins deep inside each reader."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
spec = importlib.util.spec_from_file_location("fuzz_readers", FUZZ / "readers.py")
assert spec is not None and spec.loader is not None
readers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(readers)
SEEDS = [(name, seed) for name in readers.READERS for seed in readers.seeds(name)]


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids=[f"{name}-{seed.name}" for name, seed in SEEDS])
def test_a_seed_is_read(name: str, seed: Path) -> None:
    assert readers.run(name, seed.read_bytes())


@pytest.mark.parametrize("name", readers.READERS)
def test_what_is_no_such_file_is_refused_in_one_line(name: str) -> None:
    if name != "archive":  # a file that is no archive is nothing to unpack
        assert not readers.run(name, b"\xff\xfe\xffno such thing\n")
