"""Nesting that goes deeper than anybody reads: refused, on a small stack."""

from harness.inner import Frame

from .target import connection_of

DEEP = 1000000
CMD_UPDATE_SESSION = 9
CMD_GET_SESSION = 203
JSON_COMMANDS = (6, 14, 16, 22, 25, 28, 200, 202)


def deep_array(depth):
    return b"a:1:{i:0;" * depth + b"N;" + b"}" * depth


def expect_alive(peer):
    if peer.fence() != b"i:0;":
        raise AssertionError("the connection does not go on")


def expect_closed(peer):
    """By a reset when the gateway closed before it had read all."""
    try:
        answer = peer.fence()
    except (BrokenPipeError, ConnectionResetError):
        return
    if answer != b"":
        raise AssertionError("a key was found in the depths")


def deep_json(target):
    """In ext_data of every command that has JSON there; in what introduces;
    at the Register."""
    for text in (b"[" * DEEP, b'{"a":' * DEEP, b'{"where":' + b"[" * DEEP,
                 b"[" * DEEP + b"]" * DEEP):
        peer = target.peer()
        for cmd in JSON_COMMANDS[:-2]:
            peer.send(Frame(cmd, ext=text, body=b"x"))
            while cmd in (16, 25, 28) and peer.reply() not in (b"a:0:{}",):
                raise AssertionError(f"cmd {cmd} answers something")
        expect_alive(peer)
        peer.close()
        for cmd in JSON_COMMANDS[-2:]:
            peer = target.peer()
            peer.send(Frame(cmd, body=text))
            expect_closed(peer)
            peer.close()


def deep_serialized(target):
    """In sessions, which stay as they were, and in messages."""
    with target.websocket() as client:
        number = connection_of(client)
        peer = target.peer()
        for patch in (deep_array(129), deep_array(300000),
                      b"a:1:{i:0;" * DEEP, b'O:1:"A":1:{i:0;' * 400000):
            peer.send(Frame(204, number, b'a:1:{i:0;i:7;}'),
                      Frame(CMD_UPDATE_SESSION, number, patch),
                      Frame(CMD_GET_SESSION, number))
            if peer.reply() != b"a:1:{i:0;i:7;}":
                raise AssertionError("the session was changed")
            peer.send(Frame(5, number, body=patch, flag=0))
        expect_alive(peer)
        peer.send(Frame(CMD_UPDATE_SESSION, number, deep_array(120)))
        expect_alive(peer)
        peer.close()
        client.expect_silence()
