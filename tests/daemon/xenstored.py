# SPDX-License-Identifier: GPL-2.0-only
"""A xenstored of a few lines, for the daemon's side of libxenstore.

The numbers are those of Xen's public header io/xs_wire.h.
"""
import os
import socket
import struct
import threading

READ, WATCH, START, END, WRITE, RM, SET_PERMS, EVENT, ERROR = (
    2, 4, 6, 7, 11, 13, 14, 15, 16)


class Xenstored:
    """Serves one store on a socket until it is killed."""

    def __init__(self, path):
        self.path = path
        self.nodes = {}
        self.permissions = {}
        self.transactions = {}
        self.watches = []
        self.connections = []
        self.lock = threading.RLock()
        self.runs = threading.Event()
        self.runs.set()
        if os.path.exists(path):
            os.unlink(path)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def kill(self):
        """As kill -9 does it: every connection ends."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()
        os.unlink(self.path)

    def stop(self):
        """As kill -STOP does it: who asks waits for the answer."""
        self.runs.clear()

    def go_on(self):
        self.runs.set()

    @staticmethod
    def _receive(connection, size):
        data = b""
        while len(data) < size:
            more = connection.recv(size - len(data))
            if not more:
                raise OSError("closed")
            data += more
        return data

    def _serve(self, connection):
        try:
            while True:
                kind, request, transaction, size = struct.unpack(
                    "<IIII", self._receive(connection, 16))
                data = self._receive(connection, size)
                self.runs.wait()
                with self.lock:
                    self._answer(connection, kind, request, transaction, data)
        except OSError:
            pass

    @staticmethod
    def _send(connection, kind, request, transaction, data):
        connection.sendall(struct.pack("<IIII", kind, request, transaction,
                                       len(data)) + data)

    def _answer(self, connection, kind, request, transaction, data):
        try:
            answer = self._do(connection, kind, transaction, data)
        except KeyError:
            kind, answer = ERROR, b"ENOENT\0"
        self._send(connection, kind, request, transaction, answer)
        if kind in (WATCH, END) or (kind == WRITE and not transaction):
            self._fire(connection if kind == WATCH else None)

    def _fire(self, only):
        for connection, path, token in self.watches:
            if only in (None, connection):
                self._send(connection, EVENT, 0, 0,
                           path + b"\0" + token + b"\0")

    def _do(self, connection, kind, transaction, data):
        nodes = self.transactions[transaction] if transaction else self.nodes
        path, _, rest = data.partition(b"\0")
        name = path.decode()
        if kind == READ:
            return nodes[name]
        if kind == WRITE:
            nodes[name] = rest
        elif kind == RM:
            gone = [node for node in nodes
                    if node == name or node.startswith(name + "/")]
            if not gone:
                raise KeyError(name)
            for node in gone:
                del nodes[node]
        elif kind == WATCH:
            self.watches.append((connection, path, rest.rstrip(b"\0")))
        elif kind == SET_PERMS:
            self.permissions[name] = rest
        elif kind == START:
            number = len(self.transactions) + 1
            self.transactions[number] = dict(self.nodes)
            return f"{number}\0".encode()
        elif kind == END:
            if path == b"T":
                self.nodes = nodes
        else:
            raise KeyError(kind)
        return b"OK\0"

    def get(self, path):
        with self.lock:
            return self.nodes.get(path, b"").decode()

    def put(self, path, value):
        with self.lock:
            self.nodes[path] = value.encode()
            self._fire(None)
