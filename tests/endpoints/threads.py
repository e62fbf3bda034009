"""A process in which no thread is free."""

import contextlib
from collections.abc import AsyncIterator

import anyio
import anyio.to_thread


@contextlib.asynccontextmanager
async def all_threads_taken() -> AsyncIterator[None]:
    """Leave no thread to handlers that need one; and wait for nothing longer than 5 s."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    holders = [object() for _ in range(int(limiter.available_tokens))]
    for holder in holders:
        limiter.acquire_on_behalf_of_nowait(holder)
    try:
        with anyio.fail_after(5):
            yield
    finally:
        for holder in holders:
            limiter.release_on_behalf_of(holder)
