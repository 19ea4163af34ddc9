"""Everything by one command, as somebody meets it who has just cloned this."""
import os
import pty
import pwd
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import psycopg2
import pytest

from support.paths import BINARY, ROOT
from support.postgres import free_port
from support.process import EXIT_CONFIG, run
from support.waiting import eventually


def ask(directory, sql):
    connection = psycopg2.connect(f"host={directory}/socket port=5432 user=salesreg dbname=postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()


def user_of(pid):
    """Not the owner of /proc/PID, which is root for whoever lets nobody look into it."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Uid:"))
    return int(line.split()[1])


def test_a_rep_registers_and_has_a_prospect_and_everything_is_still_there_after_a_restart(demo, directory):
    first = demo()
    page = first.ready()
    anna = page.person("Anna Petrova")
    anna.registers()
    assert "Alex" in anna.hears_anything().text
    added = page.http.post(f"{page.base}/page/prospects", json={"name": "Maria Sidorova", "contact": "@maria_s", "note": "by the sea"},
                           headers={"Origin": page.base}, timeout=60)
    assert added.json() == {"ok": True}, added.text
    assert ask(directory, "SELECT context FROM test_prospects WHERE name = 'Maria Sidorova'") == [("by the sea",)]
    chat = [m.text for m in page.bot_messages(anna.id)]
    first.interrupt()

    second = demo(port=first.port)
    page = second.ready()
    assert [m.text for m in page.bot_messages(anna.id)] == chat
    assert ask(directory, "SELECT status FROM sales_representatives") == [("active",)]
    again = page.people[anna.id] = page.person("Anna Petrova", id=anna.id)
    again.forget()
    again.says("статус")
    again.hears("status", open=2)
    second.interrupt()


def test_nothing_of_it_is_root_and_the_database_is_on_no_port(demo, directory):
    d = demo()
    d.ready()
    pids = d.pids()
    names = {Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode() for pid in pids}
    assert any(n.endswith("/postgres") for n in names), names
    if os.geteuid() == 0:
        assert all(user_of(pid) != 0 for pid in pids), {pid: user_of(pid) for pid in pids}
    assert oct(directory.stat().st_mode & 0o777) == "0o700"
    assert ask(directory, "SHOW listen_addresses") == [("",)]
    d.interrupt()


def test_after_everything_was_killed_at_once_it_starts_again(demo, directory):
    d = demo()
    page = d.ready()
    anna = page.person("Anna Petrova")
    anna.registers()
    eventually(lambda: (directory / "sandbox.json").exists())
    d.expect_exit(-signal.SIGKILL)
    for pid in d.pids():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    d.wait()
    eventually(lambda: d.pids() == [])
    # as in a container, where numbers are small: the old server's is somebody else's of the same user now
    own = subprocess.Popen(["sleep", "1000"], user=directory.stat().st_uid if os.geteuid() == 0 else None)
    try:
        for name in ("pgdata/postmaster.pid", "socket/.s.PGSQL.5432.lock"):
            path = directory / name
            lines = path.read_text().splitlines(keepends=True) if path.exists() else ["", "/nowhere\n"]
            path.write_text("".join([f"{own.pid}\n"] + lines[1:]))
        again = demo()
        again.ready()
        assert ask(directory, "SELECT status FROM sales_representatives") == [("active",)]
        again.interrupt()
    finally:
        own.kill()
        own.wait()


def test_an_interrupted_first_run_is_no_trouble(demo, directory):
    (directory / "pgdata.new" / "base").mkdir(parents=True)
    (directory / "pgdata.new" / "PG_VERSION").write_text("15\n")
    (directory / "lock").touch()
    if os.geteuid() == 0:
        for path in (directory, directory / "lock", directory / "pgdata.new", directory / "pgdata.new" / "base"):
            shutil.chown(path, "postgres")
    d = demo()
    d.ready()
    assert not (directory / "pgdata.new").exists()
    d.interrupt()


def test_a_second_demo_in_the_same_directory_says_so(demo, directory):
    d = demo()
    d.ready()
    second = demo()
    second.expect_exit(EXIT_CONFIG)
    second.wait_for_log("is already running; stop it, or give another directory with --data")
    second.wait()
    assert d.alive
    d.interrupt()


def test_a_taken_port_is_said_if_it_was_asked_for_and_avoided_if_not(demo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        d = demo(port=taken.getsockname()[1])
        d.expect_exit(EXIT_CONFIG)
        d.wait_for_log("give a free address with --listen")
        d.wait()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8081))
            taken.listen()
        except OSError:
            pass  # then somebody else has it, which will do
        d = demo(port=None)
        assert ":8081" not in d.ready().base
        d.interrupt()


def test_settings_of_a_real_system_do_not_leak_in(demo, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("1:real-token-of-a-real-bot-0123456789abcdef")
    d = demo(DATABASE_URL="postgresql://nobody@192.0.2.1/real", REGISTRY_BOT_TOKEN_FILE=str(secret),
             TELEGRAM_API_BASE="http://192.0.2.1", WORKERS="oauth", PGHOSTADDR="192.0.2.1", PGREQUIREPEER="nobody",
             REGISTRATION_APPROVAL="admin", OUTREACH_ENABLED="false", METRICS_LISTEN="192.0.2.1:1", MESSAGES="{", SALESREG_ROLE="bot", http_proxy="http://192.0.2.1:1",
             PGSSLMODE="require", GOOGLE_CLIENT_ID="x")
    page = d.ready()
    anna = page.person("Anna Petrova")
    anna.registers()
    assert "Alex" in anna.hears_anything().text
    d.interrupt()


@pytest.mark.parametrize("address", ["127.0.0.2:8097", "[::1]:8097", "127.0.0.1:0", "example.org:80"])
def test_an_address_the_bot_could_not_come_by_is_refused(directory, address):
    done = run("demo", "--data", str(directory), "--listen", address)
    assert done.returncode == EXIT_CONFIG and "0.0.0.0:PORT" in done.stderr


@pytest.mark.parametrize("what", ["a file", "somebody's"])
def test_a_directory_with_something_else_in_it_is_left_alone(directory, what):
    (directory / "precious").write_text("x")
    directory.chmod(0o1777)
    if what == "somebody's" and os.geteuid() == 0:
        (directory / "precious").unlink()
        os.chown(directory, 65534, 65534)
    elif what == "somebody's":
        pytest.skip("NOT ROOT: nobody else's directory can be made")
    before = directory.stat()
    done = run("demo", "--data", str(directory))
    assert done.returncode == EXIT_CONFIG and "--data" in done.stderr
    after = directory.stat()
    assert (before.st_uid, before.st_mode) == (after.st_uid, after.st_mode)
    assert {p.name for p in directory.iterdir()} <= {"precious"}


def test_what_root_owns_and_is_not_empty_is_never_given_away(directory):
    """With a file of the name that the demo's own has, as /var/lib/dpkg has one."""
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: nothing is given away")
    (directory / "lock").touch()
    (directory / "important").write_text("x")
    directory.chmod(0o755)
    done = run("demo", "--data", str(directory))
    assert done.returncode == EXIT_CONFIG and "something else is in it" in done.stderr
    after = directory.stat()
    assert (after.st_uid, after.st_mode & 0o777) == (0, 0o755)


def test_started_by_root_it_takes_nothing_of_root_s_along(directory, tmp_path):
    """No descriptor, no variable, no privilege, no terminal; and Ctrl-C in the terminal still stops it."""
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: there is nothing to leave behind")
    log = tmp_path / "log"
    report = tmp_path / "pid"
    shell, terminal = pty.fork()
    if shell == 0:
        # a shell with its terminal, which starts the demo as one does: in its own session, with what it has open
        os.set_inheritable(os.open("/etc/shadow", os.O_RDONLY), True)
        with open(log, "w") as out:
            demo = subprocess.Popen([BINARY, "demo", "--data", str(directory), "--listen", f"127.0.0.1:{free_port()}"],
                                    stdout=out, stderr=out, close_fds=False,
                                    env={**os.environ, "SSH_AUTH_SOCK": "/tmp/agent", "FOREIGN_SECRET": "hush",
                                         "LC_ALL": "C.UTF-8"})
            report.write_text(str(demo.pid))
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os._exit(demo.wait() != 0)
    pid = None
    try:
        eventually(lambda: "What to try first" in log.read_text() if log.exists() else None, timeout=120)
        pid = int(report.read_text())
        proc = Path(f"/proc/{pid}")
        assert not [f for f in (proc / "fd").iterdir() if os.readlink(f) == "/etc/shadow"]
        assert (proc / "environ").read_bytes().strip(b"\0") == b"", "it shows none of its own"
        children = [Path(f"/proc/{child}") for child in (proc / "task" / str(pid) / "children").read_text().split()]
        environ = next((c / "environ").read_bytes() for c in children if b"/postgres\0" in (c / "cmdline").read_bytes())
        assert b"SSH_AUTH_SOCK" not in environ and b"FOREIGN_SECRET" not in environ and b"LC_ALL=C.UTF-8" in environ
        status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
        assert status["NoNewPrivs"] == "1" and int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0
        assert "0" not in status["Uid"].split() + status["Gid"].split() + status["Groups"].split()
        tty = int((proc / "stat").read_text().rsplit(")", 1)[1].split()[4])
        assert tty == 0
        os.write(terminal, b"\x03")
        assert os.waitpid(shell, 0)[1] == 0, log.read_text()
        pid = None
    finally:
        if pid:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(shell, 0)
        os.close(terminal)


def test_a_stop_while_something_waits_to_be_started_again_is_in_order(demo):
    d = demo()
    d.ready()
    outreach = next(p for p in d.pids() if b"outreach" in Path(f"/proc/{p}/cmdline").read_bytes())
    sandbox = next(p for p in d.pids() if b"sandbox" in Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0"))
    os.kill(outreach, signal.SIGSTOP)  # takes its time to stop
    os.kill(sandbox, signal.SIGKILL)
    d.send(signal.SIGINT)
    assert d.wait(60) == 0, d.log


@pytest.mark.parametrize("args, says", [
    (["--data", "/proc/nowhere"], "cannot be the demo's directory"),
    (["--data", "/tmp/" + "x" * 80], "at most 80 characters"),
    (["--data", "/tmp/a b"], "none of"),
])
def test_a_directory_that_will_not_do_is_refused_with_the_reason(args, says):
    done = run("demo", *args)
    assert done.returncode == EXIT_CONFIG
    assert says in done.stderr and "--data" in done.stderr


@pytest.mark.parametrize("args, says", [(["--port", "9000"], "unknown argument --port"), (["--data"], "--data needs a value")])
def test_quickstart_looks_at_its_arguments_first(tmp_path, args, says):
    done = subprocess.run([ROOT / "quickstart.sh", *args], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (64, "") and says in done.stderr, done.stderr


def test_usage():
    assert "Ctrl-C" in run("demo", "--help").stdout
    assert run("demo", "--what").returncode == 64
    assert run("demo", "what").returncode == 64


def test_as_a_person_who_is_not_root(demo, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: the other tests are this one")
    user = pwd.getpwnam("nobody")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    for parent in [home, *home.parents][:4]:
        if str(parent) not in ("/", "/tmp"):
            parent.chmod(parent.stat().st_mode | 0o055)
    log = open(tmp_path / "log", "w+")
    # the clone may be where nobody else can go
    binary = Path(shutil.copy(BINARY, home / "salesreg"))
    binary.chmod(0o755)
    short = Path("/tmp") / f"d{os.getpid()}"
    short.symlink_to(home)
    process = None
    try:
        process = subprocess.Popen([str(short / "salesreg"), "demo"], user=user.pw_uid, group=user.pw_gid, extra_groups=[], stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                                   env={"PATH": os.environ["PATH"], "HOME": str(short)})
        text = eventually(lambda: "What to try first" in (t := Path(tmp_path / "log").read_text()) and t, timeout=120)
        assert f"{short}/.local/share/salesreg-demo" in text
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, Path(tmp_path / "log").read_text()
    finally:
        if process and process.poll() is None:
            process.kill()
        short.unlink()
        log.close()
