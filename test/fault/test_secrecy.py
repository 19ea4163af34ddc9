"""
What a process shows of itself and keeps: nothing of its environment in /proc, nothing to others of the same user, no core,
and no secret that it does not read, anywhere in its memory.
"""
import base64
import json
import os
import pwd
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.google import COMPANY, SECRET
from support.office import KEY as OFFICE_KEY, Office
from support.paths import BINARY
from support.process import environment, run
from support.telegram import TOKEN
from support.waiting import eventually

KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ="  # of 32 bytes
STRANGE = "AKIAthiskeyisnobodysbusiness"
GOOGLE = "GOCSPX-hush-hush-hush"
SECRETS = {"REGISTRY_BOT_TOKEN": TOKEN, "TOKEN_ENCRYPTION_KEY": KEY, "GOOGLE_CLIENT_SECRET": GOOGLE,
           "AWS_SECRET_ACCESS_KEY": STRANGE}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="looks into processes and becomes another user: needs root")


def memory_of(pid):
    """All that the process has written to, as root sees it."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw\S* ", line)
            if not found:
                continue
            start, end = (int(n, 16) for n in found.groups())
            if end - start > 1 << 30:
                continue  # a sanitizer's book-keeping, which is no copy of anything
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except (OSError, OverflowError, ValueError):
                continue  # [vvar] and the like


def copies(pid, secret):
    return sum(piece.count(secret.encode()) for piece in memory_of(pid))


def at_work(world):
    """Outreach has said what it has to say of its settings, and is connected."""
    world.db.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")


def is_sanitized():
    """Then the sanitizer keeps a copy of its own of what the environment was at the start."""
    return b"__asan_init" in BINARY.read_bytes()


def environ_of(pid):
    return Path(f"/proc/{pid}/environ").read_bytes()


def status_of(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def core_limits(pid):
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if line.startswith("Max core"))
    return line.split()[4:6]


def workers(supervise):
    """pid by role."""
    found = {}
    for child in Path(f"/proc/{supervise.pid}/task/{supervise.pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        found[words[1].decode()] = int(child)
    return found


@pytest.fixture
def system(make_world):
    """supervise with both workers ready, and with more secrets around it than anybody needs."""
    def system(**settings):
        world = make_world(**SECRETS, **settings)
        made = world.start("supervise")
        made.wait_for_log("every worker is ready")
        return made
    return system


@needs_root
def test_a_worker_has_only_the_secrets_that_it_reads(system):
    supervise = system()
    pids = workers(supervise)
    for name, secret in SECRETS.items():
        assert copies(pids["outreach"], secret) == 0, f"outreach holds {name}"
        assert (copies(pids["bot"], secret.split(":")[-1]) > 0) == (name == "REGISTRY_BOT_TOKEN"), f"bot and {name}"
        # what a worker may need once more at its restart; a sanitizer has a copy of its own
        held = copies(supervise.pid, secret) > is_sanitized()
        assert held == (name == "REGISTRY_BOT_TOKEN"), f"supervise and {name}"


@needs_root
@pytest.mark.parametrize("how", ["a variable", "a file"])
def test_alone_it_forgets_what_it_was_given_and_does_not_read(make_world, tmp_path, how):
    """One container with an environment for all of them."""
    settings = dict(SECRETS)
    if how == "a file":
        for name in ("REGISTRY_BOT_TOKEN", "TOKEN_ENCRYPTION_KEY", "GOOGLE_CLIENT_SECRET"):
            path = tmp_path / name
            path.write_text(settings.pop(name))
            settings[f"{name}_FILE"] = str(path)
    world = make_world(REGISTRY_BOT_TOKEN=None, **settings) if how == "a file" else make_world(**settings)
    outreach = world.start_outreach()
    world.db.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")
    for name in ("REGISTRY_BOT_TOKEN", "TOKEN_ENCRYPTION_KEY", "GOOGLE_CLIENT_SECRET"):
        assert copies(outreach.pid, SECRETS[name]) == (how == "a variable" and is_sanitized()), name


PROXY_PASSWORD = "a-proxys-password"
NOBODY_READS = {"AWS_SECRET_ACCESS_KEY": STRANGE, "MIGRATE_OWNER_PASSWORD": "an-owners-password",
                "SOME_TOOLS_TOKEN": "a-tools-token", "REGISTRY_BOT_TOKEN_OLD": "an-old-token"}


@needs_root
@pytest.mark.parametrize("role", ["bot", "outreach"])
def test_alone_it_keeps_of_its_environment_what_it_reads_and_wipes_the_rest(make_world, tmp_path, role):
    """What libraries look for later stays: the ways to Telegram and to the database."""
    proxies = {name: f"http://user:{PROXY_PASSWORD}@127.0.0.1:9" for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY")}
    world = make_world(no_proxy="127.0.0.1,localhost", NO_PROXY="127.0.0.1,localhost")
    settings = {**NOBODY_READS, **proxies, "PGPASSWORD": "not-the-password"}
    process = world.start(role, **settings)
    world.db.eventually("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name LIKE %s"
                        " AND datname = current_database()", f"salesreg {role}%")
    sanitizers = 1 if is_sanitized() else 0
    for name, secret in {**NOBODY_READS, "PGPASSWORD": settings["PGPASSWORD"]}.items():
        assert copies(process.pid, secret) == sanitizers, name
        assert environ_of(process.pid).strip(b"\0") == b""
    kept = copies(process.pid, PROXY_PASSWORD) - sanitizers * len(proxies)
    assert (kept > 0) == (role == "bot"), kept


@pytest.mark.parametrize("source", ["variable", "passfile", "service"])
def test_the_database_is_found_again_by_what_libpq_reads_at_each_connection(make_world, tmp_path, source):
    world = make_world()
    url = urlsplit(world.db.url)
    (tmp_path / "services").write_text(f"[sales]\nhost={url.hostname}\nport={url.port}\nuser={url.username}\n"
                                       f"password={url.password}\n")
    (tmp_path / "passes").write_text(f"*:*:*:*:{url.password}\n")
    (tmp_path / "passes").chmod(0o600)
    bare = {"DATABASE_URL": f"postgresql://{url.hostname}:{url.port}{url.path}", "PGUSER": url.username}
    outreach = world.start("outreach", **{
        "variable": {**bare, "PGPASSWORD": url.password},
        "passfile": {**bare, "PGPASSFILE": tmp_path / "passes"},
        "service": {"DATABASE_URL": f"postgresql://{url.path}?service=sales", "PGSERVICEFILE": tmp_path / "services"}}[source])
    mine = "FROM pg_stat_activity WHERE application_name LIKE 'salesreg outreach%%' AND datname = current_database()"
    for _ in range(2):
        world.db.eventually(f"SELECT count(*) > 0 {mine} AND application_name LIKE '%% listen'")
        before = world.db.column(f"SELECT pid {mine}")
        world.db.rows("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", before)
        world.db.eventually(f"SELECT count(*) > 0 {mine} AND application_name LIKE '%% listen' AND pid <> ALL (%s)", before)
    assert not outreach.lines("password")


@pytest.mark.parametrize("source", ["url", "keyword", "variable", "passfile", "service", "second host"])
@pytest.mark.parametrize("password", ["changeme", "changed"])
def test_the_example_s_password_is_noticed_wherever_it_comes_from(make_world, tmp_path, source, password):
    world = make_world()
    url = urlsplit(world.db.url)
    place = f"{url.hostname}:{url.port}{url.path}"
    (tmp_path / "services").write_text(f"[sales]\nhost={url.hostname}\nport={url.port}\nuser={url.username}\npassword={password}\n")
    (tmp_path / "passes").write_text(f"other:*:*:*:changeme\n{url.hostname}:{url.port}:*:{url.username}:{password}\n")
    (tmp_path / "second").write_text(f"{url.hostname}:{url.port}:*:{url.username}:secret\nstandby.invalid:5433:*:*:{password}\n")
    for file in ("passes", "second"):
        (tmp_path / file).chmod(0o600)
    settings = {
        "second host": {"DATABASE_URL": f"postgresql://{url.username}@{url.hostname}:{url.port},standby.invalid:5433{url.path}",
                        "PGPASSFILE": tmp_path / "second"},
        "url": {"DATABASE_URL": f"postgresql://{url.username}:{password}@{place}"},
        "keyword": {"DATABASE_URL": f"postgresql://{url.username}@{place}?password={password}"},
        "variable": {"DATABASE_URL": f"postgresql://{url.username}@{place}", "PGPASSWORD": password},
        "passfile": {"DATABASE_URL": f"postgresql://{url.username}@{place}", "PGPASSFILE": tmp_path / "passes"},
        "service": {"DATABASE_URL": f"postgresql://{url.path}?service=sales", "PGSERVICEFILE": tmp_path / "services"}}[source]
    outreach = world.start("outreach", **settings)
    at_work(world)
    done = run("doctor", "--no-poll", "--json", settings=settings)
    noticed = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "example-password"]
    assert bool(noticed) == bool(outreach.lines("password is the example's")) == (password == "changeme"), outreach.log


@needs_root
def test_no_process_shows_its_environment(system, sandbox):
    supervise = system()
    for pid in [supervise.pid, *workers(supervise).values(), sandbox.process.pid]:
        assert environ_of(pid).strip(b"\0") == b"", pid


@needs_root
def test_no_process_can_gain_privileges_or_leave_a_core(system, sandbox):
    supervise = system()
    for pid in [supervise.pid, *workers(supervise).values(), sandbox.process.pid]:
        assert status_of(pid)["NoNewPrivs"] == "1"
        assert core_limits(pid) == ["0", "0"]
        assert os.stat(f"/proc/{pid}/environ").st_uid == 0


@needs_root
def test_workers_refuse_themselves_what_they_do_without(system):
    """Which calls, and how each is refused: test_syscall_filter.c. The supervisor has to start programs."""
    supervise = system()
    assert {role: status_of(pid)["Seccomp"].strip() for role, pid in workers(supervise).items()} == {"bot": "2", "outreach": "2"}


def test_a_worker_alone_does_too_unless_told_otherwise(make_world):
    world = make_world()
    filtered, not_filtered = world.start_outreach(), world.start_outreach(SYSCALL_FILTER="false")
    not_filtered.wait_for_log("SYSCALL_FILTER is false")
    world.db.eventually("SELECT count(*) = 2 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")
    with_it, without = (int(status_of(p.pid)["Seccomp_filters"]) for p in (filtered, not_filtered))
    assert with_it == without + 1


@pytest.mark.parametrize("settings,wants", [({"KRB5CCNAME": "KEYRING:persistent:1000"}, True), ({"KRB5CCNAME": "FILE:/tmp/x"}, False),
                                            ({"PGKRBSRVNAME": "sales"}, True), ({"PGKRBSRVNAME": "postgres"}, False)])
def test_who_has_kerberos_tickets_in_a_keyring_reaches_it(make_world, settings, wants):
    """Which calls those are: keyrings_are_left_to_who_needs_them."""
    world = make_world()
    outreach = world.start_outreach(**settings)
    at_work(world)
    assert len(outreach.lines("the database wants Kerberos")) == wants


@needs_root
@pytest.mark.skipif(not shutil.which("gdb"), reason="NO GDB HERE")
@pytest.mark.skipif(is_sanitized(), reason="A BUILD WITH SANITIZERS, which trace: see the preset strict")
def test_a_worker_that_is_made_to_start_a_program_dies_of_it(make_world, tmp_path):
    """As whoever has taken it over would: by a debugger, which root may be."""
    world = make_world()
    outreach = world.start_outreach()
    world.db.eventually("SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'salesreg outreach listen'"
                        " AND datname = current_database()")
    outreach.expect_exit(-signal.SIGSYS)
    done = subprocess.run(["gdb", "-p", str(outreach.pid), "-batch", "-ex", 'print (int)system("true")',
                           "-ex", 'print (int)execve("/bin/true", 0, 0)'],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd=tmp_path,
                          env={"PATH": os.environ["PATH"]},  # it may die itself when the process is gone under its hands
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    assert re.search(r"^\$1 = (-1|32512)$", done.stdout, re.M), done.stdout  # no child, or one that could not be
    assert outreach.wait() == -signal.SIGSYS


@pytest.fixture
def nobody(make_world):
    """nobody(role, **settings): it runs as a user without any right, and can be asked by the same."""
    user = pwd.getpwnam("nobody")
    directory = tempfile.mkdtemp(prefix="salesreg-nobody-")
    os.chown(directory, user.pw_uid, user.pw_gid)
    prefix = ["setpriv", "--reuid", "nobody", "--regid", str(user.pw_gid), "--clear-groups"]
    started = []
    world = make_world()
    base = {"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": world.sandbox.base,
            "SALESREG_RUN_DIR": directory}

    def command(*words, **settings):
        return subprocess.run([*prefix, *words], env=environment({**base, **settings}), capture_output=True, text=True)

    def start(role, **settings):
        made = subprocess.Popen([*prefix, str(BINARY), role], env=environment({**base, **settings}),
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(made)
        eventually(lambda: command(str(BINARY), "healthcheck").returncode == 0)
        return made.pid

    start.command = command
    yield start
    for process in started:
        process.terminate()
        assert process.wait(30) == 0
    shutil.rmtree(directory)


@needs_root
def test_nobody_of_the_same_user_looks_into_it(nobody):
    pid = nobody("supervise")
    outreach = next(int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    for target in (pid, outreach):
        for name in ("environ", "maps", "mem"):
            done = nobody.command("head", "-c1", f"/proc/{target}/{name}")
            assert done.returncode != 0 and "Permission denied" in done.stderr, name
        assert "Operation not permitted" in nobody.command("gdb", "-p", str(target), "-batch").stderr if shutil.which("gdb") else True


@needs_root
def test_status_and_healthcheck_tell_the_same_as_before(nobody):
    nobody("supervise")
    rows = {}

    def all_known():
        lines = nobody.command(str(BINARY), "status").stdout.splitlines()
        rows.update({line.split()[0]: line.split() for line in lines[1:]})
        return {"bot", "outreach", "supervise"} <= set(rows) and all("-" != rows[r][6] for r in ("bot", "outreach", "supervise"))
    eventually(all_known, timeout=30, what=f"a PSS of each: {rows}")


@needs_root
@pytest.mark.parametrize("way", ["plain", "white space", "file"])
def test_debug_cores_lets_a_debugger_in(nobody, tmp_path, way):
    (tmp_path / "on").write_text("true\n")
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    pid = nobody("outreach", **{"plain": {"DEBUG_CORES": "true"}, "white space": {"DEBUG_CORES": " true "},
                                "file": {"DEBUG_CORES_FILE": str(tmp_path / "on")}}[way])
    assert os.stat(f"/proc/{pid}/environ").st_uid == pwd.getpwnam("nobody").pw_uid
    assert nobody.command("head", "-c1", f"/proc/{pid}/maps").returncode == 0
    assert status_of(pid)["NoNewPrivs"] == "1"


def test_debug_cores_is_a_switch_like_others(database):
    done = run("check-config", settings={"DATABASE_URL": database.url, "REGISTRY_BOT_TOKEN": TOKEN, "DEBUG_CORES": "maybe"})
    assert done.returncode == 78 and "DEBUG_CORES=maybe" in done.stderr


# run as nobody: in how many of so many starts the environment could be read before the program hid it
LOOK = """
import subprocess, sys
hits = 0
for _ in range(25):
    process = subprocess.Popen([sys.argv[1], "version"], stdout=subprocess.DEVNULL,
                               env={"SECRET": "top-secret", "ASAN_OPTIONS": "detect_leaks=0"})
    seen = False
    while process.poll() is None and not seen:
        try:
            with open(f"/proc/{process.pid}/environ", "rb") as file:
                seen = b"top-secret" in file.read()
        except OSError:
            pass
    assert process.wait() == 0
    hits += seen
