"""A `salesreg supervise` of test workers (src/role/worker/test_worker.c), whose behaviour is a file that each start reads anew."""
import json
from pathlib import Path

from support.process import Process, run
from support.waiting import eventually

# Deadlines short enough to be waited for, and long enough for sanitizers on a busy machine.
TIMES = {"ready": 20000, "silence": 20000, "abort": 500, "stop": 15000, "turn": 5000, "late": 15000, "tick": 100,
         "first": 1, "longest": 20, "steady": 60000}


class Supervisor(Process):
    def __init__(self, directory, log_path, workers, behaviour, times, settings):
        self.behaviours = directory / "behaviour"
        self.behaviours.mkdir()
        for name, text in behaviour.items():
            self.behave(name, text)
        run_dir = directory / "run"
        super().__init__("supervise", [], {
            "WORKERS": workers,
            "SALESREG_RUN_DIR": str(run_dir),
            "SALESREG_TEST_DIR": str(self.behaviours),
            "SALESREG_TEST_TIMES": ",".join(f"{name}={ms}" for name, ms in {**TIMES, **times}.items()),
            **settings}, log_path)

    def behave(self, name, text):
        path = self.behaviours / name
        path.with_suffix(".new").write_text(text + "\n")
        path.with_suffix(".new").rename(path)

    def command(self, *args):
        return run(*args, settings={"SALESREG_RUN_DIR": self.run_dir})

    def status(self):
        """{role: row}; {} while nobody answers."""
        return {row["role"]: row for row in json.loads(self.command("status", "--json").stdout)["processes"]}

    def row(self, role):
        return self.status().get(role, {})

    def wait_for(self, role, fits, what):
        def look():
            assert self.alive, f"{self} ended with {self.exit_code}:\n{self.log}"
            row = self.row(role)
            return row if row and fits(row) else None
        try:
            return eventually(look, what=what)
        except AssertionError:
            raise AssertionError(f"{role}: not {what}: {self.row(role)}\n{self.log}") from None

    def wait_state(self, role, state):
        return self.wait_for(role, lambda row: row["state"] == state, state)

    def wait_restarted(self, role, restarts=1):
        return self.wait_for(role, lambda row: row["state"] == "ready" and row["restarts"] >= restarts,
                             f"ready after {restarts} restarts")

    def wait_ends(self, *codes):
        self.expect_exit(*codes)
        self.wait()
        self.judge()


def is_alive(pid):
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
