"""What the benchmarks share: C twins built on the spot, and forms of one workload timed side by side."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

TWINS = Path(__file__).parent / "twins"
FLAGS = ("-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-fopenmp", "-shared", "-fPIC")


def compile_c(name: str) -> ctypes.CDLL:
    """Build ``twins/<name>.c`` with gcc for this processor and load it."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise SystemExit("the C twins need gcc; expected it on the PATH")
    source = TWINS / f"{name}.c"
    stamp = hashlib.sha256(source.read_bytes() + " ".join(FLAGS).encode()).hexdigest()[:16]
    library = Path(tempfile.gettempdir()) / f"rfopt_{name}_{stamp}.so"
    if not library.exists():
        subprocess.run([gcc, *FLAGS, str(source), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def side_by_side(forms: Mapping[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Median seconds of every form; rounds are interleaved so that a busy moment meets them all."""
    for form in forms.values():
        form()  # compile, and touch the memory
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(rounds):
        for name, form in forms.items():
            began = time.perf_counter()
            form()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in seconds.items()}


def show(title: str, seconds: Mapping[str, float], work: float, unit: str, limit: str = "C") -> None:
    """Print rates, and each form as a share of the limit."""
    print(f"\n{title}")
    for name, took in sorted(seconds.items(), key=lambda item: item[1]):
        print(f"  {name:42} {work / took / 1e6:10.2f} M {unit}/s   {seconds[limit] / took:7.4f} of {limit}")
