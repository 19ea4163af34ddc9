"""The benchmark behind test/bench/run.sh. Every figure is a median over rounds, with the spread as ±."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path


sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support.database import tables  # noqa: E402
from support.paths import SANDBOX_WITH_LOAD  # noqa: E402
from support.postgres import Cluster  # noqa: E402
from support.process import Process, run  # noqa: E402
from support.telegram import TOKEN, Sandbox  # noqa: E402
from measure import (HERE, SCRIPT, SUPERVISED_MB, Contender, compare, emulator, fresh, load, note, over, pss_kib, rows,  # noqa: E402
                     schedstat_ms, settings, spread, start_peer)
from bench_calendar import bench_calendar, bench_supervised_calendar  # noqa: E402
from bench_prospects import bench_many_prospects, bench_prospects  # noqa: E402


def start_to_first_poll(database, directory, count, tls):
    times = []
    for i in range(count):
        sandbox = emulator(directory, f"start-{i}", tls)
        started = time.monotonic()
        bot = Process("bot", [], settings(database, sandbox), directory / f"start-bot-{i}.log")
        while True:
            if sandbox.stats()["methods"].get("getUpdates") or any(b["polling"] for b in sandbox.stats()["bots"]):
                break
        times.append((time.monotonic() - started) * 1000)
        bot.terminate()
        sandbox.process.terminate()
    note(f"start to first getUpdates (migrated database), {over(tls)}", spread(times) + " ms", f"(n={count}, seen from outside)")


def start_bot(cluster, directory, users, tls):
    name = f"salesreg {over(tls)}"
    sandbox = emulator(directory, f"sandbox-{tls}", tls)
    bot = Process("bot", [], settings(fresh(cluster, "bench"), sandbox), directory / f"bot-{tls}.log")
    bot.wait_ready()
    time.sleep(2)
    note(f"{name}: PSS idle", f"{pss_kib(bot.pid) / 1024:.1f} MB")
    before = schedstat_ms(bot.pid)
    time.sleep(20)
    note(f"{name}: idle CPU", f"{(schedstat_ms(bot.pid) - before) / 20000 * 100:.3f} %")
    return bot, Contender(name, sandbox, bot.pid, users)


def bench_registrations(cluster, directory, users, rounds, memory_users, tls, with_peer):
    """Both run, and one after the other is under load: what the machine's neighbours do hits both alike."""
    print(f"registrations {over(tls)}", flush=True)
    bot, ours = start_bot(cluster, directory, users, tls)
    peer, theirs = start_peer(cluster, directory, min(users, 1500), tls) if with_peer else (None, None)
    try:
        for _ in range(rounds):
            ours.round()
            if peer:
                theirs.round()
        ours.note()
        if peer:
            theirs.note()
            compare(ours, theirs, over(tls))
        done = users * rounds + 300
        if memory_users > done:
            load(ours.sandbox, memory_users - done, 500_000_000)
            note(f"{ours.name}: PSS after {memory_users:,} registrations", f"{pss_kib(bot.pid) / 1024:.1f} MB")
    finally:
        if peer:
            peer.terminate()
            peer.wait(20)
            theirs.sandbox.process.terminate()
        bot.terminate()
        ours.sandbox.process.terminate()


def bench_ceilings(cluster, directory, seconds):
    print("ceilings", flush=True)
    sandbox = Sandbox(directory / "ceiling.log")
    sandbox.post("users", id=1, first_name="One")
    sandbox.http.get(f"{sandbox.base}/bot{TOKEN}/getMe", timeout=10)
    sandbox.act(user=1, type="text", text="hello")
    out = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(HERE / "send.lua"),
                          f"{sandbox.base}/bot{TOKEN}/sendMessage"], capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx.*: (\d+)", out)
    assert not refused, out
    per_s = float(re.search(r"Requests/sec:\s+([0-9.]+)", out).group(1))
    note("the emulator alone: sendMessage/s (wrk, 64 connections)", f"{per_s:,.0f}")
    sandbox.process.terminate()
    database = fresh(cluster, "ceiling")
    database.execute(f"INSERT INTO {tables.bot_state} (bot_id) VALUES (1)")
    out = subprocess.run([str(cluster.bin / "pgbench"), "-n", "-M", "prepared", "-c", "1", "-T", str(seconds), "-f",
                          str(HERE / "same_transaction.sql"), database.url], capture_output=True, text=True,
                         check=True).stdout
    per_s = float(re.search(r"tps = ([0-9.]+)", out).group(1)) * 100
    note("PostgreSQL alone: updates/s in the same transactions of 100 (pgbench, one client)", f"{per_s:,.0f}")


