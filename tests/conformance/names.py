"""Client_ids, connection numbers and addresses of a run, and the names that
stand for them in outcomes.

The class sees client_ids with the address of the proxy before the gateway.
"""

import re

from harness.inner import split_address

from . import values

GHOST = 0xFFFFFFF0
ID = re.compile(rb"[0-9a-f]{20}", re.IGNORECASE)
MEMBERS = re.compile(rb's:8:"local_ip";i:(\d+);s:10:"local_port";i:(\d+);'
                     rb's:13:"connection_id";i:(\d+);')
PAIR = re.compile(r'"(\d+)":(\d+)')
# Commands whose ext_data may hold connection numbers.
WITH_NUMBERS = {6, 22, 25}


def hosts(count):
    """Where the class finds the gateways. With three the one between the
    others is on a machine of its own: all of 127.0.0.0/8 is the loopback."""
    return ["127.0.0.1", "127.0.0.2", "127.0.0.1"] if count == 3 \
        else ["127.0.0.1"] * count


def client_id(address, number):
    host, port = split_address(address)
    return "".join(f"{int(part):02x}" for part in host.split(".")) \
        + f"{port:04x}{number:08x}"


def placeholder(name):
    """As long as an id, so that serialized lengths stay right."""
    return f"<{name}>".ljust(20, ".").encode()


class Names:
    def __init__(self, site):
        self.site = site
        self.addresses = [proxy.address for proxy in site.proxies]
        self.connection_ids = {}    # name -> number
        self.numbers = {}           # (gateway, number) -> name
        self.ids = {}               # name -> client_id as the class sees it
        self.closed = set()
        self.placeholders = {}      # client_id -> bytes
        for index, address in enumerate(self.addresses):
            self._add(f"ghost{index}", index, client_id(address, GHOST), GHOST)
        self._add("dead", None, client_id(site.dead, 1), 1)
        self.places = {a.encode(): f"<g{i}>".encode()
                       for i, a in enumerate(self.addresses)}
        self.places[site.dead.encode()] = b"<dead>"
        for name, register in site.registers.items():
            self.places[register.address.encode()] = f"<{name}>".encode()

    def _add(self, name, gateway, seen, number):
        self.ids[name] = seen
        self.connection_ids[name] = number
        self.numbers[gateway, number] = name
        self.placeholders[seen.encode()] = placeholder(name)

    def add(self, name, gateway, real):
        number = int(real[12:], 16)
        self._add(name, gateway, client_id(self.addresses[gateway], number),
                  number)

    def resolve(self, value):
        """A leaf of an argument, as the driver wants it."""
        name = values.kind(value)
        if name == "c":
            return self.id_of(value["c"])
        if name == "C":
            return self.id_of(value["C"]).upper()
        if name == "ghost":
            return self.ids[f"ghost{value['ghost'] % self.site.count}"]
        if name == "dead":
            return self.ids["dead"]
        return value

    def id_of(self, name):
        """A client that has not connected is an unknown id."""
        return self.ids.get(name) or self.ids["ghost0"]

    def context(self, name):
        if name is None or name not in self.ids:
            return {}
        seen = self.ids[name]
        return {"local_ip": int(seen[:8], 16), "local_port":
                int(seen[8:12], 16), "connection_id": int(seen[12:], 16),
                "client_id": seen, "client_ip": 0x7F000001,
                "client_port": 1}

    def connection(self, gateway, number):
        return self.numbers.get((gateway, number), str(number))

    def index_of(self, address):
        return self.addresses.index(address)

    def gateway_of(self, address):
        return f"g{self.index_of(address)}"

    def text(self, data, call=""):
        """Bytes with names in them, as JSON holds them."""
        if call.endswith("clientIdToAddress"):
            data = self._address_members(data)
        data = ID.sub(lambda m: self.placeholders.get(m[0].lower(), m[0]),
                      data)
        for address, name in self.places.items():
            data = data.replace(address, name)
        return values.of_bytes(data)

    def _address_members(self, data):
        """The members of an array that are an address, by name."""
        def named(match):
            found = b"%08x%04x%08x" % tuple(map(int, match.groups()))
            for name, seen in self.ids.items():
                if seen.encode() == found:
                    return b's:8:"local_ip";i:%s;s:10:"local_port";' \
                        b's:13:"connection_id";<%s>;' \
                        % (match[1], name.encode())
            return match[0]

        return MEMBERS.sub(named, data)

    def frame(self, frame, gateway):
        """One line: command, flag, connection, what else is set in the
        header, ext_data, body."""
        ext = frame.ext
        if frame.cmd in WITH_NUMBERS:
            ext = PAIR.sub(lambda m: self._pair(gateway, m),
                           ext.decode("latin-1")).encode("latin-1")
        head = f"{frame.cmd} {frame.flag}"
        if frame.connection_id:
            head += " " + self.connection(gateway, frame.connection_id)
        if any(frame.rest):
            head += f" {frame.rest}"
        return [head, self.text(ext), self.text(frame.body)]

    def _pair(self, gateway, match):
        key, number = int(match[1]), int(match[2])
        return f'"{self.connection(gateway, key)}":' \
            f"{self.connection(gateway, number)}"
