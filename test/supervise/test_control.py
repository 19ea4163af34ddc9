"""status, healthcheck, log-level, and what systemd is told."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from support.paths import BINARY, ROOT
from support.process import environment, run
from support.waiting import eventually


def test_status_is_a_table_for_people(ready):
    s = ready(behaviour={"test-two": "degraded the moon is in the wrong place"})
    s.wait_for("test-two", lambda row: row["health"] == "degraded", "degraded")
    done = s.command("status")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["ROLE", "STATE", "HEALTH", "PID", "SINCE", "RESTARTS", "PSS", "RSS", "LAG", "OUTBOX",
                                "LAST", "DEATH"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["supervise", "ready", "ok"], ["test-bot", "ready", "ok"], ["test-two", "ready", "degraded"]]
    assert lines[4] == "test-two: the moon is in the wrong place"


def test_health_that_comes_and_goes_is_one_line_a_minute(ready):
    s = ready(behaviour={"test-two": "fickle"})
    s.wait_for("test-two", lambda row: row["progress"] >= 10, "ten beats, of which every second is degraded")
    assert s.said("test-two: degraded"), s.log
    assert len(s.lines("test-two: ok")) <= 1, s.log


# What a worker, a server or a person may have put into a text: colours, titles, another line, a turned direction.
EVIL = "rain\x1b[31m\x1b]0;x\x07 \u009b2J\u0085\u202e\u2028\u2066\x7fend"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_no_terminal_is_told_what_to_do(ready):
    s = ready(behaviour={"test-two": f"degraded {EVIL}"})
    s.wait_for("test-two", lambda row: row["health"] == "degraded", "degraded")
    for args in (["status"], ["healthcheck"], ["healthcheck", "test-two"], ["status", "--json"]):
        done = s.command(*args)
        assert "rain" in done.stdout and "end" in done.stdout
        assert not OBEYED.search(done.stdout + done.stderr), args
    assert json.loads(done.stdout)["processes"][2]["why"] == EVIL
    assert not OBEYED.search(s.log) and "degraded: rain" in s.log


def test_no_terminal_is_told_anything_by_a_log_in_json(ready):
    s = ready(behaviour={"test-two": f"degraded {EVIL}"}, LOG_FORMAT="json")
    s.wait_for("test-two", lambda row: row["health"] == "degraded", "degraded")
    said = eventually(lambda: s.lines("degraded: rain"))
    assert not OBEYED.search(s.log)
    assert json.loads(said[0])["message"].endswith(EVIL)


@pytest.fixture
def as_nobody(tmp_path):
    """as_nobody(*args): a command of a user who may do little; tmp_path is open to all on the way."""
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: there is no other user to be")
    for path in [tmp_path, *tmp_path.parents][:-1]:
        path.chmod(path.stat().st_mode | 0o011)
    binary = Path(shutil.copy(BINARY, tmp_path / "salesreg"))
    binary.chmod(0o755)

    def command(*args, run_dir):
        return subprocess.run([binary, *args], user=65534, group=65534, extra_groups=[], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, env=environment({"SALESREG_RUN_DIR": run_dir}), cwd="/", timeout=60)
    return command


@contextlib.contextmanager
def impostor(path, user):
    """A process of that user's which listens there, and would say whatever it is asked for."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        os.chmod(path, 0o777)
        pid = os.fork()
        if pid == 0:
            try:
                os.setuid(user)
                listener.listen()  # whose it is, is taken now
                while True:
                    client, _ = listener.accept()
                    with contextlib.suppress(OSError):
                        client.sendall(b"x" * 600)
            finally:
                os._exit(1)
        try:
            eventually(lambda: subprocess.run(["grep", "-q", f" 00010000 0001 01 .*{path}", "/proc/net/unix"]).returncode == 0)
            yield
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@pytest.mark.parametrize("owner, mode", [(1, 0o755), (65534, 0o777), (0, 0o755)])
def test_a_run_directory_that_others_may_have_filled_is_not_believed(as_nobody, tmp_path, owner, mode):
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    with impostor(run_dir / "supervise.sock", 1):
        os.chown(run_dir, owner, owner)
        run_dir.chmod(mode)
        for args in (["status"], ["healthcheck"], ["healthcheck", "bot"], ["log-level", "bot", "debug"]):
            done = as_nobody(*args, run_dir=run_dir)
            assert done.returncode == 1, args
            assert "is not believed" in done.stdout + done.stderr, done


def test_a_process_of_another_user_behind_a_socket_is_not_believed(as_nobody, tmp_path):
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    with impostor(run_dir / "bot.sock", 1):
        os.chown(run_dir, 65534, 65534)
        run_dir.chmod(0o700)
        for args in (["status"], ["healthcheck", "bot"]):
            done = as_nobody(*args, run_dir=run_dir)
            assert done.returncode == 1 and "another user" in done.stdout, done
        # root, who may look at everybody's, believes whose directory it is, and nobody else
        done = run("healthcheck", "bot", settings={"SALESREG_RUN_DIR": run_dir})
        assert done.returncode == 1 and "another user" in done.stdout