print(hits)
"""


@needs_root
def test_an_installed_program_shows_nothing_from_its_first_moment():
    """exec(2) makes a process readable again, for as long as it takes to say otherwise: unless its file may not be read."""
    directory = Path(tempfile.mkdtemp(prefix="salesreg-installed-"))
    try:
        directory.chmod(0o755)
        done = subprocess.run(["cmake", "--install", BINARY.parent, "--prefix", directory], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

        def hits(program):
            looked = subprocess.run(["/usr/bin/python3", "-c", LOOK, program], user=65534, group=65534, extra_groups=[],
                                    capture_output=True, text=True, timeout=120)
            assert looked.returncode == 0, looked.stderr
            return int(looked.stdout)
        installed = directory / "bin" / "salesreg"
        assert installed.stat().st_mode & 0o777 == 0o711
        assert hits(installed) == 0
        installed.chmod(0o755)
        assert hits(installed) > 0, "else this test sees nothing anyway"
    finally:
        shutil.rmtree(directory)


def shown_by_processes(pids):
    """What anybody on the machine can read of them, as ps does."""
    said = b""
    for pid in pids:
        for name in ("cmdline", "comm", "status", "environ"):
            said += Path(f"/proc/{pid}/{name}").read_bytes()
    done = subprocess.run(["ps", "-ww", "-o", "args=,comm=,cmd=", "-p", ",".join(map(str, pids))], capture_output=True, check=True)
    return said + done.stdout


def forms(secret):
    """As it is, and as a dump writes bytes."""
    return {secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("=")}


@needs_root
def test_no_secret_of_calendars_is_in_process_lists_or_in_the_database(make_world):
    office = Office(make_world)
    anna, boris = office.rep(), office.rep("boris@truerealestate.bali", name="Boris Orlov")
    seen = {OFFICE_KEY, SECRET, TOKEN.split(":")[1]}

    def sees(location):
        back = dict(parse_qsl(urlsplit(location).query))
        seen.update(word for word in (back.get("code"), back["state"], back["state"].split(".")[0]) if word)
        return location
    # connected, and a way back that is used for the second time
    location = sees(office.google.walk(office.to_google(office.asks(anna)), COMPANY).location)
    pids = [office.oauth.pid, office.world.bot.pid]
    office.back(location)
    anna.hears("calendar_connected", email=COMPANY)
    assert office.get(location).status_code == 410
    office.synced(anna)
    # one that nobody comes back from, one that Google refuses, and a grant that cannot be given back as yet
    sees(office.google.walk(office.to_google(office.asks(boris)), "boris@truerealestate.bali").location)
    sees(office.google.walk(office.to_google(office.asks(boris)), "boris@truerealestate.bali", cancel=True).location)
    office.google.fault("revoke", "502html", times=-1)
    anna.says("календарь")
    office.shows(anna)
    anna.presses("button_calendar_off")
    anna.hears("ask_calendar_off")
    anna.presses("button_calendar_off_yes")
    anna.hears("calendar_disconnected")
    office.db.calendar_jobs.eventually("error IS NOT NULL")
    dump = subprocess.run(["pg_dump", office.db.url], capture_output=True, text=True, check=True).stdout
    lists = shown_by_processes(pids)
    assert len(seen) >= 7 and anna.name in dump
    # tokens of the emulated Google begin like this
    for secret in seen | {"ya29.a0", "1//0"}:
        for form in forms(secret):
            assert form.encode() not in lists, secret
            assert len(form) < 12 or form not in dump, secret
    for token in ("ya29.a0", "1//0"):
        assert token not in dump


@needs_root
def test_no_code_and_no_token_of_calendars_stays_in_memory(make_world):
    """Once it was used, wherever in the process it was: in requests, answers and what was read from them."""
    office = Office(make_world)
    anna = office.rep()
    location = office.google.walk(office.to_google(office.asks(anna)), COMPANY).location
    code = dict(parse_qsl(urlsplit(location).query))["code"]
    office.back(location)
    anna.hears("calendar_connected", email=COMPANY)
    for _ in range(2):
        office.synced(anna)
        office.google.expire(COMPANY)  # found out by a call; then the next look knows
        office.db.calendar_accounts.update("access_expires_at = now()")
    office.google.fault("refresh", "new_refresh_token")
    office.synced(anna)
    for secret in (code, "ya29.a0", "1//0"):  # tokens of the emulated Google begin like this
        eventually(lambda secret=secret: copies(office.oauth.pid, secret) == 0, what=f"{secret} is gone")
