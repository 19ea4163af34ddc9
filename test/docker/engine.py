"""The docker command line, in words of the tests."""
import json
import os
import subprocess

from support.paths import ROOT
from support.waiting import eventually

IMAGE = "salesreg-test"
PROJECT = "salesreg-test"
NETWORK = "telegram-agent-network"
# global names, each used by some compose file or test
CONTAINERS = ["telegram-agent-db", "registry-bot", "outreach-daemon", "salesreg", "salesreg-test-sandbox"]
TOKEN = "5551234567:AAtestTokenThatMustNeverBePrinted_0000"
PASSWORD = "a-password-of-the-tests"


def docker(*args, check=True, timeout=600, env=None, text=True):
    done = subprocess.run(["docker", *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=text,
                          timeout=timeout, env={**os.environ, "DOCKER_BUILDKIT": "1", **(env or {})})
    if check:
        assert done.returncode == 0, f"docker {' '.join(map(str, args))}: {done.stdout}{done.stderr}"
    return done


def inspect(name, form):
    return docker("inspect", "-f", form, name).stdout.strip()


def state(name):
    return json.loads(inspect(name, "{{json .State}}"))


def pid_of(name):
    return state(name)["Pid"]


def restarts(name):
    return int(inspect(name, "{{.RestartCount}}"))


def logs(name):
    done = docker("logs", name)
    return done.stdout + done.stderr


def is_healthy(name):
    s = state(name)
    return s["Running"] and s.get("Health", {}).get("Status") == "healthy"


def healthy(*names, timeout=60):
    for name in names:
        try:
            eventually(lambda name=name: is_healthy(name), timeout=timeout, what=f"{name} is healthy")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{state(name)}\n{logs(name)[-3000:]}") from None


def said(name, pattern, timeout=60):
    eventually(lambda: pattern in logs(name), timeout=timeout, what=f"{name} says {pattern!r}")


def psql(sql, *args):
    return docker("exec", "telegram-agent-db", "psql", "-U", "sales_agent", "-v", "ON_ERROR_STOP=1", *args, "-c", sql).stdout


def value(sql):
    return psql(sql, "-qAtX").strip()


def in_use():
    """Containers of these names that are not ours: somebody works with them."""
    found = []
    for name in CONTAINERS:
        done = docker("container", "inspect", "-f", '{{index .Config.Labels "com.docker.compose.project"}}', name, check=False)
        if done.returncode == 0 and done.stdout.strip() != PROJECT:
            found.append(name)
    return found


def clean():
    """Whatever an earlier run of ours left, and nothing else."""
    names = docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.split()
    if names:
        docker("rm", "-f", "-v", *names, check=False)
    label = docker("network", "inspect", "-f", '{{index .Labels "com.docker.compose.project"}}', NETWORK, check=False)
    if label.stdout.strip() == PROJECT:
        docker("network", "rm", NETWORK, check=False)
    for volume in docker("volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.split():
        docker("volume", "rm", "-f", volume, check=False)


class Compose:
    """One of our compose files, as its users call it."""

    def __init__(self, *files, **settings):
        self.files = [arg for file in files for arg in ("-f", str(ROOT / "docker" / file))]
        self.settings = {"SALESREG_IMAGE": IMAGE, "POSTGRES_PASSWORD": PASSWORD, **settings}

    def __call__(self, *args, check=True, **settings):
        env = {**self.settings, **{k: str(v) for k, v in settings.items()}}
        return docker("compose", "-p", PROJECT, *self.files, *args, check=check, env=env)

    def down(self, *args):
        self("--profile", "*", "down", "--remove-orphans", *args)
