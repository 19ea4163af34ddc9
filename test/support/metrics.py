"""What a process tells Prometheus, read with Prometheus' own parser."""
import itertools
import random
import re
import socket

import requests
from prometheus_client.parser import text_string_to_metric_families

from .waiting import eventually

HOST = "127.0.0.1"
# of several test runs side by side none goes through them in another one's steps
_ports = itertools.cycle(random.SystemRandom().sample(range(10_000, 19_980, 20), 499))


def free_ports(count=4):
    """The first of so many neighbours that are free; below the range connections get their ports from."""
    for first in itertools.islice(_ports, 499):
        try:
            for port in range(first, first + count):
                with socket.socket() as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind((HOST, port))
            return first
        except OSError:
            continue
    raise AssertionError


def get(port, path="/metrics", host=HOST, method="GET"):
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"http://{host}:{port}{path}", timeout=30)


class Scrape:
    """scrape["name"], scrape["name", {"label": "value"}]; every answer is checked against the format's rules."""

    def __init__(self, port):
        answer = get(port)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        self.text = answer.text
        self.families = list(text_string_to_metric_families(self.text))
        self.samples = {(s.name, frozenset(s.labels.items())): s.value for f in self.families for s in f.samples}
        check(self)

    def __getitem__(self, key):
        name, labels = key if isinstance(key, tuple) else (key, {})
        return self.samples[name, frozenset(labels.items())]

    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default

    @property
    def names(self):
        """As they are written, without what a histogram adds to them."""
        return set(re.findall(r"^# TYPE (\S+)", self.text, re.M))

    def histogram(self, name, **labels):
        """(bounds with their cumulative counts, sum, count)"""
        wanted = frozenset(labels.items())
        buckets = [(float(dict(own)["le"]), value) for (sample, own), value in self.samples.items()
                   if sample == f"{name}_bucket" and {(k, v) for k, v in own if k != "le"} == wanted]
        return sorted(buckets), self[f"{name}_sum", labels], self[f"{name}_count", labels]


def check(scrape):
    """What `promtool check metrics` looks at, and the sums."""
    types = re.findall(r"^# TYPE (\S+) (\S+)", scrape.text, re.M)
    helps = re.findall(r"^# HELP (\S+) (\S.*)", scrape.text, re.M)
    assert [name for name, _ in types] == [name for name, _ in helps], "HELP and TYPE, in this order, for each"
    assert len(dict(types)) == len(types), "a name twice"
    written = [re.match(r"[^{ ]+(\{.*\})?", line).group() for line in scrape.text.splitlines() if not line.startswith("#")]
    assert len(set(written)) == len(written), "a sample twice"
    for name, kind in types:
        assert re.fullmatch(r"(salesreg|process)_[a-z][a-z_]*[a-z]", name), name
        assert name.endswith("_total") == (kind == "counter"), name
        assert not re.search(r"_(ms|us|milliseconds|microseconds|kib|kb|mb|minutes)(_total)?$", name), f"{name}: no base unit"
        if kind == "histogram":
            assert name.endswith("_seconds"), name
            for labels in {frozenset((k, v) for k, v in own if k != "le")
                           for sample, own in scrape.samples if sample == f"{name}_bucket"}:
                buckets, total, count = scrape.histogram(name, **dict(labels))
                counts = [value for _, value in buckets]
                assert counts == sorted(counts), f"{name}: not cumulative"
                assert buckets[-1] == (float("inf"), count), f"{name}: +Inf is not the count"
                assert (total == 0) if count == 0 else total >= 0, name
    assert all(value >= 0 for value in scrape.samples.values()), "something is below nothing"


def await_scrape(port, fits, what=None):
    """The first scrape that fits; a process that does not listen yet is waited for."""
    def look():
        try:
            scrape = Scrape(port)
        except requests.ConnectionError:
            return None
        return scrape if fits(scrape) else None
    return eventually(look, what=what)


def await_answer(port, path, status, text=""):
    """The text of the first answer with this status that contains this."""
    seen = []

    def look():
        try:
            answer = get(port, path)
        except requests.ConnectionError:
            return None
        seen[:] = [answer.status_code, answer.text]
        return answer.text if answer.status_code == status and text in answer.text else None
    try:
        return eventually(look)
    except AssertionError:
        raise AssertionError(f"{path} never was {status} with {text!r}; last: {seen}") from None