def add_reps(database, count):
    database.execute("INSERT INTO public.sales_representatives (telegram_id, name, email)"
                     " SELECT 1000000000 + n, 'Rep ' || n, n || '@truerealestate.bali' FROM generate_series(1, %s) n", count)


def add_prospects(database, count, prefix="p"):
    database.execute("INSERT INTO public.test_prospects (id, telegram_id, name, context)"
                     " SELECT %s || n, '@someone_' || n, 'Prospect ' || n, 'Looks for a villa, number ' || n"
                     " FROM generate_series(1, %s) n", prefix, count)


def bench_assigning(cluster, directory, prospects, reps, waiting_list):
    print("assigning", flush=True)
    sandbox = Sandbox(directory / "assign-sandbox.log")
    database = fresh(cluster, "assign")
    database.execute("DELETE FROM public.test_prospects")
    add_reps(database, reps)
    add_prospects(database, prospects)
    database.execute("VACUUM ANALYZE")
    more = {"MAX_PROSPECTS_PER_REP": "1000000"}
    started = time.monotonic()
    outreach = Process("outreach", [], settings(database, sandbox, **more), directory / "outreach.log")
    waiting = ("SELECT 1 FROM public.test_prospects WHERE assigned_rep_id IS NULL AND status IN"
               " ('unreached', 'contacted', 'in_conversation') LIMIT 1")
    while database.rows(waiting):
        time.sleep(0.02)
    seconds = time.monotonic() - started
    outreach.terminate()
    note(f"assignments/s, {prospects:,} prospects to {reps:,} reps", f"{prospects / seconds:,.0f}",
         "(start of the process included)")
    costs = []
    for count in waiting_list:
        database = fresh(cluster, "assign")
        database.execute("DELETE FROM public.test_prospects")
        add_reps(database, 100)
        add_prospects(database, count)
        database.execute("VACUUM ANALYZE")
        # room for 5,000 (or all): the rest goes on waiting
        capacity = max(1, min(count, 5000) // 100)
        started = time.monotonic()
        outreach = Process("outreach", [], settings(database, sandbox, MAX_PROSPECTS_PER_REP=str(capacity)),
                           directory / f"outreach-{count}.log")
        while database.value(f"SELECT count(*) FROM {tables.assignments}") < capacity * 100:
            time.sleep(0.005)
        costs.append(f"{count:,}: {(time.monotonic() - started) * 1e6 / (capacity * 100):.0f}")
        outreach.terminate()
    note("µs a prospect assigned, by how many are waiting", ", ".join(costs), "(start of the process included)")
    sandbox.process.terminate()


def bench_insert_to_send(cluster, directory, count):
    print("insert to send", flush=True)
    database = fresh(cluster, "latency")
    database.execute("DELETE FROM public.test_prospects")
    sandbox = Sandbox(directory / "latency-sandbox.log")
    bot = Process("bot", [], settings(database, sandbox), directory / "latency-bot.log")
    bot.wait_ready()
    for user in range(1, 11):  # the load's people appear in no transcript
        for line in SCRIPT:
            _, seen = sandbox.transcript(user)
            sandbox.act(user=user, type="text", text=line.replace("{n}", str(user)))
            sandbox.transcript(user, after=seen, wait=10, minimum=2)
    outreach = Process("outreach", [], settings(database, sandbox, MAX_PROSPECTS_PER_REP="1000000"),
                       directory / "latency-outreach.log")
    time.sleep(2)
    times, (_, seen) = [], sandbox.transcript()
    for i in range(count):
        add_prospects(database, 1, f"one{i}-")
        created = database.value("SELECT extract(epoch FROM created_at) * 1e6 FROM public.test_prospects WHERE id = %s",
                                 f"one{i}-1")
        # "time" is when the emulator had the request in its hands
        events, seen = sandbox.transcript(after=seen, wait=10)
        times.append((events[0]["time"] - float(created)) / 1000)
        time.sleep(0.02)
    times.sort()
    note("insert of a prospect to its notification reaching Telegram, p50 / p99",
         f"{times[len(times) // 2]:.1f} / {times[int(len(times) * 0.99)]:.1f} ms", f"(n={count})")
    bot.terminate()
    outreach.terminate()
    sandbox.process.terminate()


def bench_supervised(cluster, directory):
    """What a container needs: the supervisor and its workers, with nothing to do."""
    print("supervise, bot and outreach, idle", flush=True)
    database = fresh(cluster, "supervised")
    sandbox = Sandbox(directory / "supervised-sandbox.log")
    supervisor = Process("supervise", [], settings(database, sandbox), directory / "supervise.log")
    supervisor.wait_for_log("every worker is ready")
    supervisor.wait_for_log("leading: this process")
    time.sleep(20)  # what the start needed has been given back by then
    pids = [supervisor.pid, *map(int, Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split())]
    assert len(pids) == 3, pids
    each = [pss_kib(pid) / 1024 for pid in pids]
    note("supervise + bot + outreach: PSS idle, together", f"{sum(each):.1f} MB",
         f"({' + '.join(f'{mb:.1f}' for mb in each)}; {'OVER the' if sum(each) > SUPERVISED_MB else 'limit'} {SUPERVISED_MB} MB)")
    supervisor.terminate()
    sandbox.process.terminate()


def bench_flatness(cluster, directory, sizes, users):
    print("cost of an update by the number of reps", flush=True)
    costs = []
    for size in sizes:
        database = fresh(cluster, "flat")
        add_reps(database, size)
        database.execute(f"INSERT INTO {tables.user_sessions} (user_id) SELECT telegram_id"
                         " FROM public.sales_representatives")
        database.execute("VACUUM ANALYZE")
        sandbox = Sandbox(directory / f"flat-{size}.log", binary=SANDBOX_WITH_LOAD)
        bot = Process("bot", [], settings(database, sandbox), directory / f"flat-bot-{size}.log")
        bot.wait_ready()
        load(sandbox, 300, 10_000_000)
        before = schedstat_ms(bot.pid)
        result = load(sandbox, users, 20_000_000)
        costs.append(f"{size:,}: {(schedstat_ms(bot.pid) - before) / result['updates']:.3f} ms of CPU, "
                     f"{result['updates'] / result['elapsed_us'] * 1e6:,.0f}/s")
        bot.terminate()
        sandbox.process.terminate()
    note("an update, by reps in the database", "; ".join(costs))


def bench_slots(rounds):
    """Pure computing, in one process: how many free slots of a calendar are found in a second of CPU."""
    lines = subprocess.run([str(SANDBOX_WITH_LOAD.parent / "slots_bench"), str(rounds)], check=True, stdout=subprocess.PIPE, text=True).stdout
    note("free slots/s of CPU, calendars of two weeks with 40 events", spread([float(line) for line in lines.split()]), "target 1,000,000")


def versions(cluster):
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    program = run("version").stdout.split("\n")
    postgres = subprocess.run([str(cluster.bin / "postgres"), "--version"], capture_output=True, text=True).stdout.strip()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return (f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({cpu.group(1) if cpu else 'unknown'}), {postgres}, "
            f"{program[0]} ({', '.join(program[1:4])}), Node {node}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--only", default="bot,supervised,peer,ceilings,assigning,latency,flat,start,slots,calendar,prospects")
    options = parser.parse_args()
    quick, only = options.quick, options.only.split(",")
    directory = Path(tempfile.mkdtemp(prefix="salesreg-bench-"))
    os.chmod(directory, 0o755)
    cluster = Cluster({"shared_buffers": "256MB", "max_wal_size": "4GB"}, in_memory=False).start()
    try:
        users, rounds = (500, 2) if quick else (4000, 5)
        for tls in (True, False):
            if "bot" in only:
                bench_registrations(cluster, directory, users, rounds, 1000 if quick else 100_000, tls, "peer" in only)
            if "start" in only:
                start_to_first_poll(fresh(cluster, "start"), directory, 3 if quick else 15, tls)
        if "supervised" in only:
            bench_supervised(cluster, directory)
        if "ceilings" in only:
            bench_ceilings(cluster, directory, 2 if quick else 5)
        if "latency" in only:
            bench_insert_to_send(cluster, directory, 20 if quick else 200)
        if "assigning" in only:
            bench_assigning(cluster, directory, 10_000 if quick else 100_000, 1000,
                            [1000, 10_000] if quick else [1000, 10_000, 100_000, 1_000_000])
        if "flat" in only:
            bench_flatness(cluster, directory, [1000, 10_000] if quick else [1000, 100_000, 1_000_000], 500 if quick else 3000)
        if "calendar" in only:
            bench_calendar(fresh(cluster, "calendar"), directory, settings, note, pss_kib, 50 if quick else 1000)
            bench_supervised_calendar(fresh(cluster, "calendars"), directory, settings, note, pss_kib)
        if "prospects" in only:
            bench_prospects(cluster, directory, quick)
        if "many" in only:
            bench_many_prospects(cluster, directory, quick)
        if "slots" in only:
            bench_slots(5 if quick else 25)
        print(f"\n{versions(cluster)}\n\n| what | figure | |\n|---|---|---|")
        for what, value, extra in rows:
            print(f"| {what} | {value} | {extra} |")
    finally:
        cluster.remove()


main()
