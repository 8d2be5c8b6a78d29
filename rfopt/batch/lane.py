"""A lane: one process of its own for one case after the other, replaced when it dies, hangs or is killed."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

from rfopt.batch.jobs import Job, Record, Settings, read_record, write_record
from rfopt.files import write_whole

LONGEST_LAST_WORDS = 20_000
_of_thread = threading.local()


def run(job: Job, settings: Settings) -> Record:
    """Work on a job in this thread's lane, unless its record says that it is done.

    This is what a pool or a cluster calls; a lane is started at the first job of a thread and kept for the next.
    """
    kept = read_record(settings.output, job)
    if kept is not None:
        return kept
    lane = getattr(_of_thread, "lane", None)
    if lane is None or lane.settings != settings:
        lane = _of_thread.lane = Lane(settings)
    return lane.work(job)


class Lane:
    """One working process and the line to it."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the lane

    def work(self, job: Job) -> Record:
        """The record of a job; a process that dies or takes too long fails this job alone."""
        process = self._running()
        began = time.monotonic()
        answer = self._answer(process, job)
        if answer:
            kept = json.loads(answer)
            return Record(**{**kept, "objective": kept["objective"] and tuple(kept["objective"])})
        hung = process.poll() is None
        process.kill()
        code = process.wait()
        self.process = None
        reason = f"took longer than {self.settings.seconds:g} s" if hung else _death(code, self.settings.memory_mb)
        return self._failed(job, reason, time.monotonic() - began)

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.said.seek(0)
            self.said.truncate()
            threads = str(self.settings.threads)
            names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rfopt.batch.work"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
                env={**os.environ, **dict.fromkeys(names, threads)},
            )  # fmt: skip
            self._say(self.process, asdict(self.settings))
        return self.process

    @staticmethod
    def _say(process: subprocess.Popen[bytes], words: dict[str, object]) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write((json.dumps(words) + "\n").encode())
            process.stdin.flush()
        except BrokenPipeError:  # it is dead, which the missing answer will show
            return

    def _answer(self, process: subprocess.Popen[bytes], job: Job) -> bytes:
        """The line that a process answers; nothing if it dies or the time is up."""
        self._say(process, asdict(job))
        assert process.stdout is not None
        until = time.monotonic() + self.settings.seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            line = b""
            while not line.endswith(b"\n"):
                if not selector.select(max(until - time.monotonic(), 0.0)):
                    return b""
                part = os.read(process.stdout.fileno(), 1 << 16)
                if not part:
                    process.wait()
                    return b""
                line += part
        return line

    def _failed(self, job: Job, reason: str, seconds: float) -> Record:
        self.said.seek(0)
        last_words = self.said.read()[-LONGEST_LAST_WORDS:].decode("utf-8", "replace")
        where = Path(self.settings.output) / "cases" / job.name / "error.txt"
        write_whole(where, f"{reason}\n\n{last_words}")
        record = Record(
            job.name, job.case, job.fingerprint, error=f"{job.case}: {reason}; {where} has what was said last",
            seconds=round(seconds, 3),
        )  # fmt: skip
        write_record(self.settings.output, record)
        return record


def _death(code: int, memory_mb: int) -> str:
    if code == 1:
        return "an error of rfopt itself"
    bound = f" (it may use {memory_mb} MB)" if memory_mb else ""
    return f"the process that worked on it died with {f'signal {-code}' if code < 0 else f'code {code}'}{bound}"
