"""A BusinessWorker that echoes: it gives each client its messages back, and
keeps what it was told until the client is gone.
"""

import threading

from harness.inner import (CMD_IS_ONLINE, CMD_WORKER_CONNECT, HEAD, Frame,
                           Peer, php_json)
from harness.process import PATIENCE

CMD_ON_CONNECT, CMD_ON_MESSAGE, CMD_ON_CLOSE = 1, 3, 4
CMD_SEND_TO_ONE, CMD_ON_WEBSOCKET_CONNECT = 5, 205


class Told:
    """What the worker was told of one client."""

    def __init__(self):
        self.commands = []  # without repetitions
        self.messages = []
        self.closed = threading.Event()


class EchoWorker:
    """Attached when it is made. Clients are known by their own port."""

    def __init__(self, inner_address):
        self.peer = Peer(inner_address, timeout=PATIENCE)
        self.peer.send(Frame(CMD_WORKER_CONNECT, body=php_json(
            {"worker_key": "echo:0", "secret_key": ""})), Frame(CMD_IS_ONLINE))
        self.peer.reply()
        self.peer.socket.settimeout(None)
        self.clients = {}
        self.lock = threading.Lock()
        self.failure = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while (frame := self._read()) is not None:
                self._handle(frame)
        except Exception as failure:  # shown by told() or close()
            self.failure = failure

    def _read(self):
        head = self.peer.file.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        length = int.from_bytes(head[:4], "big")
        frame, _ = Frame.parse(head + self.peer.file.read(length - HEAD.size))
        return frame

    def _handle(self, frame):
        told = self._of(frame.rest[3])
        if told.commands[-1:] != [frame.cmd]:
            told.commands.append(frame.cmd)
        if frame.cmd == CMD_ON_MESSAGE:
            told.messages.append(frame.body)
            self.peer.send(Frame(CMD_SEND_TO_ONE, frame.connection_id,
                                 body=frame.body))
        elif frame.cmd == CMD_ON_CLOSE:
            told.closed.set()

    def _of(self, port):
        with self.lock:
            return self.clients.setdefault(port, Told())

    def told(self, port):
        """All that it was told of the client, which has to be gone."""
        told = self._of(port)
        told.closed.wait(PATIENCE)
        with self.lock:
            del self.clients[port]
        if self.failure:
            raise self.failure
        return told

    def close(self):
        self.peer.socket.shutdown(2)
        self.thread.join(PATIENCE)
        self.peer.close()
