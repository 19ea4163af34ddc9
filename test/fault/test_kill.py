"""kill -9 of anybody at any moment, under a load of conversations: nothing is lost, nothing happens twice unmarked."""
import time

import pytest

import faults
from crowd import all_dealt, judge

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


def kill_and_judge(make_world, make_crowd, chance, victims):
    world = make_world()
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
    all_dealt(world)
    judge(world, crowd)
    assert world.db.value("SELECT count(*) FROM test_prospects") == inserted
    return world


@pytest.mark.parametrize("victim", ["bot", "outreach", "postgres"])
def test_killed_at_random_moments_it_loses_and_doubles_nothing(make_world, make_crowd, chance, victim):
    kill_and_judge(make_world, make_crowd, chance, [victim] * ROUNDS)


def test_everybody_killed_in_turns(make_world, make_crowd, chance):
    victims = ["bot", "outreach", "postgres"] * 2
    chance.shuffle(victims)
    kill_and_judge(make_world, make_crowd, chance, victims)
