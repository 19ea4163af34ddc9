"""All of it together: a database, a Telegram, and the processes between them."""
from .paths import BINARY, SANDBOX_WITH_LOAD
from .process import Process, finish
from .telegram import TOKEN, Sandbox
from .waiting import PATIENCE_S, eventually

# No pacing of ours, so that conversations need not wait; tests of the pace set their own.
# Prospects are asked no questions but where a test is about them (test_qualification.py).
# Prospects hear nothing unasked; test_timers.py has what they hear. Who cannot be reached loses the prospects at once; test_unreachable.py has a grace.
DEFAULTS = {"TELEGRAM_RATE_LIMIT": "0", "TELEGRAM_CHAT_RATE_LIMIT": "0", "BOT_LOCALE": "ru",
            "UNREACHABLE_GRACE_MINUTES": "0", "PROSPECT_MESSAGES_PER_DAY": "0", "QUALIFICATION": "off"}


class World:
    def __init__(self, database, directory, settings=None, sandbox_args=(), tls=False, simulates=False):
        """
        tls: as in the field; the program trusts the authority of this sandbox and of nobody else. simulates: the sandbox has the
        benchmark's load generator.
        """
        self.database = database
        self.db = database
        self.directory = directory
        self.settings = {**DEFAULTS, **(settings or {})}
        self.processes = []
        if tls:
            sandbox_args = ("--tls", str(directory / "ca.pem"), *sandbox_args)
        self.sandbox = Sandbox(directory / "sandbox.log", *sandbox_args, settings={"DATABASE_URL": database.url, **{
                                   name: value for name, value in self.settings.items() if name == "ADMIN_TELEGRAM_IDS"}},
                               binary=SANDBOX_WITH_LOAD if simulates else BINARY)
        self.sandbox_ca = directory / "ca.pem"  # with tls
        self.texts = self.sandbox.texts
        self.bot = None
        self.outreach = None

    def start(self, role, *args, **settings):
        """Another process of this world; not waited for."""
        env = {
            "DATABASE_URL": self.db.url,
            "REGISTRY_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE": self.sandbox.base,
            "SSL_CERT_FILE": self.sandbox.ca,
            **self.settings,
            **settings,
        }
        log = self.directory / f"{role}-{len(self.processes) + 1}.log"
        process = Process(role, args, env, log, secrets=[env.get("REGISTRY_BOT_TOKEN"), TOKEN])
        self.processes.append(process)
        return process

    def start_bot(self, **settings):
        self.bot = self.start("bot", **settings)
        self.bot.wait_ready()
        return self.bot

    def start_outreach(self, **settings):
        self.outreach = self.start("outreach", **settings)
        return self.outreach

    def restart_bot(self, **settings):
        self.bot.terminate()
        return self.start_bot(**settings)

    def person(self, *args, **kwargs):
        return self.sandbox.person(*args, **kwargs)

    def settle(self, timeout=PATIENCE_S):
        """
        Awaits that nothing is under way: all updates committed, nothing assignable unassigned is looked at by a rep's
        process any more (no open transaction), and the outbox empty. What did not come by then will not come.
        """
        def still():
            assert self.sandbox.bot_is_idle(), f"updates are under way: {self.sandbox.bot()}"
            busy = self.db.rows("SELECT application_name, query FROM pg_stat_activity WHERE datname = current_database()"
                                " AND application_name LIKE 'salesreg%%' AND state <> 'idle'"
                                " AND query NOT LIKE '%%pg_try_advisory_lock%%'")
            assert not busy, f"transactions are under way: {busy}"
            rows = self.db.outbox.rows("id, chat_id, state, error", "WHERE state <> 'failed'")
            assert not rows, f"messages are under way: {rows}"
            return True
        eventually(still, timeout)
        # a wake-up between the looks above starts another round; two quiet looks in a row mean quiet
        eventually(still, timeout)

    def finish(self):
        """Stops and judges every process, Telegram last."""
        try:
            finish(self.processes)
        finally:
            self.db.close()
            finish([self.sandbox.process])
