"""Bounded worker threads for blocking work; what does not fit is refused with 429."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kelp.store.errors import ApiError
from kelp.store.node import PoolCounts

Result = TypeVar("Result")


class Pools:
    """One pool of threads per kind of work, so that a slow search never holds up a bulk request."""

    def __init__(self) -> None:
        cpus = os.cpu_count() or 1
        # Elasticsearch's queues. Searches wait for the engine, which shares the processors among them: many threads
        # let quick ones pass slow ones. Management work is short and rarely parallel.
        sizes = {
            "write": (max(2, cpus), 200),
            "search": (max(8, cpus * 3 // 2 + 1), 1000),
            "management": (4, 1000),
        }
        self.counts = {name: PoolCounts(size, queue) for name, (size, queue) in sizes.items()}
        self._executors = {
            name: ThreadPoolExecutor(counts.size, thread_name_prefix=f"kelp-{name}")
            for name, counts in self.counts.items()
        }

    async def run(self, name: str, work: Callable[[], Result]) -> Result:
        """Run `work` in the pool `name`. Raises ApiError 429 when the pool's queue is full."""
        counts = self.counts[name]
        if counts.active >= counts.size and counts.queued >= counts.queue_size:
            counts.rejected += 1
            raise ApiError(
                429,
                "es_rejected_execution_exception",
                f"rejected execution: {counts.queued} requests wait in the {name} pool, try again later",
            )
        if counts.active < counts.size:
            counts.active += 1
        else:
            counts.queued += 1
        counts.largest = max(counts.largest, counts.active)
        began = time.perf_counter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executors[name], work)
        finally:
            counts.completed += 1
            counts.busy_seconds += time.perf_counter() - began
            if counts.queued:
                counts.queued -= 1  # its place in the queue becomes the place in the pool that is now free
            else:
                counts.active -= 1

    def shutdown(self) -> None:
        """Wait for running work; what still waits in a queue is dropped."""
        for executor in self._executors.values():
            executor.shutdown(wait=True, cancel_futures=True)
