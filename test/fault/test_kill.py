"""kill -9 of anybody at any moment, under a load of conversations: nothing is lost, nothing happens twice unmarked."""
import time

import pytest

import faults
from crowd import all_assigned, judge, judge_assignments

ROUNDS = 4
PEOPLE = 30


class Victims:
    def __init__(self, world):
        self.world = world

    def bot(self):
        self.world.bot.kill()
        self.world.start_bot()

    def outreach(self):
        self.world.outreach.kill()
        self.world.start_outreach()

    def postgres(self):
        self.world.db.close()
        self.world.db.cluster.kill()
        faults.revive(self.world.db.cluster)


def kill_and_judge(make_world, make_crowd, chance, victims, tls=False):
    world = make_world(tls=tls)
    world.start_bot()
    world.start_outreach()
    crowd = make_crowd(world, PEOPLE)
    inserted = 3  # the seed rows
    for round, victim in enumerate(victims):
        faults.insert_prospects(world.db, [f"before_{round}_{i}" for i in range(8)])
        time.sleep(chance.uniform(0, 0.7))
        getattr(Victims(world), victim)()
        faults.insert_prospects(world.db, [f"after_{round}_{i}" for i in range(8)])
        inserted += 16
        crowd.progress()
    crowd.finish()
    all_assigned(world)
    judge(world, crowd)
    assert world.db.value("SELECT count(*) FROM test_prospects") == inserted
    return world


@pytest.mark.parametrize("victim", ["bot", "outreach", "postgres"])
def test_killed_at_random_moments_it_loses_and_doubles_nothing(make_world, make_crowd, chance, victim):
    kill_and_judge(make_world, make_crowd, chance, [victim] * ROUNDS)


def test_the_bot_killed_at_random_moments_over_tls(make_world, make_crowd, chance):
    kill_and_judge(make_world, make_crowd, chance, ["bot"] * 2, tls=True)


def test_everybody_killed_in_turns(make_world, make_crowd, chance):
    victims = ["bot", "outreach", "postgres"] * 2
    chance.shuffle(victims)
    kill_and_judge(make_world, make_crowd, chance, victims)


def test_eight_assigners_killed_at_random_assign_exactly_what_fits(make_world, chance):
    capacity, reps, prospects = 5, 40, 260
    world = make_world(DB_POOL_SIZE="1", MAX_PROSPECTS_PER_REP=str(capacity))
    db = world.db
    db.no_prospects()
    db.add_reps(range(1, reps + 1))
    assigners = [world.start("outreach") for _ in range(8)]
    faults.await_sessions(db, "salesreg outreach", 8)
    for start in range(0, prospects, 10):
        faults.insert_prospects(db, [f"p{n:03}" for n in range(start, start + 10)])
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 0.05))
            victim = chance.randrange(len(assigners))
            assigners[victim].kill()
            assigners[victim] = world.start("outreach")
    db.eventually("SELECT count(*) = %s FROM test_prospects WHERE assigned_rep_id IS NOT NULL", capacity * reps)
    # nobody assigns any more: the next one to look finds nothing that fits
    faults.await_sessions(db, "salesreg outreach", 8)
    assigners[0].terminate()
    world.start("outreach")
    faults.await_sessions(db, "salesreg outreach", 8)
    db.add_prospect("one_more")
    db.eventually("SELECT bool_and(state = 'idle') FROM pg_stat_activity WHERE datname = current_database()"
                  " AND application_name = 'salesreg outreach'")
    assert db.column("SELECT DISTINCT count(*) FROM test_prospects WHERE assigned_rep_id IS NOT NULL"
                     " GROUP BY assigned_rep_id") == [capacity]
    # oldest first, each once, each told of
    assert db.assignments.value("count(DISTINCT prospect)") == capacity * reps
    judge_assignments(world, capacity)
    assert db.rows(
        f"SELECT a.id FROM {db.assignments} a JOIN sales_representatives r ON r.id = a.rep"
        f" LEFT JOIN {db.outbox} o ON o.chat_id = r.telegram_id"
        " AND o.payload::text LIKE '%%\"a:' || a.id || ':c\"%%'"
        " GROUP BY a.id HAVING count(o.id) <> 1") == []
    # room again: the rest is assigned too
    db.execute("UPDATE test_prospects SET status = 'converted' WHERE assigned_rep_id IS NOT NULL")
    all_assigned(world)
    judge_assignments(world, capacity)
