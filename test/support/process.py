"""A salesreg process: started with an environment of its own, its log captured, its end judged."""
import os
import re
import shutil
import signal
import subprocess
import tempfile

from .paths import BINARY
from .postgres import PASSWORD, die_with_parent
from .waiting import PATIENCE_S, eventually

REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|Assertion .* failed")
EXIT_BUSY = 75
EXIT_CONFIG = 78
EXIT_USAGE = 64


def environment(settings):
    """Nothing of the caller's settings leaks in."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "TZ": "Asia/Makassar",
        "ASAN_OPTIONS": "exitcode=99:abort_on_error=0:detect_leaks=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    env.update({name: str(value) for name, value in settings.items() if value is not None})
    return env


def run(*args, settings=None, timeout=60, binary=BINARY):
    """A command that ends by itself: exit code, standard output and error."""
    done = subprocess.run([str(binary), *args], env=environment(settings or {}), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)
    assert not REPORTS.search(done.stderr), done.stderr
    return done


class Process:
    """
    Ends with exit code 0 when asked to stop; whatever else a test intends it says with expect_exit().
    What it must not print (tokens, passwords) is looked for in the log and in /proc/PID/cmdline.
    """

    def __init__(self, role, args, settings, log_path, secrets=(), binary=BINARY):
        self.role = role
        self.args = list(args)
        self.settings = dict(settings)
        # control sockets: a path short enough for them, and of this process alone
        self._own_run_dir = None
        if not self.settings.get("SALESREG_RUN_DIR"):
            self._own_run_dir = self.settings["SALESREG_RUN_DIR"] = tempfile.mkdtemp(prefix="salesreg-run-")
        self.run_dir = self.settings["SALESREG_RUN_DIR"]
        self.log_path = log_path
        self.secrets = [s for s in secrets if s] + [PASSWORD]
        self.expected = {0}
        self.judged = False
        self.asked = False
        self._log = open(log_path, "wb")
        self.popen = subprocess.Popen([str(binary), role, *self.args], env=environment(self.settings),
                                      stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                      preexec_fn=die_with_parent)

    def __repr__(self):
        return f"<salesreg {self.role} pid {self.pid}>"

    @property
    def pid(self):
        return self.popen.pid

    @property
    def alive(self):
        return self.popen.poll() is None

    @property
    def exit_code(self):
        return self.popen.poll()

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def lines(self, pattern):
        return [line for line in self.log.splitlines() if re.search(pattern, line)]

    def wait_for_log(self, pattern, timeout=PATIENCE_S, count=1):
        """The first line (or count-th) that matches; fails at once if the process ends without it."""
        def look():
            dead = not self.alive  # looked at before the log: the last lines count
            found = self.lines(pattern)
            if len(found) >= count:
                return found
            if dead:
                raise RuntimeError(f"{self} ended with {self.exit_code} and never said {pattern!r}:\n{self.log}")
            return None
        try:
            return eventually(look, timeout)[count - 1]
        except AssertionError:
            raise AssertionError(f"{self} did not say {pattern!r}:\n{self.log}") from None

    def said(self, pattern, times=1):
        """The last line that matches, of exactly so many. Waited for: a line is written after the commit that others see."""
        line = self.wait_for_log(pattern, count=times)
        found = self.lines(pattern)
        assert len(found) == times, f"{self} said {pattern!r} {len(found)} times:\n{self.log}"
        return line

    def wait_ready(self, timeout=PATIENCE_S):
        pattern = {"bot": r"leading: this process", "outreach": r".", "sandbox": r"listening on"}[self.role]
        if self.role != "outreach":  # says nothing when all is well
            self.wait_for_log(pattern, timeout)
        return self

    def send(self, sig):
        self.popen.send_signal(sig)

    def freeze(self):
        self.send(signal.SIGSTOP)

    def thaw(self):
        self.send(signal.SIGCONT)

    def kill(self):
        """kill -9"""
        self.expect_exit(-signal.SIGKILL)
        self.check_command_line()
        self.popen.kill()
        self.popen.wait()

    def expect_exit(self, *codes):
        self.expected = set(codes)

    def wait(self, timeout=PATIENCE_S):
        return self.popen.wait(timeout)

    def listens_to(self, sig):
        """Whether it has come as far as to handle this signal (or to hold it back): before, it simply dies of it."""
        try:
            with open(f"/proc/{self.pid}/status") as f:
                masks = dict(line.split(":", 1) for line in f if line.startswith("Sig"))
        except OSError:
            return True  # it has ended
        if "SigCgt" not in masks:
            return True
        return bool((int(masks["SigCgt"], 16) | int(masks["SigBlk"], 16)) >> (sig - 1) & 1)

    def ask_to_stop(self):
        if self.alive and not self.asked:
            self.asked = True
            self.check_command_line()
            self.popen.send_signal(signal.SIGCONT)
            eventually(lambda: self.listens_to(signal.SIGTERM) or not self.alive, timeout=20, what=f"{self} handles SIGTERM")
            self.popen.send_signal(signal.SIGTERM)

    def terminate(self, timeout=30):
        """Asks it to stop, and judges how it went."""
        self.ask_to_stop()
        try:
            self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            self.judged = True
            raise AssertionError(f"{self} did not stop within {timeout} s:\n{self.log}") from None
        self.judge()

    def check_command_line(self):
        try:
            with open(f"/proc/{self.pid}/cmdline", "rb") as f:
                line = f.read().decode(errors="replace")
        except OSError:
            return
        for secret in self.secrets:
            assert secret not in line, f"{self} shows a secret in its command line"

    def judge(self):
        """How it ended and what it said; once."""
        if self.judged:
            return
        self.judged = True
        self._log.close()
        if self._own_run_dir:
            shutil.rmtree(self._own_run_dir, ignore_errors=True)
        log = self.log
        assert not REPORTS.search(log), f"{self}: sanitizer report or failed assert:\n{log}"
        for secret in self.secrets:
            assert secret not in log, f"{self} shows a secret in its log:\n{log}"
        assert self.exit_code in self.expected, \
            f"{self} ended with {self.exit_code}, not {sorted(self.expected)}:\n{log}"

    def discard(self):
        """At teardown, whatever state it is in; judges too."""
        if self.alive:
            self.terminate()
        elif not self.judged:
            self.judge()


def finish(processes):
    """Stops and judges them all, together; the first complaint is raised when all are gone."""
    complaints = []
    for process in processes:
        try:
            process.ask_to_stop()
        except AssertionError as e:
            complaints.append(e)
    for process in processes:
        try:
            process.discard()
        except AssertionError as e:
            complaints.append(e)
    if complaints:
        raise complaints[0]
