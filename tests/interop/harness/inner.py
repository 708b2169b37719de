"""The inner port's frames, as far as the tests build or read them."""

import json
import socket
import struct

HEAD = struct.Struct(">IBIHIHIBHI")
CMD_ON_CONNECT = 1
CMD_ON_CLOSE = 4
CMD_WORKER_CONNECT = 200
CMD_GATEWAY_CLIENT_CONNECT = 202
CMD_GET_SESSION_BY_CLIENT_ID = 203
CMD_SET_SESSION = 204
CMD_SEND_TO_ONE = 5
CMD_IS_ONLINE = 11
CMD_SEND_TO_ALL = 6
CMD_SEND_TO_GROUP = 22
CMD_SEND_TO_UID = 14
CMD_SELECT = 25


def php_json(value):
    """json_encode() with PHP's default flags."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("/", "\\/").encode()


class Frame:
    """One frame; address fields other than connection_id are kept as read."""

    def __init__(self, cmd, connection_id=0, ext=b"", body=b"", flag=1):
        self.cmd = cmd
        self.connection_id = connection_id
        self.ext = ext
        self.body = body
        self.flag = flag
        self.rest = (0, 0, 0, 0, 0)

    @classmethod
    def parse(cls, data):
        """Reads one frame; returns it and what follows."""
        (length, cmd, local_ip, local_port, client_ip, client_port,
         connection_id, flag, gateway_port, ext_len) = HEAD.unpack_from(data)
        ext_end = HEAD.size + ext_len
        frame = cls(cmd, connection_id, data[HEAD.size:ext_end],
                    data[ext_end:length], flag)
        frame.rest = (local_ip, local_port, client_ip, client_port,
                      gateway_port)
        return frame, data[length:]

    def encode(self):
        local_ip, local_port, client_ip, client_port, gateway_port = self.rest
        length = HEAD.size + len(self.ext) + len(self.body)
        head = HEAD.pack(length, self.cmd, local_ip, local_port, client_ip,
                         client_port, self.connection_id, self.flag,
                         gateway_port, len(self.ext))
        return head + self.ext + self.body


def parse_all(data):
    frames = []
    while data:
        frame, data = Frame.parse(data)
        frames.append(frame)
    return frames


def split_address(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


class Peer:
    """A connection to an inner port."""

    def __init__(self, address, secret_key=None, timeout=10):
        self.socket = socket.create_connection(split_address(address), timeout)
        self.file = self.socket.makefile("rb")
        if secret_key is not None:
            self.send(Frame(CMD_GATEWAY_CLIENT_CONNECT,
                            body=php_json({"secret_key": secret_key})))

    def send(self, *frames):
        self.socket.sendall(b"".join(frame.encode() for frame in frames))

    def reply(self):
        """The next reply's payload; b'' at the end of the connection."""
        head = self.file.read(4)
        if len(head) < 4:
            return b""
        return self.file.read(struct.unpack(">I", head)[0])

    def fence(self):
        """Returns when the gateway has handled all that was sent before."""
        self.send(Frame(CMD_IS_ONLINE))
        return self.reply()

    def close(self):
        self.file.close()
        self.socket.close()


def register_addresses(address, secret_key="", timeout=5):
    """What a Register tells a client: a list of addresses."""
    with socket.create_connection(split_address(address), timeout) as sock:
        request = {"event": "worker_connect", "secret_key": secret_key}
        sock.sendall(php_json(request) + b"\n")
        line = sock.makefile("rb").readline()
    if not line:
        return None
    found = json.loads(line)["addresses"]
    return list(found.values()) if isinstance(found, dict) else found
