"""What these tests do to processes and to PostgreSQL."""
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from support.waiting import eventually


def revive(cluster):
    """Starts the cluster if it is down; children of a killed postmaster may hold its memory for a moment."""
    if cluster.process is not None and cluster.process.poll() is None:
        return
    for attempt in range(100):
        try:
            cluster.start()
            return
        except RuntimeError as e:
            if "shared memory block" not in str(e) or attempt == 99:
                raise
            time.sleep(0.05)  # nothing tells when the last of them is gone


def children(cluster):
    """pids of the children of the postmaster that serve clients."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            title = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == cluster.process.pid and b"127.0.0.1" in title:
            found.append(int(status.parent.name))
    return found


@contextmanager
def frozen_backends(cluster):
    """Nobody's statement goes on meanwhile; the sockets stay open."""
    pids = children(cluster)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield pids
    finally:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass


def insert_prospects(db, ids):
    """Whatever happens to the database meanwhile, they are in it at the end, once."""
    def try_it():
        try:
            db.execute("INSERT INTO test_prospects (id, telegram_id, name)"
                       " SELECT i, '@' || i, 'Prospect ' || i FROM unnest(%s::varchar[]) i"
                       " ON CONFLICT DO NOTHING", list(ids))
            return True
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return False
    eventually(try_it, what=f"prospects {ids} are inserted")


def leader_backends(db):
    """pids of the sessions that hold the leadership of a bot, and of those that ask for it again and again."""
    holders = db.rows("SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                      " WHERE l.locktype = 'advisory' AND l.classid = 1935764581 AND l.objid NOT IN (1, 2)"
                      " AND l.granted AND a.datname = current_database()")
    asking = db.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                     " AND application_name = 'salesreg bot' AND query LIKE '%%pg_try_advisory_lock%%'")
    holding = [pid for pid, in holders]
    return holding, [pid for pid, in asking if pid not in holding]


def await_sessions(db, application, processes=1):
    """So many processes of a kind listen: they have started."""
    db.eventually("SELECT count(*) = %s FROM pg_stat_activity WHERE datname = current_database()"
                  " AND application_name = %s", processes, f"{application} listen")


@contextmanager
def frozen_postmaster(cluster):
    """New connections are accepted by the kernel, and nobody ever answers them."""
    os.kill(cluster.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(cluster.process.pid, signal.SIGCONT)


def end_backends(cluster):
    for pid in children(cluster):
        os.kill(pid, signal.SIGTERM)
