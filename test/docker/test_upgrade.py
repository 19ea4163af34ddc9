"""A newer image migrates under the lock while the others wait; and the way back."""
import shutil

import pytest

from engine import IMAGE, TOKEN, docker, healthy, inspect, logs, value
from support.paths import ROOT

NEXT = IMAGE + ":next"
SOURCES = ["CMakeLists.txt", "CMakePresets.json", "LICENSE", "config", "include", "sql", "src", "docker", "test/packages.sh",
           ".dockerignore"]


@pytest.fixture(scope="module")
def next_image(image, tmp_path_factory):
    """The same program with one migration more, which the present one can live with."""
    tree = tmp_path_factory.mktemp("next")
    for name in SOURCES:
        (tree / name).parent.mkdir(exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
        else:
            shutil.copy(ROOT / name, tree / name)
    number = max(int(path.name[:3]) for path in (tree / "sql" / "migrations").glob("*.sql")) + 1
    (tree / "sql" / "migrations" / f"{number:03}_next.sql").write_text(
        "-- One table more.\n-- compatible: yes\n\nCREATE TABLE salesreg.next_version (id integer);\n"
        "INSERT INTO salesreg.next_version SELECT 1 FROM pg_sleep(3);\n")
    docker("build", "-q", "-f", tree / "docker" / "Dockerfile", "-t", NEXT, tree)
    yield number
    docker("image", "rm", "-f", NEXT, check=False)


def test_up_one_version_and_back_again(compose, telegram, next_image):
    stack = compose("docker-compose.yml", REGISTRY_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE="http://telegram:8081", ALLOW_PLAIN_HTTP="true")
    stack("up", "-d", "postgres")
    page = telegram()
    stack("up", "-d")
    healthy("registry-bot", "outreach-daemon")
    anna = page.person("Anna Petrova")
    anna.registers()
    anna.hears_anything()

    stack("up", "-d", SALESREG_IMAGE=NEXT)
    healthy("registry-bot", "outreach-daemon")
    assert inspect("registry-bot", "{{.Config.Image}}") == NEXT
    applied = [name for name in ("registry-bot", "outreach-daemon") if f"{next_image:03}_next applied" in logs(name)]
    assert len(applied) == 1, "one migrates, the other waits"
    assert value("SELECT count(*) FROM salesreg.next_version") == "1"
    anna.says("статус")
    anna.hears("status", open=3)

    # back: the older program accepts what is marked compatible, and leaves it alone
    stack("up", "-d")
    healthy("registry-bot", "outreach-daemon")
    assert inspect("registry-bot", "{{.Config.Image}}") == IMAGE
    anna.says("статус")
    anna.hears("status", open=3)
    assert value("SELECT count(*) FROM salesreg.next_version") == "1"
    # and forward again
    stack("up", "-d", SALESREG_IMAGE=NEXT)
    healthy("registry-bot", "outreach-daemon")
    assert value("SELECT count(*) FROM salesreg.next_version") == "1"
    stack.down("-v")
