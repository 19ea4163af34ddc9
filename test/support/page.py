"""The sandbox of a running demo."""
import threading

from .telegram import Sandbox
from .texts import Texts


class Page(Sandbox):
    """A sandbox that somebody else started and stops."""

    def __init__(self, base, ca=None):  # pylint: disable=super-init-not-called
        self.base = base
        self.ca = ca
        self._local = threading.local()
        self.texts = Texts()
        self._next_id = 7_000_000_000
        self.people = {}
        self._said = {}
