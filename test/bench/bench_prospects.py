"""The prospects' part of bench.py: questions beside grammY's conversations, the relay, a flood, and a table of a million."""
import threading
import time

import measure
from measure import Contender, emulator, fresh, load, note, over, pss_kib, schedstat_ms, settings, start_peer
from support.database import tables
from support.process import Process

HELLO = "Ищу недвижимость"
ANSWERS = [HELLO, "Вилла", "300 тыс", "Чангу, у моря", "Жить", "Три спальни и сад", "person{n}@example.org"]
QUESTIONS = {"QUALIFICATION_FILE": str(measure.HERE / "six_questions.json")}
FLOOD = 3000


def start(cluster, directory, name, tls, **more):
    sandbox = emulator(directory, f"{name}-sandbox", tls)
    database = fresh(cluster, "prospects")
    database.no_prospects()
    bot = Process("bot", [], settings(database, sandbox, **more), directory / f"{name}-bot.log")
    bot.wait_ready()
    return database, sandbox, bot


def bench_questions(cluster, directory, users, rounds, tls):
    """Nobody is a rep here: the peer has no message for one that grows with each answer."""
    print(f"six questions {over(tls)}", flush=True)
    database, sandbox, bot = start(cluster, directory, f"questions-{tls}", tls, **QUESTIONS)
    ours = Contender(f"salesreg, six questions, {over(tls)}", sandbox, bot.pid, users, ANSWERS)
    peer, theirs = start_peer(cluster, directory, users, tls, "questions.mjs", script=ANSWERS)
    theirs.name = f"grammY with its conversations, six questions, {over(tls)}"
    try:
        for _ in range(rounds):
            ours.round()
            theirs.round()
        people = users * rounds + 300
        finished = database.value(f"SELECT count(*) FROM {tables.qualifications} WHERE finished_at IS NOT NULL")
        assert finished == people, f"{finished} of {people} came to the end"
        ours.note()
        theirs.note()
        measure.compare(ours, theirs, f"six questions, {over(tls)}")
    finally:
        peer.terminate()
        peer.wait(20)
        theirs.sandbox.process.terminate()
        bot.terminate()
        sandbox.process.terminate()


def bench_relay(cluster, directory, count, tls):
    print("relay", flush=True)
    database, sandbox, bot = start(cluster, directory, "relay", tls, QUALIFICATION="off", PROSPECT_MESSAGES_PER_DAY="0")
    outreach = Process("outreach", [], settings(database, sandbox), directory / "relay-outreach.log")
    boris, anna = sandbox.person("Boris Sidorov"), sandbox.person("Anna")
    boris.registers()
    anna.says(HELLO)
    anna.hears_anything()
    boris.hears_anything()
    anna.says("Позвоните мне")
    asked = boris.hears_anything()
    boris.act("text", text="Здравствуйте", reply_to=asked.id)
    while anna.hears_anything().text != "Здравствуйте":
        pass
    time.sleep(1)
    times = []
    for i in range(count):
        speaker, hearer = (anna, boris) if i % 2 else (boris, anna)
        word = f"слово {i}."
        hearer.forget()
        speaker.says(word)
        while True:
            message = hearer.hears_anything()
            if word in message.text:
                break
        said = next(e for e in reversed(sandbox.transcript(speaker.id)[0]) if e["kind"] == "user_message" and e.get("text") == word)
        times.append((message.event["time"] - said["time"]) / 1000)
    times.sort()
    note(f"from a word of one side to its reaching Telegram for the other, {over(tls)}, p50 / p99",
         f"{times[len(times) // 2]:.1f} / {times[int(len(times) * 0.99)]:.1f} ms", f"(n={count})")
    outreach.terminate()
    bot.terminate()
    sandbox.process.terminate()


