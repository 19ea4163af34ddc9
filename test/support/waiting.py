"""Awaiting a condition that sends no event, within bounds."""
import time

PATIENCE_S = 40  # generous: sanitizers, two shared cores; a passing test never waits so long


def eventually(fn, timeout=PATIENCE_S, what=None):
    """The first truthy result of fn(); fails with the last result, or the last assertion, after timeout."""
    deadline = time.monotonic() + timeout
    pause = 0.005
    while True:
        complaint = None
        result = None
        try:
            result = fn()
        except AssertionError as e:
            complaint = e
        if result:
            return result
        if time.monotonic() > deadline:
            if complaint:
                raise complaint
            raise AssertionError(f"after {timeout} s still not: {what or fn}; last seen: {result!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
