"""The database remembers which bot it serves."""
import pytest

from support.process import EXIT_CONFIG, run
from support.telegram import BOT_ID, TOKEN

OTHER_ID = 987654321
OTHER_TOKEN = f"{OTHER_ID}:AAother-token-of-another-bot-entirely_x"


@pytest.fixture
def served(bot_world):
    """A rep registered with the first bot, which is stopped."""
    world = bot_world
    anna = world.person("Anna Petrova")
    anna.registers()
    world.db.bot_state.eventually("username IS NOT NULL")
    world.settle()
    world.bot.terminate()
    return world, anna


def adopt(world, *args, **settings):
    return run("adopt-bot", *args, settings={"DATABASE_URL": world.db.url, "TELEGRAM_API_BASE": world.sandbox.base,
                                             "REGISTRY_BOT_TOKEN": OTHER_TOKEN, **settings})


def test_another_bot_s_token_is_refused_with_both_names_and_the_way_out(served):
    world, anna = served
    other = world.start("bot", REGISTRY_BOT_TOKEN=OTHER_TOKEN)
    other.expect_exit(EXIT_CONFIG)
    line = other.wait_for_log("this database serves bot")
    assert f"{BOT_ID} (@" in line and str(OTHER_ID) in line and "adopt-bot" in line
    assert line.count("@") == 2, f"both names: {line}"
    assert other.popen.wait(30) == EXIT_CONFIG
    assert OTHER_TOKEN not in other.log
    assert world.db.rep(anna.id)["status"] == "active"
    assert world.db.bot_state.column("bot_id") == [BOT_ID]
    assert world.db.rep_rotation.value("bool_and(available)")


def test_the_same_bot_with_a_renewed_token_goes_on(served):
    world, _ = served
    renewed = f"{BOT_ID}:AAa-token-that-was-made-anew-by-botfather"
    world.start_bot(REGISTRY_BOT_TOKEN=renewed)  # leads; to the emulator it is a bot without chats
    assert world.db.bot_state.column("bot_id") == [BOT_ID]


def test_adopt_bot_asks_first_and_says_what_every_rep_has_to_do(served):
    world, anna = served
    for args in (("--dry-run",), ()):
        done = adopt(world, *args)
        assert "https://t.me/" in done.stdout and "press Start" in done.stdout, done
        assert "keep their prospects (1 now)" in done.stdout
        assert world.db.bot_state.column("bot_id") == [BOT_ID], "nothing is changed"
    assert done.returncode == 1 and "--yes" in done.stderr
    done = adopt(world, "--yes")
    assert done.returncode == 0 and "Done" in done.stdout
    assert OTHER_TOKEN not in done.stdout + done.stderr
    world.start_bot(REGISTRY_BOT_TOKEN=OTHER_TOKEN)
    # the rep is still one, and nobody has to register anew
    assert world.db.rep(anna.id)["status"] == "active"
    # and now the first token is the wrong one
    world.bot.terminate()
    first = world.start("bot")
    first.expect_exit(EXIT_CONFIG)
    assert first.popen.wait(30) == EXIT_CONFIG


def test_adopt_bot_leaves_a_running_bot_alone(bot_world):
    done = adopt(bot_world, "--yes")
    assert done.returncode == 1 and "stop it first" in done.stderr
    assert bot_world.db.bot_state.column("bot_id") == [BOT_ID]


def test_adopt_bot_for_the_bot_that_is_served_already_does_nothing(served):
    world, _ = served
    done = adopt(world, "--yes", REGISTRY_BOT_TOKEN=TOKEN)
    assert done.returncode == 0 and "nothing to do" in done.stdout


def test_a_bot_whose_place_was_taken_while_it_ran_ends(bot_world):
    bot_world.db.bot_state.update("bot_id = %s, next_update_id = NULL", OTHER_ID)
    bot_world.bot.expect_exit(EXIT_CONFIG)
    bot_world.person("Anna Petrova").says("привет")
    bot_world.bot.wait_for_log("serves bot|serves another bot")
    assert bot_world.bot.popen.wait(30) == EXIT_CONFIG


def test_a_bot_s_name_in_the_table_does_nothing_to_a_terminal(served):
    """The old one stands in a table."""
    world, _ = served
    world.db.bot_state.update("username = E'bot\\x1b[31m\\u009b1m\\u202e'")
    done = adopt(world, "--dry-run")
    assert "@bot" in done.stdout and not set(done.stdout + done.stderr) & set("\x1b\u009b\u202e"), repr(done.stdout)
    assert len(done.stdout.splitlines()) == 6, "its own lines stay"
