"""A real PgBouncer in front of a cluster of the tests', as the postgres user (it refuses root)."""
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from .postgres import PASSWORD, die_with_parent, free_port
from .waiting import eventually


class PgBouncer:
    def __init__(self, cluster, mode, **settings):
        self.dir = Path(tempfile.mkdtemp(prefix="salesreg-pgbouncer-"))
        self.port = free_port()
        self.config = self.dir / "pgbouncer.ini"
        self.user = urlsplit(cluster.url("postgres")).username
        settings = {
            "listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "any",
            "pool_mode": mode, "default_pool_size": 20, "max_client_conn": 200,
            "ignore_startup_parameters": "extra_float_digits",
            "logfile": self.dir / "log", **settings,
        }
        lines = ["[databases]", f"* = host=127.0.0.1 port={cluster.port} user={self.user}", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self._as = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.dir, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self._as + ["/usr/sbin/pgbouncer", "-q", str(self.config)], cwd=self.dir,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=die_with_parent)
        eventually(self._accepts, timeout=30, what="PgBouncer accepts connections")
        return self

    def _accepts(self):
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=5).close()
            return True
        except psycopg2.OperationalError:
            assert self.process.poll() is None, (self.dir / "log").read_text()
            return False

    def url(self, database):
        return f"postgresql://{self.user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)
