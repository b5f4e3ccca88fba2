# SPDX-License-Identifier: GPL-2.0-only
"""A xenstored of nothing but a text, for commands that read xenstore.

The text has lines `/path = value`.  A line `---` ends what is there at first;
each block after one is an update: made when somebody waits on a watch, with
`/path` alone for a path that is removed.  After the last block, and somebody
waiting still, the server goes away, as a xenstored that is stopped.

The protocol is that of xen/include/public/io/xs_wire.h.
"""

import os
import select
import socket
import struct
import threading

DIRECTORY, READ, WATCH, UNWATCH = 1, 2, 4, 5
START, END = 6, 7
WATCH_EVENT, ERROR = 15, 16
HEADER = struct.Struct("<IIII")
QUIET = 0.3  # seconds without a request: somebody waits


def parse(text):
    blocks = [[]]
    for line in text.splitlines():
        if line == "---":
            blocks.append([])
        elif line and not line.startswith("#"):
            path, equals, value = line.partition(" =")
            blocks[-1].append((path, value.strip() if equals else None))
    return blocks


class Server:
    """`with Server(text) as path:` serves the socket `path`."""

    def __init__(self, text, directory):
        self.blocks = parse(text)
        self.tree, self.watches = {}, []
        self.path = os.path.join(directory, "socket")
        self.listener = socket.socket(socket.AF_UNIX)
        self.thread = threading.Thread(target=self.serve)
        self.stop, self.stopped = os.pipe()

    def __enter__(self):
        self.apply(self.blocks.pop(0))
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread.start()
        return self.path

    def __exit__(self, *_):
        os.close(self.stopped)
        self.thread.join()
        self.listener.close()
        os.close(self.stop)

    def apply(self, block):
        for path, value in block:
            if value is None:
                self.tree.pop(path, None)
                continue
            self.tree[path] = value
            above = path.rsplit("/", 1)[0]
            while above:
                self.tree.setdefault(above, "")
                above = above.rsplit("/", 1)[0]

    def serve(self):
        clients = []
        while True:
            ready, _, _ = select.select(
                [self.stop, self.listener] + clients, [], [], QUIET)
            if self.stop in ready:
                break
            if not ready and self.watches and not self.update():
                break
            for one in ready:
                if one is self.listener:
                    clients.append(one.accept()[0])
                elif not self.answer(one):
                    clients.remove(one)
                    self.watches = [w for w in self.watches if w[0] is not one]
                    one.close()
        for client in clients:
            client.close()

    def update(self):
        """Make the next block so; false: there is none."""
        if not self.blocks:
            return False
        block = self.blocks.pop(0)
        self.apply(block)
        for client, path, token in self.watches:
            for changed, _ in block:
                if changed == path or changed.startswith(path + "/"):
                    self.send(client, WATCH_EVENT, 0, 0,
                              f"{changed}\0{token}\0".encode())
        return True

    @staticmethod
    def send(client, kind, request, transaction, payload):
        client.sendall(HEADER.pack(kind, request, transaction, len(payload))
                       + payload)

    def answer(self, client):
        header = client.recv(HEADER.size, socket.MSG_WAITALL)
        if len(header) < HEADER.size:
            return False
        kind, request, transaction, length = HEADER.unpack(header)
        payload = client.recv(length, socket.MSG_WAITALL) if length else b""
        words = payload.rstrip(b"\0").decode().split("\0")
        kind, payload = self.reply(client, kind, words)
        self.send(client, kind, request, transaction, payload)
        if kind == WATCH:
            self.send(client, WATCH_EVENT, 0, 0,
                      f"{words[0]}\0{words[1]}\0".encode())
        return True

    def reply(self, client, kind, words):
        path = words[0]
        if kind == READ and path in self.tree:
            return kind, self.tree[path].encode()
        if kind == DIRECTORY:
            names = {at[len(path) + 1:].split("/")[0] for at in self.tree
                     if at.startswith(path + "/")}
            if names or path in self.tree:
                return kind, "".join(f"{name}\0" for name in
                                     sorted(names)).encode()
        if kind in (READ, DIRECTORY):
            return ERROR, b"ENOENT\0"
        if kind == WATCH:
            self.watches.append((client, path, words[1]))
            return kind, b"OK\0"
        if kind == START:
            return kind, b"1\0"
        if kind in (END, UNWATCH):
            return kind, b"OK\0"
        return ERROR, b"ENOSYS\0"
