"""A PostgreSQL cluster of the tests' own, in a temporary directory, stopped by its pid."""
import contextlib
import ctypes
import fcntl
import glob
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2
import psycopg2.extensions

from .waiting import eventually

PASSWORD = "not-for-the-logs-8d1f"  # trust authentication does not ask for it; it must never be printed
SUPERUSER = "postgres"  # administers the cluster and makes faults; nothing that is tested connects as this one
OWNER = "salesreg_owner"  # a plain role: owns the databases and so the two tables


def die_with_parent(sig=signal.SIGKILL):
    """For preexec_fn: a test run that is killed leaves nothing behind."""
    ctypes.CDLL(None).prctl(1, int(sig))


# each comes once in ten thousand times; support/metrics.py has those below
_ports = itertools.cycle(random.SystemRandom().sample(range(20_000, 30_000), 10_000))


def free_port():
    """For what listens later: below the range that connections get theirs from, so that none of them takes it meanwhile."""
    for port in itertools.islice(_ports, 1000):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")


def bin_dir():
    """Of the newest installed, or of SALESREG_TEST_POSTGRES (a directory with initdb and postgres)."""
    if os.environ.get("SALESREG_TEST_POSTGRES"):
        return Path(os.environ["SALESREG_TEST_POSTGRES"])
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    if found:
        return Path(found[-1]).parent
    return Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())


MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # for some clusters at once, each some hundred megabytes
PREFIX = "salesreg-pg-"


def new_directory(in_memory=True):
    """
    For a cluster: in memory where that has room. A database is four hundred files, and to copy it takes a disk's file system ten
    times as long. Killed processes lose nothing there, and no test takes the power away.
    """
    if not in_memory or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    # what a test run that was killed has left there would take memory for good: nobody holds its lock
    for left in MEMORY.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 60 and _lock(left):
                shutil.rmtree(left, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
    _lock(directory)
    return directory


def _lock(directory):
    """True, and held until this process ends."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        os.close(descriptor)
        return False


class Connection(psycopg2.extensions.connection):
    """What its transaction holds is free when close() returns, which a server does not promise of a connection that just closes."""

    def close(self):
        if not self.closed and self.get_transaction_status() != psycopg2.extensions.TRANSACTION_STATUS_IDLE:
            with contextlib.suppress(psycopg2.Error):
                self.rollback()
        super().close()


class Cluster:
    """
    start(), stop(), kill(), also again and again on the same data; host, port, url(database) and connect(database) as the
    plain role that owns the databases, unless another is named; execute() administers. in_memory=False where it is measured.
    """

    def __init__(self, settings=None, in_memory=True):
        self.dir = new_directory(in_memory)
        self.data = self.dir / "data"
        self.log_path = self.dir / "log"
        self.bin = bin_dir()
        self.port = free_port()
        self.process = None
        self._has_owner = False
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.dir),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "max_wal_size": "256MB",
            "log_line_prefix": "%m [%p] %a ",
            "log_checkpoints": "off",
            **(settings or {}),
        }
        # PostgreSQL refuses to run as root
        self._as = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.dir, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        os.chmod(self.dir, 0o755)
        initdb = self._as + [str(self.bin / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-A", "trust",
                             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        done = subprocess.run(initdb, cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr}")

    def start(self):
        command = self._as + ["setpriv", "--pdeathsig", "SIGQUIT", str(self.bin / "postgres"), "-D", str(self.data),
                              "-p", str(self.port)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        eventually(self._accepts, timeout=60, what=f"PostgreSQL accepts connections, see {self.log_path}")
        if not self._has_owner:
            self.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
            self.execute(f"ALTER DATABASE {SUPERUSER} OWNER TO {OWNER}")
            self._has_owner = True
        return self

    def _accepts(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended: {self.log_path.read_text()[-2000:]}")
        try:
            psycopg2.connect(self.url("postgres", SUPERUSER), connect_timeout=5).close()
            return True
        except psycopg2.OperationalError:
            return False

    def url(self, database, role=OWNER):
        return f"postgresql://{role}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def connect(self, database, role=OWNER):
        connection = psycopg2.connect(self.url(database, role), connection_factory=Connection)
        connection.autocommit = True
        return connection

    def execute(self, sql, database=SUPERUSER):
        """As superuser."""
        connection = self.connect(database, SUPERUSER)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def create(self, database, template="template0"):
        """A database of the plain role's."""
        self.execute(f'CREATE DATABASE "{database}" OWNER {OWNER} TEMPLATE {template}')

    def drop(self, database):
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def send(self, sig):
        self.process.send_signal(sig)

    def stop(self, sig=signal.SIGINT):
        """A fast shutdown, unless said otherwise."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self):
        """kill -9 of the postmaster; its children notice and end by themselves, the last of them lets the port go."""
        self.process.kill()
        self.process.wait()
        self.process = None
        eventually(lambda: not self._listens(), what="its children have ended")

    def _listens(self):
        """A checkpoint that goes on holds the port for a while, and who connects then waits in vain, as for a silent host."""
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def remove(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)
