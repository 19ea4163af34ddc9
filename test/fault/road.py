"""A way to PostgreSQL that is slow, or ends, at one place: it forwards bytes until certain words come along."""
import socket
import threading
import time


class SlowRoad:
    """
    Whoever sends `words` to the server waits so many seconds longer for what comes back; None: the words and whatever
    follows them never arrive, as if the sender had been stopped in the middle of a request.
    """

    def __init__(self, server_port, words, delay_s):
        self.server_port = server_port
        self.words = words.encode()
        self.delay_s = delay_s
        self.delayed = 0
        self._sockets = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listening.close()
        for s in self._sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                return
            self._sockets += [client, server]
            until = [0.0]  # nothing goes back before this moment
            threading.Thread(target=self._there, args=(client, server, until), daemon=True).start()
            threading.Thread(target=self._back, args=(server, client, until), daemon=True).start()

    def _there(self, client, server, until):
        for data in self._bytes(client, server):
            if self.words in data:
                self.delayed += 1
                if self.delay_s is None:
                    server.sendall(data[:data.index(self.words)])
                    return
                until[0] = time.monotonic() + self.delay_s
            server.sendall(data)

    def _back(self, server, client, until):
        for data in self._bytes(server, client):
            time.sleep(max(0.0, until[0] - time.monotonic()))
            client.sendall(data)

    @staticmethod
    def _bytes(source, target):
        try:
            while data := source.recv(65536):
                yield data
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
