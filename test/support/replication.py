"""A primary with a streaming standby, and a way to each that can turn into a black hole."""
import copy
import os
import pwd
import selectors
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from .postgres import SUPERUSER, Cluster, free_port, new_directory
from .waiting import eventually


class Standby(Cluster):
    """Made from a running primary by pg_basebackup; streams from it, asynchronously."""

    def __init__(self, primary):
        # what does not depend on the place is the primary's
        self.__dict__.update(copy.copy(primary.__dict__))
        self.dir = new_directory()
        self.data = self.dir / "data"
        self.log_path = self.dir / "log"
        self.port = free_port()
        self.process = None
        self.settings = {**primary.settings, "unix_socket_directories": str(self.dir)}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.dir, user.pw_uid, user.pw_gid)
        os.chmod(self.dir, 0o755)
        done = subprocess.run(
            self._as + [str(self.bin / "pg_basebackup"), "-D", str(self.data), "-R", "--no-sync", "-c", "fast",
                        "-d", f"postgresql://postgres@127.0.0.1:{primary.port}/"],
            cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"pg_basebackup: {done.stderr}")

    def promote(self):
        subprocess.run(self._as + [str(self.bin / "pg_ctl"), "promote", "-w", "-D", str(self.data)], cwd=self.dir,
                       check=True, stdin=subprocess.DEVNULL, capture_output=True)


def group(cluster):
    """pids of a postmaster and of all its processes."""
    found = [cluster.process.pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == cluster.process.pid:
            found.append(int(stat.parent.name))
    return found


def signal_all(cluster, sig):
    """The postmaster first, so that it starts nobody meanwhile."""
    for pid in group(cluster):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            pass


def freeze(cluster):
    signal_all(cluster, signal.SIGSTOP)


def thaw(cluster):
    for pid in reversed(group(cluster)):
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


class Road:
    """
    Forwards to a port until `swallow()`: from then on nothing passes, and nobody is told. delay_s: how long everything
    is on its way, in either direction.
    """

    def __init__(self, port, delay_s=0):
        self.target = port
        self._delay_s = delay_s
        self._travelling = []  # when it arrives, where, what
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._listening.getsockname()[1]
        self._swallowing = threading.Event()
        self._closed = False
        self._peers = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._closed:
            self._arrive()
            for key, _ in self._selector.select(0.01 if self._travelling else 0.05):
                if self._swallowing.is_set():
                    # what comes stays in the kernel: accepted by nobody, read by nobody
                    self._selector.close()
                    return
                self._pass(key.fileobj)

    def _pass(self, source):
        if source is self._listening:
            client, _ = self._listening.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                return
            for here, there in ((client, server), (server, client)):
                self._peers[here] = there
                self._selector.register(here, selectors.EVENT_READ)
            return
        target = self._peers.get(source)
        try:
            data = source.recv(65536)
            if data and self._delay_s:
                self._travelling.append((time.monotonic() + self._delay_s, target, data))
                return
            if data:
                target.sendall(data)
                return
        except OSError:
            pass
        for s in filter(None, (source, target)):
            if s in self._peers:
                self._selector.unregister(s)
                del self._peers[s]
            s.close()

    def _arrive(self):
        while self._travelling and self._travelling[0][0] <= time.monotonic():
            _, target, data = self._travelling.pop(0)
            try:
                target.sendall(data)
            except OSError:
                pass  # its other end went meanwhile

    def swallow(self):
        self._swallowing.set()

    def close(self):
        self._closed = True
        self._thread.join()
        self._listening.close()
        for s in list(self._peers):
            s.close()


class Pair:
    """Primary and standby, each by a road, and what is asked of them."""

    def __init__(self, settings=None):
        self.primary = Cluster(settings).start()
        self.standby = Standby(self.primary)
        self.standby.start()
        self.owner = urlsplit(self.primary.url("postgres")).username
        self.roads = [Road(self.primary.port), Road(self.standby.port)]

    def url(self, database, *options):
        """Both hosts, of which whoever may be written to is meant."""
        one = self.primary.url(database)
        head, tail = one.split(f"127.0.0.1:{self.primary.port}")
        hosts = ",".join(f"127.0.0.1:{road.port}" for road in self.roads)
        return f"{head}{hosts}{tail}?" + "&".join(("target_session_attrs=read-write", *options))

    def await_replay(self):
        """Whatever is committed now is on the standby, too."""
        with self.primary.connect(SUPERUSER, SUPERUSER) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            lsn, = cursor.fetchone()

        def replayed():
            with self.standby.connect(SUPERUSER, SUPERUSER) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (lsn,))
                return cursor.fetchone()[0]
        eventually(replayed, what="the standby has replayed everything")

    def remove(self):
        for road in self.roads:
            road.close()
        for cluster in (self.standby, self.primary):
            if cluster.process is not None and cluster.process.poll() is None:
                thaw(cluster)
            cluster.remove()
            shutil.rmtree(cluster.dir, ignore_errors=True)
