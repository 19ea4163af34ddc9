"""Completion in bash, by bash itself."""
import subprocess

import pytest

from support.process import run

ASK = """
source /dev/stdin <<< "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_salesreg
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script():
    done = run("help", "--bash-completion")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def completed(script, *words):
    done = subprocess.run(["bash", "-c", ASK, "bash", "salesreg", *words], env={"SCRIPT": script, "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("words, wanted", [
    (["pro"], {"prospect"}),
    (["rep", "a"], {"approve", "add"}),
    (["rep", "list", "--s"], {"--status", "--sort"}),
    (["outbox", "list", "--state", ""], {"queued", "sending", "failed", "held"}),
    (["--help", "prospect", "import", "--on-duplicate", "u"], {"update"}),
    (["prospect", "show", "Anna", "--j"], {"--json"}),
    (["prospect", "list", "-o", ""], {"wide"}),
    (["prospect", "list", "--output", ""], {"wide"}),
    (["prospect", "import", "leads"], set()),  # then bash completes names of files
    (["nosuch", "a"], {"audit", "adopt-bot"}),
])
def test_what_may_follow(script, words, wanted):
    assert set(completed(script, *words)) == wanted


def test_every_command_is_completed(script):
    listed = run("help").stdout
    assert all(f"  {name} " in listed for name in completed(script, "") if not name.startswith("-"))
    assert len(completed(script, "")) > 20
