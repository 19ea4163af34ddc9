"""Clients that begin a request and never end it."""
import contextlib
import resource
import socket

HALVES = (b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")


@contextlib.contextmanager
def half_requests(port, count, halves=HALVES):
    """So many connections from here, open until the end, whatever the other side thinks of them."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 1000, before[1]), before[1]))
    made = []
    try:
        for i in range(count):
            s = socket.create_connection(("127.0.0.1", port), timeout=60)
            made.append(s)
            with contextlib.suppress(ConnectionError):  # it may have had to make room already
                s.sendall(halves[i % len(halves)])
        yield made
    finally:
        for s in made:
            s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
