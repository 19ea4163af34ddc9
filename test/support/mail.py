"""An SMTP server of the tests: keeps what it accepts, and answers as it is told to."""
import asyncio
import email
import re
import ssl
import subprocess
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .postgres import free_port
from .waiting import PATIENCE_S

FROM = "registry@truerealestate.bali"
USER, PASSWORD = "registry", "mail-password-zq7z@/"


def authority(directory):
    """A certificate of 127.0.0.1, signed by an authority of its own: (authority, certificate, key)."""
    ca, key, crt, csr, ext = (directory / f"mail-{n}" for n in ("ca.pem", "key.pem", "crt.pem", "csr.pem", "ext"))
    ext.write_text("subjectAltName=IP:127.0.0.1")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for args in (["req", "-x509", *ec, "-keyout", f"{ca}.key", "-out", ca, "-days", "2", "-subj", "/CN=Mail authority"],
                 ["req", *ec, "-keyout", key, "-out", csr, "-subj", "/CN=127.0.0.1"],
                 ["x509", "-req", "-in", csr, "-CA", ca, "-CAkey", f"{ca}.key", "-CAcreateserial", "-out", crt, "-days", "2",
                  "-extfile", ext]):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)
    return ca, crt, key


class MailServer:
    """
    answers[address] is a list of replies to RCPT TO, used up one by one; then the address is good. after_text is one of replies
    to the text: what is kept is kept, whatever is answered; "hang up" closes the connection unanswered.
    silent_at is what gets no answer for as long as it is set: "RCPT", "DATA" (the text), "QUIT".
    """

    def __init__(self, directory=None, tls=False, auth=False, port=None):
        self.messages = []  # (address, message)
        self.answers = {}
        self.after_text = []
        self.sessions = []  # whether by TLS, as whom
        self.hellos = []  # names that were said
        self.senders = []  # as whom mail was to be sent
        self.sender_reply = None  # instead of "250 OK"
        self.pause = threading.Event()  # while it is set, no address is answered
        self.silent_at = None
        self.heard = []  # what silent_at was compared with
        self._news = threading.Condition()
        self.ca = None
        kwargs = {}
        if tls:
            self.ca, crt, key = authority(directory)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(crt, key)
            kwargs = {"tls_context": context, "require_starttls": True}
        if auth:
            kwargs |= {"auth_required": True, "auth_require_tls": tls, "authenticator": self._authenticate}
        if port is None:
            port = free_port()
        self.port = port
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **kwargs)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop(no_assert=True)
        self.controller = None

    @staticmethod
    def _authenticate(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def _may_be_silent(self, command):
        with self._news:
            self.heard.append(command)
            self._news.notify_all()
        while self.silent_at == command:
            await asyncio.sleep(0.01)

    # what aiosmtpd asks

    async def handle_MAIL(self, server, session, envelope, address, options):
        with self._news:
            self.senders.append((address, session.ssl is not None, session.authenticated))
            self._news.notify_all()
        if self.sender_reply:
            return self.sender_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        while self.pause.is_set():
            await asyncio.sleep(0.01)
        await self._may_be_silent("RCPT")
        with self._news:
            self.sessions.append((session.ssl is not None, session.authenticated))
            self.hellos.append(session.host_name)
            waiting = self.answers.get(address)
            reply = waiting.pop(0) if waiting else "250 OK"
            self._news.notify_all()
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        with self._news:
            message = email.message_from_bytes(envelope.content)
            self.messages += [(address, message) for address in envelope.rcpt_tos]
            self._news.notify_all()
            reply = self.after_text.pop(0) if self.after_text else "250 OK"
        await self._may_be_silent("DATA")
        if reply == "hang up":
            server.transport.abort()
        return reply

    async def handle_QUIT(self, server, session, envelope):
        await self._may_be_silent("QUIT")
        return "221 Bye"

    # what tests ask

    def wait(self, fits, what="a mail", timeout=PATIENCE_S):
        with self._news:
            assert self._news.wait_for(lambda: fits(self), timeout), f"{what} did not come: {self.messages} {self.answers}"

    def mails(self, address):
        return [message for to, message in self.messages if to == address]

    def code(self, address, count=1):
        """Of the count-th mail to this address."""
        self.wait(lambda _: len(self.mails(address)) >= count, f"mail {count} to {address}")
        text = self.mails(address)[count - 1].get_payload(decode=True).decode()
        return re.search(r"\b(\d{6})\b", text).group(1)


def other_code(code):
    """A wrong one."""
    return f"{(int(code) + 1) % 1000000:06}"


def settings(server):
    """Of a bot that mails its codes there."""
    return {"SMTP_URL": f"smtp://127.0.0.1:{server.port}", "SMTP_FROM": FROM, "SMTP_TLS": "optional"}


def gives_email(person, email=None, asked="code_asked"):
    """As far as the code."""
    person.says("зарегистрируйте меня")
    person.hears("ask_name")
    person.says(person.name)
    person.hears("ask_email", name=person.name)
    person.says(email or person.email)
    return person.hears(asked, email=email or person.email)


def joins(person, mail, email=None):
    """The whole way."""
    email = email or person.email
    before = len(mail.mails(email))
    gives_email(person, email)
    person.says(mail.code(email, before + 1))
    person.hears("registered", name=person.name, email=email)


def is_due(world):
    """What was put off is to be tried now; what is under way is waited for, as it would be put off after this."""
    world.db.email_codes.eventually("count(*) = 0", "WHERE state = 'sending'")
    world.db.email_codes.update("due_at = now() WHERE state = 'queued'")
    world.db.execute("NOTIFY salesreg_mail")