def test_root_that_may_not_look_at_others_is_told_as_whom_to_ask(as_nobody, tmp_path):
    """docker exec -u 0 in a container without capabilities."""
    run_dir = tmp_path / "r"  # its path has a bound
    run_dir.mkdir()
    with impostor(run_dir / "bot.sock", 65534):
        os.chown(run_dir / "bot.sock", 65534, 65534)
        os.chown(run_dir, 65534, 65534)
        run_dir.chmod(0o700)
        settings = {"SALESREG_RUN_DIR": run_dir, "HOME": "/"}
        for args in (["status"], ["status", "--json"], ["healthcheck"], ["healthcheck", "bot"], ["log-level", "bot", "debug"]):
            done = subprocess.run(["setpriv", "--inh-caps=-all", "--bounding-set=-all", tmp_path / "salesreg", *args], text=True,
                                  env=environment(settings), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
            assert done.returncode == 1, done
            assert f"the run directory {run_dir} is of user 65534, and user 0 may not look into it here" in done.stdout + done.stderr
            assert "run this as user 65534 (docker exec -u 65534" in done.stdout + done.stderr and "silent" not in done.stdout
        done = as_nobody("status", run_dir=run_dir / "none")
        assert "Nothing runs" in done.stdout
        run_dir.chmod(0o000)
        os.chown(run_dir, 0, 0)
        done = as_nobody("status", run_dir=run_dir / "inner")
        assert done.returncode == 1 and "user 65534 may not look into the run directory" in done.stderr, done


def test_status_in_json_has_what_a_program_needs(ready):
    s = ready()
    os.kill(s.row("test-two")["pid"], signal.SIGKILL)
    row = s.wait_restarted("test-two")
    assert row["health"] == "ok" and row["restarts"] == 1 and row["last_death"] == "killed by SIGKILL"
    assert row["since"] >= row["last_death_at"] > 1.7e9
    assert row["rss_kib"] > 1000 and row["lag_ms"] >= 0 and row["progress"] >= 0
    assert row["outbox_backlog"] is None and row["leads"] is False


def test_where_nothing_runs_the_commands_say_so(tmp_path):
    settings = {"SALESREG_RUN_DIR": tmp_path}
    status = run("status", settings=settings)
    assert status.returncode == 1 and "Nothing runs" in status.stdout
    assert json.loads(run("status", "--json", settings=settings).stdout)["processes"] == []
    for args in ([], ["bot"], ["supervise"]):
        check = run("healthcheck", *args, settings=settings)
        assert check.returncode == 1 and "does not run" in check.stdout
    level = run("log-level", "bot", "debug", settings=settings)
    assert level.returncode == 1 and "no bot runs" in level.stderr


def test_healthcheck_is_0_or_1_for_each_role_and_weather_is_0(ready):
    s = ready(behaviour={"test-two": "degraded rain"})
    s.wait_for("test-two", lambda row: row["health"] == "degraded", "degraded")
    for args, code in [([], 0), (["supervise"], 0), (["test-bot"], 0), (["test-two"], 0), (["outreach"], 1),
                       (["--strict"], 1), (["--strict", "test-bot"], 0), (["--strict", "test-two"], 1)]:
        done = s.command("healthcheck", *args)
        assert done.returncode == code, (args, done.stdout)
    assert "degraded: rain" in s.command("healthcheck", "test-two").stdout
    assert run("healthcheck", settings={"SALESREG_RUN_DIR": s.run_dir, "SALESREG_ROLE": "supervise"}).returncode == 0


def test_healthcheck_is_1_while_a_worker_is_not_ready(supervise):
    s = supervise(behaviour={"test-two": "hang"})
    s.wait_state("test-two", "starting")
    s.wait_state("test-bot", "ready")
    assert s.command("healthcheck").returncode == 1
    assert s.command("healthcheck", "test-two").returncode == 1
    assert s.command("healthcheck", "test-bot").returncode == 0
    os.kill(s.row("test-two")["pid"], signal.SIGKILL)
    s.behave("test-two", "")


def test_log_level_reaches_a_worker_and_the_ones_after_it(ready):
    s = ready()
    done = s.command("log-level", "test-two", "error")
    assert done.returncode == 0 and "test-two" in done.stdout
    os.kill(s.row("test-two")["pid"], signal.SIGKILL)
    s.wait_restarted("test-two")
    # asked to stop, a worker says so at level info: this one no more
    s.terminate()
    assert s.wait_for_log(r"test-bot\[\d+\]: asked to stop") and not s.lines(r"test-two\[\d+\]: asked to stop")


def test_log_level_wants_a_role_and_a_level(ready):
    s = ready()
    for args in (["test-two"], ["test-two", "loud"], [], ["a", "b", "c"]):
        assert s.command("log-level", *args).returncode == 64
    done = s.command("log-level", "nobody", "debug")
    assert done.returncode == 1 and "no worker nobody here" in done.stderr
    assert s.command("log-level", "all", "debug").returncode == 0
    assert s.command("log-level", "supervise", "info").returncode == 0


def test_a_worker_alone_answers_for_itself(salesreg, tmp_path):
    worker = salesreg("test-worker", "test-alone", SALESREG_TEST_DIR=tmp_path)
    settings = {"SALESREG_RUN_DIR": worker.run_dir}
    eventually(lambda: run("healthcheck", "test-alone", settings=settings).returncode == 0)
    rows = json.loads(run("status", "--json", settings=settings).stdout)["processes"]
    assert [row["role"] for row in rows] == ["test-alone"] and rows[0]["pid"] == worker.pid
    assert run("healthcheck", settings={**settings, "SALESREG_ROLE": "test-alone"}).returncode == 0
    assert run("healthcheck", settings=settings).returncode == 0
    assert run("healthcheck", "supervise", settings=settings).returncode == 1
    assert run("log-level", "all", "debug", settings=settings).returncode == 0
    assert run("log-level", "test-alone", "error", settings=settings).returncode == 0
    second = salesreg("test-worker", "test-alone", SALESREG_TEST_DIR=tmp_path, SALESREG_RUN_DIR=worker.run_dir)
    second.wait_for_log("no control socket.*another test-alone runs")
    worker.terminate()
    assert not (Path(worker.run_dir) / "test-alone.sock").exists()
    assert not worker.lines("asked to stop"), "the level was changed"


def test_a_worker_without_a_run_directory_warns_and_goes_on(salesreg, tmp_path):
    worker = salesreg("test-worker", "test-alone", SALESREG_TEST_DIR=tmp_path, SALESREG_RUN_DIR="/proc/none")
    worker.wait_for_log("no control socket.*SALESREG_RUN_DIR")
    worker.terminate()


def test_a_frozen_worker_alone_is_unhealthy(salesreg, tmp_path):
    worker = salesreg("test-worker", "test-alone", SALESREG_TEST_DIR=tmp_path)
    settings = {"SALESREG_RUN_DIR": worker.run_dir}
    eventually(lambda: run("healthcheck", "test-alone", settings=settings).returncode == 0)
    worker.freeze()
    done = run("healthcheck", "test-alone", settings=settings)
    worker.thaw()
    assert done.returncode == 1 and "silent" in done.stdout


def test_nonsense_and_idlers_at_the_control_socket_harm_nobody(ready):
    s = ready()
    path = f"{s.run_dir}/supervise.sock"

    def connect():
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        client.settimeout(40)
        return client

    for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 600, b"\xff" * 3):
        client = connect()
        client.sendall(nonsense)
        if len(nonsense) > 3:
            try:
                assert client.recv(100) == b""
            except ConnectionResetError:
                pass
        client.close()
    # whoever says nothing makes room, and after a while is hung up on
    idlers = [connect() for _ in range(100)]
    assert s.command("healthcheck").returncode == 0
    assert s.command("status").returncode == 0
    for idler in idlers:
        assert idler.recv(100) == b""
        idler.close()
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    assert oct(os.stat(s.run_dir).st_mode & 0o777) == "0o700"


