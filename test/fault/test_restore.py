"""A dump is taken under load and restored: the README's own way, and what happens to messages that were sent since."""
import os
import re
import subprocess

import pytest

from crowd import all_assigned
from faults import insert_prospects
from support.database import Database, tables
from support.paths import ROOT
from support.postgres import SUPERUSER
from support.process import run
from support.telegram import TOKEN
from support.waiting import eventually

PEOPLE = 12


def dump(database, path):
    subprocess.run([database.cluster.bin / "pg_dump", "-Fc", "-d", database.url, "-f", path], check=True,
                   env={**os.environ, "LC_ALL": "C.UTF-8"})


@pytest.fixture
def restored(postgres):
    """restored(dump): a database of another name with what the dump has."""
    made = []

    def restore(path):
        name = f"restored{len(made)}"
        postgres.create(name)
        made.append(Database(postgres, name))
        subprocess.run([postgres.bin / "pg_restore", "--no-owner", "-d", made[-1].url, path], check=True)
        return made[-1]

    yield restore
    for database in made:
        database.close()
        postgres.drop(database.name)


def moves(world, database):
    """The processes start anew with another database."""
    world.db.close()
    world.db = world.database = database
    world.settings["DATABASE_URL"] = database.url


def doctor(world):
    return run("doctor", "--no-poll", settings={"DATABASE_URL": world.db.url, "REGISTRY_BOT_TOKEN": TOKEN,
                                                "TELEGRAM_API_BASE": world.sandbox.base})


def test_a_dump_taken_under_load_is_restored_and_work_goes_on(make_world, make_crowd, restored, tmp_path):
    world = make_world()
    bot, outreach = world.start_bot(), world.start_outreach()
    crowd = make_crowd(world, PEOPLE, leavers=False)
    crowd.progress()
    dump(world.db, tmp_path / "dump")
    crowd.progress()
    crowd.finish()
    bot.terminate()
    outreach.terminate()
    moves(world, restored(tmp_path / "dump"))
    world.start_bot()
    world.start_outreach()
    world.bot.wait_for_log("restored from a dump|leading: this process")
    insert_prospects(world.db, ["after_restore"])
    # who was registered when the dump was taken still is; who was not is asked again, like a newcomer
    newcomer = world.person("Olga Petrova")
    newcomer.registers()
    all_assigned(world)
    world.settle()
    assert "no bot leads" not in doctor(world).stdout
    assert world.db.assignments.rows("1", "GROUP BY id HAVING count(*) > 1") == []


def restored_elsewhere(world, restored, path):
    dump(world.db, path)
    yield
    moves(world, restored(path))


def restored_in_place(world, restored, path):
    dump(world.db, path)
    yield
    subprocess.run([world.db.cluster.bin / "pg_restore", "--clean", "--no-owner", "-d", world.db.url, path], check=True)


def put_back_unnoticed(world, restored, path):
    """Data alone, as from a snapshot of the file system: nothing shows it, so the operator says it, as the README has it."""
    subprocess.run([world.db.cluster.bin / "pg_dump", "-Fc", "--data-only", "-n", "salesreg", "-d", world.db.url, "-f", path],
                   check=True, capture_output=True)
    yield
    all_of_ours = world.db.value("SELECT string_agg('salesreg.' || quote_ident(tablename), ', ') FROM pg_tables"
                            " WHERE schemaname = 'salesreg'")
    world.db.execute(f"TRUNCATE {all_of_ours}")
    subprocess.run([world.db.cluster.bin / "pg_restore", "--data-only", "--disable-triggers", "-d",
                    world.db.cluster.url(world.db.name, SUPERUSER), path], check=True)
    readme = (ROOT / "README.md").read_text()
    command = re.search(fr'^psql "\$DATABASE_URL" -c "(UPDATE {tables.home} [^"]*)"', readme, re.M)[1]
    assert world.db.execute(command) == 1


@pytest.mark.parametrize("way", [restored_elsewhere, restored_in_place, put_back_unnoticed])
def test_messages_that_may_have_been_sent_since_the_dump_are_marked(make_world, restored, tmp_path, way):
    world = make_world()
    world.start_bot()
    anna = world.person("Anna Petrova")
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    # Telegram is slow just now, so the dump has a message that is about to be sent and one that waits behind it
    world.sandbox.fault("slow", method="sendMessage", ms=10_000)
    anna.says("помощь")
    world.db.outbox.eventually("count(*) = 1", "WHERE state = 'sending'")
    anna.says("помощь")
    world.db.outbox.eventually("count(*) = 2")
    restoring = way(world, restored, tmp_path / "dump")
    next(restoring)
    world.settle()
    highest = world.db.outbox_history.value("max(id)")
    world.bot.terminate()
    world.db.close()
    next(restoring, None)
    world.start_bot()
    world.bot.wait_for_log(r"restored from a dump.* 2 unsent messages")
    world.settle()
    marks = world.db.outbox_history.rows("id, possible_duplicate", "WHERE id > %s - 2", highest)
    assert [m["possible_duplicate"] for m in marks] == [True, True]
    anna.says("помощь")
    world.settle()
    assert world.db.outbox_history.value("max(id)") > highest + 1000, "no number is given twice"
    world.restart_bot()
    world.settle()
    assert "restored from a dump" not in world.bot.log, "it is said once"


