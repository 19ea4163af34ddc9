"""The calendar's part of bench.py: the way back from Google beside a thousand silent connections, calendars read, memory."""
import base64
import hashlib
import re
import secrets
import socket
import time
from pathlib import Path

import requests

from support.database import tables
from support.google import BROWSER, Google
from support.postgres import free_port
from support.process import Process
from support.telegram import Sandbox

KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
IDLE_CONNECTIONS = 1000


class Calendars:
    """`salesreg oauth` beside an emulated Google, and reps who connect."""

    def __init__(self, database, directory, settings, role="oauth"):
        self.db = database
        self.sandbox = Sandbox(directory / "calendar-sandbox.log")
        self.google = Google(self.sandbox.base)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(role, [], settings(
            database, self.sandbox, OAUTH_PUBLIC_URL=self.url, OAUTH_LISTEN=f"127.0.0.1:{self.port}", TOKEN_ENCRYPTION_KEY=KEY,
            **self.google.settings), directory / f"calendar-{role}.log")
        self.http = requests.Session()
        self.http.trust_env = False

    def get(self, address):
        return self.http.get(address, headers={"User-Agent": BROWSER}, allow_redirects=False, timeout=60)

    def connects(self, number):
        """How long the way back took, in ms; what Google's pages take is not in it."""
        email = f"bench{number}@truerealestate.bali"
        token = secrets.token_urlsafe(32)
        self.db.execute(
            "INSERT INTO sales_representatives (telegram_id, name, email) VALUES (%s, 'Bench', %s)", 8_000_000_000 + number, email)
        self.db.execute(
            f"INSERT INTO {tables.oauth_states} (state_hash, rep, user_id, expires_at)"
            " SELECT %s, id, telegram_id, now() + interval '10 minutes' FROM sales_representatives WHERE telegram_id = %s",
            hashlib.blake2b(token.encode(), digest_size=32).hexdigest(), 8_000_000_000 + number)
        self.google.account(email, zone="Asia/Makassar")
        page = self.get(f"{self.url}/oauth/start?s={token}")
        address = re.search(r'id="google" href="([^"]+)"', page.text).group(1).replace("&amp;", "&")
        back = self.google.walk(address, email).location
        began = time.monotonic()
        answer = self.get(back)
        took = (time.monotonic() - began) * 1000
        assert answer.status_code == 303 and "/connected/" in answer.headers["Location"], answer.headers
        return took

    def all_synced(self):
        """Seconds until each rep's calendars have been read once more."""
        before = self.db.value("SELECT clock_timestamp()")
        self.db.execute(f"UPDATE {tables.calendar_jobs} SET due_at = now() WHERE kind = 'sync'")
        self.db.execute("NOTIFY salesreg_calendar")
        began = time.monotonic()
        while self.db.value(f"SELECT count(*) FROM {tables.calendar_accounts} WHERE synced_at IS NULL OR synced_at < %s", before):
            time.sleep(0.1)
        return time.monotonic() - began

    def finish(self):
        self.process.terminate()
        self.sandbox.process.terminate()


def bench_calendar(database, directory, settings, note, pss_kib, reps):
    print("calendars", flush=True)
    c = Calendars(database, directory, settings)
    c.process.wait_for_log("calendar: listening on port")
    while c.get(f"{c.url}/oauth/start?s=" + 43 * "x").status_code != 410:
        time.sleep(0.1)
    time.sleep(5)
    note("PSS of oauth, idle", f"{pss_kib(c.process.pid) / 1024:.1f} MB", "limit 8 MB")
    idle = [socket.create_connection(("127.0.0.1", c.port), timeout=30) for _ in range(IDLE_CONNECTIONS)]
    times = sorted(c.connects(n) for n in range(reps))
    note(f"way back from Google to the page, beside {IDLE_CONNECTIONS:,} idle connections, p50 / p99",
         f"{times[len(times) // 2]:.1f} / {times[int(len(times) * 0.99)]:.1f} ms", f"(n={reps}; limit 50 ms)")
    for connection in idle:
        connection.close()
    rates = [reps / c.all_synced() for _ in range(3)]
    note("reps' calendars read a second (what has changed)", f"{sorted(rates)[1]:,.0f} ± {(max(rates) - min(rates)) / 2:,.0f}",
         "the emulator has most of the CPU")
    time.sleep(10)
    note(f"PSS of oauth with {reps:,} reps", f"{pss_kib(c.process.pid) / 1024:.1f} MB", "limit 16 MB")
    c.finish()


def bench_supervised_calendar(database, directory, settings, note, pss_kib):
    c = Calendars(database, directory, settings, "supervise")
    c.process.wait_for_log("every worker is ready")
    c.process.wait_for_log("leading: this process")
    time.sleep(20)  # what the start needed has been given back by then
    pid = c.process.pid
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    assert len(pids) == 4, pids
    each = [pss_kib(one) / 1024 for one in pids]
    note("supervise + bot + outreach + oauth: PSS idle, together", f"{sum(each):.1f} MB",
         f"({' + '.join(f'{mb:.1f}' for mb in each)}; limit 25 MB)")
    c.finish()
