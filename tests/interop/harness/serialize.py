"""PHP's serialize() for null, bool, int, float, string and array.

An array is a `PhpArray`: an ordered list of (key, value), so that what is
read can be written back byte for byte.
"""


class PhpArray(list):
    """Ordered (key, value) pairs."""

    def values(self):
        return [value for _, value in self]


class PhpFloat(float):
    """A float that remembers how PHP wrote it."""

    def __new__(cls, text):
        value = super().__new__(cls, text.replace(b"INF", b"inf"))
        value.text = text
        return value


def loads(data):
    value, end = _read(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes after the value: {data!r}")
    return value


def _read(data, at):
    kind = data[at:at + 1]
    if kind == b"N":
        return None, at + 2
    if kind in b"bid":
        end = data.index(b";", at)
        text = data[at + 2:end]
        make = {b"b": lambda t: t == b"1", b"i": int, b"d": PhpFloat}[kind]
        return make(text), end + 1
    end = data.index(b":", at + 2)
    count = int(data[at + 2:end])
    at = end + 2
    if kind == b"s":
        return data[at:at + count], at + count + 2
    if kind != b"a":
        raise ValueError(f"unexpected type {kind!r} in {data!r}")
    array = PhpArray()
    for _ in range(count):
        key, at = _read(data, at)
        value, at = _read(data, at)
        array.append((key, value))
    return array, at + 1


def dumps(value):
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, PhpFloat):
        return b"d:" + value.text + b";"
    if isinstance(value, bytes):
        return b's:%d:"%s";' % (len(value), value)
    body = b"".join(dumps(k) + dumps(v) for k, v in value)
    return b"a:%d:{%s}" % (len(value), body)


def from_python(value):
    """The same value with str as UTF-8 bytes and dict as PhpArray."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        return PhpArray((from_python(key), from_python(item))
                        for key, item in value.items())
    return value


def canonical(value):
    """A form in which the order of entries does not matter: gateways answer in
    the Register's order, which differs from run to run."""
    if not isinstance(value, PhpArray):
        return repr(value)
    if [key for key, _ in value] == list(range(len(value))):
        items = map(canonical, value.values())
        return ("list", tuple(sorted(map(repr, items))))
    return ("map", tuple(sorted((repr(k), repr(canonical(v)))
                                for k, v in value)))
