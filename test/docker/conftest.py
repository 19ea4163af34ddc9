"""A real engine, the image built once, PostgreSQL as an image that can be had here."""
import os
import subprocess

import pytest

import engine
from engine import IMAGE, NETWORK, TOKEN, docker
from support.page import Page
from support.paths import ROOT
from support.postgres import free_port
from support.waiting import eventually

HERE = ROOT.parent / "shared" / "docker"  # makes an engine and images where no registry can be reached
WANTED = "postgres:16-alpine"


def skip(why):
    pytest.skip(f"NO DOCKER ENGINE HERE: {why}; nothing of docker/ is tried")


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.timeout(900))


def answers(*args):
    try:
        return subprocess.run(["docker", *args], capture_output=True, timeout=120).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.fixture(scope="session")
def docker_engine():
    if not (answers("info") and answers("compose", "version")):
        if not (HERE / "engine").exists():
            skip("none answers")
        done = subprocess.run([str(HERE / "engine")], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)
        if done.returncode != 0 or not answers("info"):
            skip((done.stdout + done.stderr).strip()[-300:])
    engine.clean()
    if engine.in_use():
        skip(f"{', '.join(engine.in_use())}: in use by somebody else, whose containers are left alone")
    yield
    engine.clean()


@pytest.fixture(scope="session")
def postgres_image(docker_engine):
    if answers("image", "inspect", WANTED) or answers("pull", "-q", WANTED):
        return WANTED
    if not (HERE / "base-images").exists():
        skip(f"{WANTED} cannot be pulled")
    subprocess.run([str(HERE / "base-images"), "postgres:15"], check=True, capture_output=True, timeout=600)
    return "postgres:15"


@pytest.fixture(scope="session")
def image(docker_engine):
    if not (answers("image", "inspect", "debian:bookworm-slim") or answers("pull", "-q", "debian:bookworm-slim")):
        if not (HERE / "base-images").exists():
            skip("debian:bookworm-slim cannot be pulled")
        subprocess.run([str(HERE / "base-images"), "debian:bookworm-slim"], check=True, capture_output=True, timeout=600)
    done = subprocess.run([str(ROOT / "docker" / "build.sh"), IMAGE], capture_output=True, text=True, timeout=900,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return IMAGE


@pytest.fixture(scope="module")
def compose(image, postgres_image):
    """compose(files…, **settings): nothing of it is left at the end."""
    made = []
    # the engine's own would be 5432 and 8080, which may be somebody's
    ports = {"POSTGRES_PORT": str(free_port()), "OAUTH_PORT": str(free_port())}

    def make(*files, **settings):
        made.append(engine.Compose(*files, POSTGRES_IMAGE=postgres_image, **{**ports, **settings}))
        return made[-1]

    yield make
    for one in made:
        docker("rm", "-f", "salesreg-test-sandbox", check=False)
        one.down("-v")


@pytest.fixture(scope="module")
def telegram(image):
    """
    telegram(*options): the emulator in a container of the network, which is there by then, and its page from here.
    authority: with --tls, where its file is to be found here; run: more options of docker run.
    """
    def start(*options, run=(), authority=None):
        docker("rm", "-f", "salesreg-test-sandbox", check=False)
        port = free_port()
        docker("run", "-d", "--name", "salesreg-test-sandbox", "--label",
               f"com.docker.compose.project={engine.PROJECT}", "--network", NETWORK, "--network-alias", "telegram", "-p",
               f"127.0.0.1:{port}:8081", "--no-healthcheck", *run, image, "sandbox", "--listen", "0.0.0.0:8081",
               "--host", "telegram", *options)
        if authority:
            eventually(authority.exists, what="the emulator has made its authority")
        page = Page(f"{'https' if authority else 'http'}://127.0.0.1:{port}", authority)

        def up():
            try:
                return page.get("health")
            except OSError:
                return None
        eventually(up, what="the emulator answers")
        return page

    yield start
    docker("rm", "-f", "salesreg-test-sandbox", check=False)
