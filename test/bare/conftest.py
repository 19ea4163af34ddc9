"""
A Debian 12 with nothing but git and a shell, in which the README's commands are run as they stand there. Made with
debootstrap once, kept in SALESREG_BARE_CACHE (/var/cache/salesreg-test), and never written to: each run gets a copy.
"""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from support.paths import ROOT

CACHE = Path(os.environ.get("SALESREG_BARE_CACHE", "/var/cache/salesreg-test"))
CLONE = "root/salesreg"  # where other users cannot go
OLD_S = 7 * 24 * 3600
BASE = CACHE / "bookworm"


def skip(why):
    pytest.skip(f"NO BARE DEBIAN HERE: {why}; the README's commands are not tried in one")


def mirror():
    """The one this machine uses."""
    for path in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]:
        if not path.is_file():
            continue
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == "URIs:":
                return words[1]
            if len(words) > 2 and words[0] == "deb":
                return next(w for w in words[1:] if "://" in w)
    return "http://deb.debian.org/debian"


def make_base():
    if BASE.exists() and time.time() - BASE.stat().st_mtime < OLD_S:
        return
    shutil.rmtree(BASE, ignore_errors=True)
    fresh = CACHE / "bookworm.new"
    shutil.rmtree(fresh, ignore_errors=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["debootstrap", "--variant=minbase", "--include=git,ca-certificates", "bookworm", str(fresh), mirror()],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=900)
    if done.returncode != 0:
        skip(f"debootstrap failed: {(done.stdout + done.stderr).splitlines()[-1:]}")
    # the same mirror, settings and trust as here
    shutil.rmtree(fresh / "etc/apt/sources.list.d")
    (fresh / "etc/apt/sources.list").unlink(missing_ok=True)
    for name in ("sources.list", "sources.list.d", "apt.conf.d"):
        source = Path("/etc/apt") / name
        if source.is_dir():
            shutil.copytree(source, fresh / "etc/apt" / name, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("docker-*"))
        elif source.exists():
            shutil.copy(source, fresh / "etc/apt" / name)
    os.utime(fresh)
    fresh.rename(BASE)


class Bare:
    def __init__(self, directory):
        self.root = directory / "root"
        subprocess.run(["cp", "-a", "--reflink=auto", str(BASE), str(self.root)], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        shutil.copy("/etc/hosts", self.root / "etc/hosts")
        (self.root / "root").chmod(0o700)
        subprocess.run(["git", "clone", "-q", "--no-local", str(ROOT), str(self.root / CLONE)], check=True)
        self.running = []

    def start(self, command, log):
        """A shell command in the clone, as PID 1 of its own little world; its output goes to log."""
        inside = f"cd /{CLONE} && exec {command}"
        script = (f"mount -t proc proc {self.root}/proc && mount --rbind /dev {self.root}/dev && "
                  f"mount -t tmpfs tmpfs {self.root}/run && "
                  f"exec chroot {self.root} /usr/bin/env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
                  f" sh -c '{inside}'")
        process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.running.append(process)
        return process

    def init_of(self, process):
        """The pid, seen from here, of the command itself."""
        return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])

    def below(self, pid):
        """The pids of its children and theirs."""
        try:
            children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            return []
        return children + [one for child in children for one in self.below(child)]

    def run(self, command, log_path, timeout):
        with open(log_path, "wb") as log:
            code = self.start(command, log).wait(timeout)
        return code, Path(log_path).read_text(errors="replace")

    def finish(self):
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def bare():
    if os.geteuid() != 0:
        skip("not root")
    if not shutil.which("debootstrap"):
        skip("no debootstrap")
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        skip("no namespaces")
    make_base()
    directory = Path(tempfile.mkdtemp(prefix="salesreg-bare-"))
    made = Bare(directory)
    yield made
    made.finish()
    shutil.rmtree(directory, ignore_errors=True)
