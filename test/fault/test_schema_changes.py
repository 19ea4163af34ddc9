"""ALTER TABLE while everything runs: statements that were prepared before are no use any more (0A000). Nobody notices."""
import pytest

from support.waiting import eventually

CHANGES = {
    # what a batch reads, what delivery claims, what the assigner reads and what it locks
    "batch": ["ALTER TABLE public.sales_representatives ALTER name TYPE varchar(300)",
              "ALTER TABLE salesreg.user_sessions ALTER draft_name TYPE varchar(300)"],
    "delivery": ["ALTER TABLE salesreg.outbox ALTER priority TYPE integer"],
    "assigner": ["ALTER TABLE public.test_prospects ALTER name TYPE varchar(300), ALTER telegram_id TYPE varchar(300)",
                 "ALTER TABLE salesreg.rep_dealing ALTER last_dealt TYPE numeric(20)"],
    "an added column": ["ALTER TABLE public.test_prospects ADD budget numeric",
                        "ALTER TABLE public.sales_representatives ADD office text",
                        "ALTER TABLE salesreg.outbox ADD remark text"],
}


def everything_works(world, anna, name):
    anna.says("статус")
    anna.hears_anything()
    world.db.add_prospect(name, f"Prospect {name}.")
    told = eventually(lambda: (m := anna.hears_anything()) and f"Prospect {name}." in m.text and m)
    anna.presses(data=told.data[1], message=told)
    world.db.eventually("SELECT count(*) = 1 FROM salesreg.assignments WHERE prospect = %s AND reason = 'declined'", name)
    anna.says("мои клиенты")
    anna.hears_anything()


@pytest.mark.parametrize("kind", list(CHANGES))
def test_an_altered_table_stops_and_parks_nothing(make_world, kind):
    world = make_world()
    world.db.no_prospects()
    world.start_bot()
    world.start_outreach()
    anna = world.person("Anna Petrova")
    anna.registers()
    everything_works(world, anna, "before")
    world.settle()
    anna.forget()
    for change in CHANGES[kind]:
        world.db.execute(change)
    everything_works(world, anna, "after")
    world.settle()
    assert world.db.value("SELECT count(*) FROM salesreg.parked_updates") == 0
    assert world.bot.alive and world.outreach.alive
    assert world.db.value("SELECT count(*) FROM salesreg.outbox_history WHERE possible_duplicate") == 0
