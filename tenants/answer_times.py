"""When the answer of a request may leave: no earlier than others of its kind, so that its time tells nothing.

A domain function says so; `ciam.rsgi` waits, on its event loop, where no thread and no connection waits with it.
"""

from contextvars import ContextVar

_not_before: ContextVar[float] = ContextVar("answer_not_before", default=0.0)


def hold_until(at: float) -> None:
    """Let the answer of this thread's request leave no earlier; `at` is a time of the monotonic clock."""
    _not_before.set(max(at, _not_before.get()))


def take() -> float:
    """Return that time, or 0 where there is none, and forget it: the thread's next request is another one."""
    at = _not_before.get()
    _not_before.set(0.0)
    return at
