"""PHP values as JSON, for sequences that can be kept, shrunk and printed.

null, booleans, ints and UTF-8 text are themselves. Everything else is an
object with one member:

    {"b": "base64"}     bytes that are not UTF-8
    {"f": "1.5"}        a float, as PHP writes it
    {"l": [...]}        a list
    {"a": [[k, v]...]}  an array with keys
    {"o": [[k, v]...]}  a stdClass
    {"rep": ["x", n]}   a text n times
    {"c": "c0"}         the client_id of c0
    {"C": "c0"}         the same in upper case
    {"ghost": 1}        an id that nobody has, of a gateway's address
    {"dead": 1}         an id whose gateway cannot be reached
"""

import base64

CLIENTS = ("c", "C", "ghost", "dead")


def kind(value):
    """The member's name, or the JSON type's."""
    if isinstance(value, dict):
        return next(iter(value))
    return {type(None): "null", bool: "bool", int: "int",
            str: "text"}[type(value)]


def of_bytes(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b": base64.b64encode(data).decode()}


def php_list(*items):
    return {"l": list(items)}


def php_map(pairs):
    return {"a": [list(pair) for pair in pairs]}


def transform(value, change):
    """`change(value)` for each leaf; containers are copied."""
    if not isinstance(value, dict):
        return change(value)
    name, content = next(iter(value.items()))
    if name == "l":
        return {"l": [transform(item, change) for item in content]}
    if name in ("a", "o"):
        return {name: [[key if isinstance(key, int) else change(key),
                        transform(item, change)]
                       for key, item in content]}
    return change(value)


def leaves(value):
    if isinstance(value, dict):
        name, content = next(iter(value.items()))
        if name == "l":
            for item in content:
                yield from leaves(item)
            return
        if name in ("a", "o"):
            for key, item in content:
                yield key
                yield from leaves(item)
            return
    yield value


def quoted(data):
    """Bytes as a PHP literal."""
    try:
        text = data.decode()
        if text.isprintable():
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    except UnicodeDecodeError:
        pass
    return '"' + "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\$'
        else f"\\x{byte:02x}" for byte in data) + '"'


def php(value):
    """The value as a PHP expression; clients are variables."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value.encode())
    name, content = next(iter(value.items()))
    if name == "l":
        return "[" + ", ".join(map(php, content)) + "]"
    if name in ("a", "o"):
        pairs = ", ".join(f"{php(key)} => {php(item)}"
                          for key, item in content)
        return ("(object) " if name == "o" else "") + f"[{pairs}]"
    return {
        "b": lambda: quoted(base64.b64decode(content)),
        "f": lambda: content,
        "rep": lambda: f"str_repeat({php(content[0])}, {content[1]})",
        "c": lambda: f"${content}",
        "C": lambda: f"strtoupper(${content})",
        "ghost": lambda: "$ghost",
        "dead": lambda: "$dead",
    }[name]()


def to_bytes(value):
    """The inverse of of_bytes."""
    return base64.b64decode(value["b"]) if isinstance(value, dict) \
        else value.encode()
