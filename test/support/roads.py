"""What lies between a program and a server in the field: proxies, and addresses that connect and then are silent."""
import base64
import socket
import struct
import threading


def _pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for s in (source, target):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class _Server:
    """Accepts on a loopback address until closed; serve() is called in a thread for each connection."""

    def __init__(self, address="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listening = socket.socket(family, socket.SOCK_STREAM)
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            self._listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._listening.bind((address, port))
        self._listening.listen(64)
        self.port = self._listening.getsockname()[1]
        self.accepted = 0
        self._sockets = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for s in [self._listening, *self._sockets]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.accepted += 1
            self._sockets.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            self.serve(client)
        except OSError:
            client.close()

    def serve(self, client):
        raise NotImplementedError

    def _join(self, client, host, port):
        """Whatever name was asked for, this proxy knows only the sandbox."""
        server = socket.create_connection((self.target, port))
        self._sockets.append(server)
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        return server


class Silent(_Server):
    """Connections are made, and nothing ever comes."""

    def drop(self):
        """Those that there are; new ones are taken."""
        for s in self._sockets:
            s.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def serve(self, client):
        while client.recv(65536):
            pass


class _Proxy(_Server):
    def __init__(self, user=None, password=None, target="127.0.0.1"):
        super().__init__()
        self.user, self.password, self.target = user, password, target
        self.asked_for = []  # host:port

    def url(self, scheme):
        account = f"{self.user}:{self.password}@" if self.user else ""
        return f"{scheme}://{account}127.0.0.1:{self.port}"


class ConnectProxy(_Proxy):
    """HTTP CONNECT (RFC 9110, 9.3.6), with Basic authentication if there is a user."""

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(4096)
            if not data:
                return
            head += data
        lines = head.decode().split("\r\n")
        method, authority, _ = lines[0].split(" ")
        if method != "CONNECT":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        if self.user:
            expected = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            if f"Proxy-Authorization: {expected}" not in lines:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                               b"Content-Length: 0\r\n\r\n")
                return
        self.asked_for.append(authority)
        host, _, port = authority.rpartition(":")
        server = self._join(client, host, int(port))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _pump(client, server)


class SocksProxy(_Proxy):
    """SOCKS 5 (RFC 1928) with names looked up by the proxy, and RFC 1929 if there is a user."""

    def serve(self, client):
        stream = client.makefile("rb")
        count = stream.read(2)[1]
        stream.read(count)
        if self.user:
            client.sendall(b"\x05\x02")
            stream.read(1)
            user = stream.read(stream.read(1)[0]).decode()
            password = stream.read(stream.read(1)[0]).decode()
            good = (user, password) == (self.user, self.password)
            client.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            client.sendall(b"\x05\x00")
        _, _, _, kind = stream.read(4)
        if kind == 3:
            host = stream.read(stream.read(1)[0]).decode()
        else:
            host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, stream.read(4 if kind == 1 else 16))
        port = struct.unpack("!H", stream.read(2))[0]
        self.asked_for.append(f"{host}:{port}")
        server = self._join(client, host, port)
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01" + struct.pack("!H", port))
        _pump(client, server)
