import asyncio
import threading

import pytest

from kelp.store.api.pools import Pools
from kelp.store.errors import ApiError


def test_full_queue_is_refused():
    async def fill():
        pools = Pools()
        counts = pools.counts["write"]
        counts.queue_size = 2
        gate = threading.Event()
        tasks = [asyncio.create_task(pools.run("write", gate.wait)) for _ in range(counts.size + 2)]
        await asyncio.sleep(0)  # each task runs up to its place in the queue
        assert (counts.active, counts.queued) == (counts.size, 2)
        with pytest.raises(ApiError) as fault:
            await pools.run("write", gate.wait)
        assert fault.value.status == 429
        # Other pools are not touched.
        assert await pools.run("search", lambda: 1) == 1
        gate.set()
        assert all(await asyncio.gather(*tasks))
        assert (counts.active, counts.queued, counts.rejected) == (0, 0, 1)
        pools.shutdown()

    asyncio.run(fill())
