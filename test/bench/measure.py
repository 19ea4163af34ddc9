"""What the parts of the benchmark share: how things are started, put under load, measured and noted."""
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

from support.database import Database
from support.paths import SANDBOX_WITH_LOAD
from support.process import run
from support.telegram import TOKEN, Sandbox

HERE = Path(__file__).resolve().parent
SCRIPT = ["hello", "да", "Иван Петров", "user{n}@truerealestate.bali"]
SYSTEM_AUTHORITIES = Path("/etc/ssl/certs")
SUPERVISED_MB = 20  # the three of them together
NO_LIMITS = {"TELEGRAM_RATE_LIMIT": "0", "TELEGRAM_CHAT_RATE_LIMIT": "0"}
rows = []


def note(what, value, extra=""):
    rows.append((what, value, extra))
    print(f"  {what}: {value} {extra}", flush=True)


def spread(values, digits=0):
    middle = statistics.median(values)
    return f"{middle:,.{digits}f} ± {(max(values) - min(values)) / 2:,.{digits}f}"


def schedstat_ms(pid):
    """CPU of all threads, to the nanosecond."""
    return sum(int(Path(f"/proc/{pid}/task/{t}/schedstat").read_text().split()[0])
               for t in os.listdir(f"/proc/{pid}/task")) / 1e6


def pss_kib(pid):
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))


def fresh(cluster, name):
    cluster.drop(name)
    cluster.create(name)
    database = Database(cluster, name)
    assert run("migrate", settings={"DATABASE_URL": database.url}).returncode == 0
    return database


def emulator(directory, name, tls):
    """Over TLS its authority is one of all those of the system: a directory as large as everybody's, as Debian has it."""
    if not tls:
        return Sandbox(directory / f"{name}.log", binary=SANDBOX_WITH_LOAD)
    sandbox = Sandbox(directory / f"{name}.log", "--tls", directory / f"{name}-ca.pem", binary=SANDBOX_WITH_LOAD)
    sandbox.authorities = directory / f"{name}-authorities"
    sandbox.authorities.mkdir()
    for hashed in SYSTEM_AUTHORITIES.glob("????????.[0-9]"):
        (sandbox.authorities / hashed.name).symlink_to(hashed.resolve())
    hash_of = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", sandbox.ca], check=True, stdout=subprocess.PIPE, text=True)
    (sandbox.authorities / f"{hash_of.stdout.strip()}.0").symlink_to(sandbox.ca)
    return sandbox


def settings(database, sandbox, **more):
    return {"DATABASE_URL": database.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": sandbox.base,
            "SSL_CERT_DIR": getattr(sandbox, "authorities", None), **NO_LIMITS, **more}


def over(tls):
    return "over TLS" if tls else "over plain HTTP"


def load(sandbox, users, first_id, script=SCRIPT, concurrency=1000):
    sandbox.post("load", users=users, first_id=first_id, script=script, language_code="ru", concurrency=concurrency)
    while True:
        result = sandbox.get("load", wait_ms=20000)
        if result["done"]:
            return result


class Contender:
    """One bot under the load of people who follow a script, round by round."""

    def __init__(self, name, sandbox, pid, users, script=SCRIPT):
        self.script = script
        self.name, self.sandbox, self.pid, self.users = name, sandbox, pid, users
        self.rates, self.cpus, self.p50, self.p99 = [], [], [], []
        self.rounds = 0
        load(sandbox, 300, 10_000_000, script)  # warm: plans, connections, caches

    def round(self):
        self.rounds += 1
        before = schedstat_ms(self.pid)
        result = load(self.sandbox, self.users, 10_000_000 + self.rounds * 1_000_000, self.script)
        self.rates.append(result["updates"] / result["elapsed_us"] * 1e6)
        self.cpus.append((schedstat_ms(self.pid) - before) / result["updates"])
        self.p50.append(result["latency_us"]["p50"] / 1000)
        self.p99.append(result["latency_us"]["p99"] / 1000)

    def note(self):
        note(f"{self.name}: updates/s", spread(self.rates))
        note(f"{self.name}: CPU ms an update", spread(self.cpus, 3))
        note(f"{self.name}: reply latency p50 / p99, 1,000 users at once", f"{statistics.median(self.p50):.0f} / "
             f"{statistics.median(self.p99):.0f} ms")
        note(f"{self.name}: PSS at that load", f"{pss_kib(self.pid) / 1024:.1f} MB")


def compare(ours, theirs, what):
    """Round by round, as both had the same neighbours then."""
    times = [a / b for a, b in zip(ours.rates, theirs.rates)]
    parts = [b / a for a, b in zip(ours.cpus, theirs.cpus)]
    note(f"salesreg : grammY, {what}, round by round", f"{spread(times, 1)} times the updates/s, "
         f"1/({spread(parts, 1)}) of the CPU an update")


def start_peer(cluster, directory, users, tls, program="bot.mjs", **how):
    """grammY with its runner and sequentialize, and pg."""
    name = f"grammY {over(tls)}"
    cluster.drop("peer")
    cluster.create("peer")
    sandbox = emulator(directory, f"peer-sandbox-{program}-{tls}", tls)
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": cluster.url("peer"), "REGISTRY_BOT_TOKEN": TOKEN,
           "TELEGRAM_API_BASE": sandbox.base}
    if tls:
        env["NODE_EXTRA_CA_CERTS"] = str(sandbox.ca)
    log = directory / f"peer-{program}-{tls}.log"
    with open(log, "wb") as out:
        peer = subprocess.Popen(["node", program], cwd=HERE / "peers", env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    deadline = time.monotonic() + 30
    while not any(b["polling"] for b in sandbox.stats()["bots"]):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    note(f"{name}: PSS idle", f"{pss_kib(peer.pid) / 1024:.0f} MB")
    return peer, Contender(name, sandbox, peer.pid, users, **how)
