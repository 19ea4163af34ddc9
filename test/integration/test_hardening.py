"""What the compiler and the linker put around the program: build/release, as it is installed."""
import json
import platform
import shutil
import subprocess

import pytest

from support.paths import ROOT

RELEASE = ROOT / "build" / "release" / "salesreg"


@pytest.fixture(scope="module", autouse=True)
def release():
    if not RELEASE.exists():
        pytest.skip("NO build/release: cmake --preset release && cmake --build --preset release; the binary is not judged")


def test_checksec_finds_nothing_missing():
    if not shutil.which("checksec"):
        pytest.skip("NO checksec HERE: build/release/salesreg is not judged")
    done = subprocess.run(["checksec", f"--file={RELEASE}", "--output=json"], capture_output=True, text=True)
    found = json.loads(done.stdout)[str(RELEASE)]
    wanted = {"relro": "full", "canary": "yes", "nx": "yes", "pie": "yes", "rpath": "no", "runpath": "no", "fortify_source": "yes"}
    assert {name: found[name] for name in wanted} == wanted
    assert int(found["fortified"]) >= 10, found


def test_every_function_that_may_be_jumped_to_says_so():
    """-fcf-protection: a jump that lands anywhere else is the processor's to refuse."""
    if platform.machine() != "x86_64":
        pytest.skip("NOT x86: there is no CET")
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", RELEASE], capture_output=True, text=True, check=True).stdout
    assert code.count("endbr64") > 500


def test_the_options_are_those_that_were_meant():
    commands = json.loads((ROOT / "build" / "release" / "compile_commands.json").read_text())
    ours = [c["command"] for c in commands if "/src/" in c["file"]]
    assert ours
    for option in ("-D_FORTIFY_SOURCE=3", "-ftrivial-auto-var-init=zero", "-Werror=format-security",
                   "-fstack-protector-strong", "-fstack-clash-protection"):
        assert all(option in command for command in ours), option