def test_the_systemd_unit_is_one():
    if not shutil.which("systemd-analyze"):
        pytest.skip("NO systemd-analyze HERE: config/salesreg.service is not looked at")
    done = subprocess.run(["systemd-analyze", "verify", ROOT / "config" / "salesreg.service"], capture_output=True,
                          text=True)
    complaints = [line for line in (done.stdout + done.stderr).splitlines()
                  if "is not executable" not in line and "man salesreg(1)" not in line]  # not installed here
    assert not complaints


def test_the_systemd_unit_exposes_little():
    if not shutil.which("systemd-analyze"):
        pytest.skip("NO systemd-analyze HERE: config/salesreg.service is not judged")
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", ROOT / "config" / "salesreg.service"],
                          capture_output=True, text=True)
    level = re.search(r"Overall exposure level for salesreg.service: ([0-9.]+)", done.stdout)
    assert level and float(level.group(1)) <= 1.2, done.stdout + done.stderr
    unit = (ROOT / "config" / "salesreg.service").read_text()
    for line in ("LimitCORE=0", "MemoryMax=", "TasksMax=", "#LoadCredential="):
        assert re.search(f"^{line}", unit, re.M), line


def test_systemd_is_told_what_it_asks_for(supervise, tmp_path):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name = f"@salesreg-test-{os.getpid()}"
    listener.bind("\0" + name[1:])
    listener.settimeout(40)
    s = supervise(NOTIFY_SOCKET=name, WATCHDOG_USEC=400000, behaviour={"test-two": "degraded rain"})
    heard = []

    def hear(wanted):
        while not any(wanted in message for message in heard):
            heard.append(listener.recv(1000).decode())
        return [message for message in heard if wanted in message]

    assert hear("READY=1") == ["READY=1"]
    hear("test-two: ready, degraded: rain")
    hear("WATCHDOG=1")
    environ = Path(f"/proc/{s.row('test-two')['pid']}/environ").read_bytes()
    assert b"NOTIFY_SOCKET" not in environ and b"WATCHDOG" not in environ
    s.ask_to_stop()
    hear("STOPPING=1")
    s.wait_ends(0)
