"""What the README promises is what the program has."""
import os
import re
import subprocess

import pytest

from support.paths import ROOT
from support.process import run

README = ROOT / "README.md"


def readme():
    if not README.exists():
        pytest.skip("there is no README.md yet")
    return README.read_text()


def table(text):
    """The rows of configuration tables: from a header that begins with `| name |` to the first line that is no row."""
    rows, inside = [], False
    for line in text.splitlines():
        if re.match(r"\|\s*name\s*\|\s*default", line):
            inside = True
        elif inside and line.startswith("|"):
            if not re.match(r"\|[-| :]+\|$", line):
                rows.append(re.sub(r"\s+", " ", line.strip()))
        else:
            inside = False
    return rows


def test_the_configuration_table_is_the_one_in_the_code():
    described = table(run("help", "--markdown").stdout)
    assert len(described) > 25
    assert table(readme()) == described


def test_the_readme_names_the_test_command_and_ci_runs_exactly_it():
    assert re.search(r"^\s*(\$ )?\./test/run\.sh\b|`\./test/run\.sh`", readme(), re.M)
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    commands = [line for line in ci.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert len(commands) == 1 and "test/run.sh" in commands[0]


def test_the_scripts_can_be_run_and_are_sound_shell():
    for name in ("test/run.sh", "test/lint.sh", "test/packages.sh", ".ci/run", "quickstart.sh", "docker/build.sh",
                 "docker/collect.sh"):
        assert os.access(ROOT / name, os.X_OK), name
        assert subprocess.run(["sh", "-n", ROOT / name]).returncode == 0, name


def test_every_package_in_the_list_has_a_group_that_somebody_installs():
    lines = [line.split() for line in (ROOT / "config" / "debian-packages.txt").read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    assert len(lines) > 20
    for package, *groups in lines:
        assert groups and set(groups) <= {"build", "run", "test", "browser", "bench", "image"}, package
    names = [line[0] for line in lines]
    assert len(set(names)) == len(names)


def test_the_man_page_is_sound_and_it_and_the_readme_name_every_command():
    page = ROOT / "config" / "salesreg.1"
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    text = page.read_text().replace("\\-", "-")
    commands = re.findall(r"^  ([a-z-]+)  +[a-zA-Z0-9]", run("help").stdout, re.M)
    assert {"supervise", "bot", "outreach", "demo", "status"} <= set(commands)
    for command in commands:
        assert re.search(rf"^\.(B|BR|BI) (.*\W)?{command}\b", text, re.M), command
        assert re.search(rf"\bsalesreg {command}\b", readme()), command


def test_every_command_has_help():
    for command in re.findall(r"^  ([a-z-]+)  +[a-zA-Z0-9]", run("help").stdout, re.M):
        done = run(command, "--help")
        assert done.returncode == 0 and done.stdout.strip(), command


def test_the_compose_files_pass_the_same_settings():
    """But for the demo's, each variable that .env.example or the one file knows the other one knows as well."""
    def known(name):
        return set(re.findall(r"\$\{([A-Z_]+):?-", (ROOT / "docker" / name).read_text()))
    assert known("docker-compose.yml") == known("docker-compose.single.yml") - {"SANDBOX_PORT"}
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert example <= known("docker-compose.yml")
