"""A worker that dies or hangs, at each stage of its life; and when the supervisor gives up (DESIGN §9)."""
import os
import signal
import time

import pytest

from supervisor import is_alive
from support.process import EXIT_CONFIG

QUICK = {"first": 1, "longest": 5}


@pytest.mark.parametrize("behaviour,cause", [
    ("exit 3", "exit code 3"),
    ("exit 0", "exit code 0"),
    ("signal 9", "killed by SIGKILL"),
    ("late-exit 4", "exit code 4"),
    ("late-exit 0", "exit code 0"),
])
def test_a_worker_that_dies_is_started_again_and_its_cause_is_kept(supervise, behaviour, cause):
    s = supervise(behaviour={"test-two": behaviour}, times={"first": 2000, "longest": 2000})
    s.wait_for_log("test-two died: " + cause)
    s.behave("test-two", "")
    row = s.wait_restarted("test-two")
    assert cause in row["last_death"] and row["last_death_at"]
    other = s.row("test-bot")
    assert other["restarts"] == 0 and other["state"] == "ready"


def test_a_ready_worker_killed_from_outside_comes_back_with_another_pid(ready):
    s = ready()
    pid = s.row("test-two")["pid"]
    os.kill(pid, signal.SIGKILL)
    row = s.wait_restarted("test-two")
    assert row["pid"] != pid and row["last_death"] == "killed by SIGKILL"


def test_a_worker_that_is_never_ready_is_aborted_and_started_again(supervise):
    s = supervise(behaviour={"test-two": "hang"}, times={"ready": 1500, "first": 2000, "longest": 2000})
    s.wait_for_log(r"test-two: starting -> aborting: not ready within 1500 ms")
    s.behave("test-two", "")
    assert s.wait_restarted("test-two")["last_death"].startswith("killed by SIGABRT")


def test_a_frozen_worker_is_aborted_then_killed_and_started_again(ready):
    s = ready(times={"silence": 3000})
    os.kill(s.row("test-two")["pid"], signal.SIGSTOP)
    row = s.wait_restarted("test-two")
    assert row["last_death"] == "killed by SIGKILL after it was silent for 3000 ms"
    assert s.wait_for_log("ready -> aborting") and s.wait_for_log("aborting -> killing")
    assert s.row("test-bot")["restarts"] == 0


def test_a_worker_whose_loop_hangs_is_aborted_so_that_there_is_a_core(ready):
    s = ready(times={"silence": 3000, "first": 2000, "longest": 2000}, behaviour={"test-two": "busy"})
    s.wait_for_log("ready -> aborting: silent")
    s.behave("test-two", "")
    assert s.wait_restarted("test-two")["last_death"].startswith("killed by SIGABRT")


def test_a_worker_that_sends_nonsense_is_not_heard_and_so_restarted(ready):
    s = ready(times={"silence": 3000, "first": 2000, "longest": 2000}, behaviour={"test-two": "nonsense"})
    s.wait_for_log("test-two sent what is no message")
    s.behave("test-two", "")
    s.wait_restarted("test-two")


def test_a_supervisor_that_was_held_up_does_not_blame_the_workers(ready):
    s = ready(times={"silence": 3000, "late": 1000})
    pids = {role: row["pid"] for role, row in s.status().items()}
    s.freeze()
    # what the workers say meanwhile waits in their sockets; the silence is ours
    time.sleep(4)  # the very thing tested: longer than the silence allowed
    s.thaw()
    s.wait_for_log("the supervisor itself was held up")
    assert {role: row["pid"] for role, row in s.status().items()} == pids
    assert not s.lines("aborting")


def test_exit_78_of_the_bot_stops_all_and_is_the_exit_code(supervise):
    s = supervise(behaviour={"test-bot": "exit 78"})
    s.wait_ends(EXIT_CONFIG)
    assert s.wait_for_log("test-bot will not be restarted: exit code 78")
    assert s.said("test-bot: down -> starting") and not s.lines("test-bot: waiting")


def test_exit_78_of_the_real_bot_says_what_to_mend(supervise):
    s = supervise(workers="bot,test-two")
    s.wait_ends(EXIT_CONFIG)
    assert s.wait_for_log(r"bot\[\d+\]: configuration: DATABASE_URL is not set")
    assert s.wait_for_log(r"bot\[\d+\]: configuration: REGISTRY_BOT_TOKEN is not set")


def test_exit_78_of_another_worker_leaves_it_down_and_is_reported(supervise):
    s = supervise(behaviour={"test-two": "exit 78"})
    row = s.wait_state("test-two", "given up")
    assert row["pid"] is None and row["last_death"] == "exit code 78"
    s.wait_state("test-bot", "ready")
    check = s.command("healthcheck")
    assert check.returncode == 1 and "test-two: given up" in check.stdout and "exit code 78" in check.stdout
    assert s.command("healthcheck", "test-bot").returncode == 0
    assert s.command("healthcheck", "test-two").returncode == 1
    assert s.command("status").returncode == 1
    assert s.alive


@pytest.mark.parametrize("behaviour,code", [("exit 5", 5), ("exit 0", 1), ("signal 15", 128 + 15), ("signal 9", 128 + 9)])
def test_five_deaths_of_the_bot_before_ready_are_the_end_with_its_code(supervise, behaviour, code):
    s = supervise(behaviour={"test-bot": behaviour}, times=QUICK)
    s.wait_ends(code)
    assert s.said("test-bot: .* -> starting", times=5)
    assert s.wait_for_log("test-two: .* -> stopped"), "the others are stopped in order first"


def test_five_deaths_of_another_worker_before_ready_leave_it_down(supervise):
    s = supervise(behaviour={"test-two": "exit 5"}, times=QUICK)
    row = s.wait_state("test-two", "given up")
    assert row["restarts"] == 5
    s.wait_state("test-bot", "ready")


def test_deaths_after_ready_never_give_a_worker_up(ready):
    s = ready(behaviour={"test-two": "late-exit 1"}, times=QUICK)
    s.wait_for("test-two", lambda row: row["restarts"] > 8, "more restarts than five")
    s.behave("test-two", "")
    s.wait_state("test-two", "ready")


def test_with_nothing_left_to_run_the_supervisor_ends_with_the_last_ones_code(supervise):
    s = supervise(workers="test-two,test-three", behaviour={"test-two": "exit 6", "test-three": "exit 78"},
                  times={"first": 300, "longest": 300})
    s.wait_ends(6)


def test_there_are_never_two_of_one_worker(ready):
    """While the old one is dying slowly, no new one is begun."""
    s = ready(times={"silence": 3000, "abort": 2000})
    pid = s.row("test-bot")["pid"]
    os.kill(pid, signal.SIGSTOP)
    s.wait_for_log("test-bot: ready -> aborting")
    begun = len(s.lines("test-bot: .*-> starting"))
    while is_alive(pid):  # looked at after the log: the old one was there when that was read
        assert begun == 1
        begun = len(s.lines("test-bot: .*-> starting"))
    s.wait_restarted("test-bot")