def test_old_messages_are_held_until_somebody_decides(make_world):
    world = make_world()
    world.start_bot()
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    for person in (anna, boris):
        person.says("привет")
        person.hears("offer")
    world.settle()
    world.bot.terminate()
    settings = {"DATABASE_URL": world.db.url}
    for person, hours in ((anna, 25), (boris, 25), (anna, 23)):
        world.db.outbox.insert("(chat_id, method, payload, created_at) VALUES (%s, 'sendMessage',"
                               " json_build_object('chat_id', %s, 'text', %s::text), now() - %s * interval '1 hour')", person.id, person.id, f"{hours} hours old", hours)
    world.start_bot()
    world.bot.wait_for_log(r"2 messages were made more than 24 hours ago and are held")
    assert anna.hears_anything().text == "23 hours old"
    world.db.outbox.eventually("count(*) = 2")
    assert "2 messages are held back" in doctor(world).stdout
    listed = run("outbox", "list", "--state", "held", settings=settings)
    assert listed.stdout.count("25 hours old") == 2 and "held" in listed.stdout
    first, second = world.db.outbox.column("id", "ORDER BY id")
    retried = run("outbox", "retry", str(first), settings=settings)
    assert retried.returncode == 1 and "is held" in retried.stderr
    assert run("outbox", "release", str(first), settings=settings).returncode == 0
    assert anna.hears_anything().text == "25 hours old"
    done = run("outbox", "drop", "--held", settings=settings)
    assert done.returncode == 0 and "1 message is dropped" in done.stdout, done
    assert run("outbox", "release", "--held", settings=settings).stdout == "no message is held\n"
    world.settle()
    # what was released is not held again by the next leader
    world.restart_bot()
    world.settle()
    assert not boris.unheard()
    assert "held back" not in doctor(world).stdout


def test_a_restore_under_running_workers_is_noticed_and_old_messages_are_held(make_world, tmp_path):
    """Somebody forgot to stop them. What the dump has to send was sent long ago, and nothing of it goes out unasked."""
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    anna, boris = world.person("Anna Petrova"), world.person("Boris Ivanov")
    anna.registers()
    boris.says("привет")
    boris.hears("offer")
    world.settle()
    world.bot.terminate()
    for person, hours in ((boris, 30), (anna, 25), (boris, 2)):
        world.db.outbox.insert("(chat_id, method, payload, created_at) VALUES (%s, 'sendMessage',"
                               " json_build_object('chat_id', %s, 'text', %s::text), now() - %s * interval '1 hour')", person.id, person.id, f"{hours} hours old", hours)
    dump(world.db, tmp_path / "dump")
    world.db.outbox.delete()
    world.start_bot()
    outreach = world.start_outreach()
    world.db.add_prospect("p1", "Ivan P")
    assert "Ivan P" in anna.hears_anything().text
    world.settle()
    last = world.db.assignments.value("max(id)")
    subprocess.run([world.db.cluster.bin / "pg_restore", "--clean", "--no-owner", "-d", world.db.url, tmp_path / "dump"], check=True)
    world.bot.wait_for_log("2 messages were made more than 24 hours ago and are held")
    assert boris.hears_anything().text == "2 hours old"
    world.db.outbox.eventually("count(*) = 2", "WHERE state = 'held'")
    eventually(lambda: len(world.bot.lines("was restored from a dump, or moved") + outreach.lines("was restored from a dump, or moved")) == 1)
    eventually(lambda: outreach.lines("the database is back"))
    boris.says("привет")
    boris.hears_anything()
    world.db.add_prospect("p2", "Olga P")
    assert "Olga P" in anna.hears_anything().text
    assert world.db.assignments.value("min(id)") > last, "no number that a button has is given again"
    assert not anna.unheard() and not boris.unheard()


def test_buttons_go_from_a_card_that_was_held_and_released(make_world):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna = world.person("Anna Petrova")
    anna.registers()
    world.settle()
    world.bot.terminate()
    world.db.add_prospect("p1", "Ivan P")
    world.db.outbox.eventually("count(*) = 1")
    for table, column in (("outbox", "created_at"), ("assignments", "started_at")):
        world.db.execute(f"UPDATE salesreg.{table} SET {column} = {column} - interval '25 hours'")
    world.start_bot()
    world.db.outbox.eventually("count(*) = 1", "WHERE state = 'held'")
    assert run("outbox", "release", "--held", settings={"DATABASE_URL": world.db.url}).returncode == 0
    assert "Ivan P" in (card := anna.hears_anything()).text and card.buttons
    assert "unsent" not in doctor(world).stdout
    world.db.execute("UPDATE test_prospects SET status = 'archived' WHERE id = 'p1'")
    assert anna.sees_edit().buttons == []


def test_nothing_is_held_where_the_operator_wants_so(make_world):
    world = make_world()
    world.start_bot()
    anna = world.person("Anna Petrova")
    anna.says("привет")
    anna.hears("offer")
    world.settle()
    world.bot.terminate()
    world.db.outbox.insert("(chat_id, method, payload, created_at) VALUES (%s, 'sendMessage',"
                           " json_build_object('chat_id', %s, 'text', 'old'), now() - interval '1 year')", anna.id, anna.id)
    world.start_bot(OUTBOX_HOLD_HOURS="0")
    assert anna.hears_anything().text == "old"
    eventually(lambda: world.db.outbox.value("count(*) = 0"))