def bench_flood(cluster, directory, users, rounds, tls):
    """One person's messages, all at once, at the beginning of every second round."""
    print("flood", flush=True)
    _, sandbox, bot = start(cluster, directory, "flood", tls, **QUESTIONS)
    load(sandbox, 300, 10_000_000, ANSWERS)
    quiet, flooded, longest, most = [], [], [], [0]
    ended = threading.Event()

    def watch():
        while not ended.wait(0.05):
            most[0] = max(most[0], pss_kib(bot.pid))

    before = pss_kib(bot.pid)
    watcher = threading.Thread(target=watch)
    watcher.start()
    for i in range(rounds):
        for figures, first in ((quiet, 20_000_000), (flooded, 30_000_000)):
            if figures is flooded:
                now = int(time.time())
                sandbox.post("acts", acts=[{"user": 77 + i, "type": "text", "text": f"купите {n}", "date": now} for n in range(FLOOD)])
            result = load(sandbox, users, first + i * 100_000, ANSWERS, concurrency=100)
            figures.append(result["latency_us"]["p99"] / 1000)
            if figures is flooded:
                longest.append(result["latency_us"]["max"] / 1000)
            time.sleep(2)
    ended.set()
    watcher.join()
    note(f"p99 of 100 others at a time, {over(tls)}; while one person's {FLOOD:,} messages come at once",
         f"{measure.spread(quiet)}; {measure.spread(flooded)} ms",
         f"{measure.spread([b / a for a, b in zip(quiet, flooded)], 2)} times, target 1.5; the longest wait of all {measure.spread(longest)} ms")
    note("PSS of the bot before that, and at most during it", f"{before / 1024:.1f}, {most[0] / 1024:.1f} MB")
    bot.terminate()
    sandbox.process.terminate()


def crowded(cluster, directory, size):
    """A bot whose database holds so many prospects, each with a conversation and a question."""
    database = fresh(cluster, f"prospects_{size}")
    database.no_prospects()
    database.execute("INSERT INTO public.test_prospects (id, telegram_id, name, status)"
                     " SELECT 'tg' || n, '@someone_' || n, 'Prospect ' || n, 'in_conversation' FROM generate_series(1, %s) n", size)
    database.execute(f"INSERT INTO {tables.conversations} (prospect, telegram_id, source, met_at, asked_at)"
                     " SELECT 'tg' || n, n, 'chat', now(), now() FROM generate_series(1, %s) n", size)
    database.execute(f"INSERT INTO {tables.qualifications} (prospect, script, question)"
                     " SELECT 'tg' || n, 'x', 'budget' FROM generate_series(1, %s) n", size)
    database.execute("VACUUM ANALYZE")
    sandbox = emulator(directory, f"many-{size}", False)
    bot = Process("bot", [], settings(database, sandbox, **QUESTIONS), directory / f"many-bot-{size}.log")
    bot.wait_ready()
    load(sandbox, 300, 10_000_000, ANSWERS)
    return sandbox, bot


def bench_many(cluster, directory, sizes, users, rounds):
    """All at once, and in turn: what the machine does meanwhile meets each alike."""
    print("cost of an answer by the number of prospects", flush=True)
    worlds = [crowded(cluster, directory, size) for size in sizes]
    costs, rates = [[] for _ in sizes], [[] for _ in sizes]
    for round in range(rounds):
        for n, (sandbox, bot) in enumerate(worlds):
            before = schedstat_ms(bot.pid)
            result = load(sandbox, users, 20_000_000 + round * 100_000, ANSWERS)
            costs[n].append((schedstat_ms(bot.pid) - before) / result["updates"])
            rates[n].append(result["updates"] / result["elapsed_us"] * 1e6)
    for n, size in enumerate(sizes):
        note(f"an answer, {size:,} prospects in the database", f"{measure.spread(costs[n], 3)} ms of CPU",
             f"{measure.spread(rates[n])} answers/s")
    note(f"of {sizes[-1]:,} beside {sizes[0]:,}",
         f"{measure.spread([b / a for a, b in zip(costs[0], costs[-1])], 2)} times the CPU",
         f"{measure.spread([b / a for a, b in zip(rates[0], rates[-1])], 2)} times the answers/s")
    for sandbox, bot in worlds:
        bot.terminate()
        sandbox.process.terminate()


def bench_prospects(cluster, directory, quick):
    bench_questions(cluster, directory, 300 if quick else 1000, 2 if quick else 7, True)
    bench_relay(cluster, directory, 40 if quick else 500, True)
    bench_flood(cluster, directory, 200 if quick else 3000, 2 if quick else 5, True)
    bench_many_prospects(cluster, directory, quick)


def bench_many_prospects(cluster, directory, quick):
    bench_many(cluster, directory, [1000, 10_000] if quick else [1000, 100_000, 1_000_000], 200 if quick else 1000, 2 if quick else 7)
