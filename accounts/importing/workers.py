"""Batches read side by side: in other processes where the file is worth it, in the order of the file.

Nothing of Django is imported here before `_start`, which each process runs first.
"""

import os
import pickle
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.importing.batches import Batch, Job
    from accounts.importing.files import Record

MOST_PROCESSES = 4
ALONE = 2  # batches that are not worth the start of a process

_job: "Job | None" = None


def read_all(job: "Job", chunks: Iterable["list[Record]"]) -> Generator["Batch"]:
    """The chunks read, each as one batch; a few are ahead of what is consumed."""
    from accounts.importing import batches  # the models must be ready

    chunks = iter(chunks)
    first = list(islice(chunks, ALONE + 1))
    if len(first) <= ALONE:
        yield from (batches.read(job, chunk) for chunk in first)
        return
    processes = min(MOST_PROCESSES, os.cpu_count() or 1)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _start, (pickle.dumps(job),))
    try:
        yield from _in_order(pool, chain(first, chunks), ahead=2 * processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, chunks: Iterable["list[Record]"], *, ahead: int) -> Iterator["Batch"]:
    waiting: deque[Future[Batch]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(_work, chunk))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def end_with_parent() -> None:
    """A run that is killed leaves no process behind."""
    Thread(target=_outlive, daemon=True).start()


def _outlive() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _start(job: bytes) -> None:
    import gc
    import signal

    import django

    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends in order, and ends its processes
    django.setup()
    gc.disable()  # nothing here makes circles, and looking for them costs a tenth
    globals()["_job"] = pickle.loads(job)  # noqa: S301 - our own


def _work(chunk: Any) -> "Batch":
    from accounts.importing import batches  # not before django.setup()

    assert _job is not None
    return batches.read(_job, chunk)
