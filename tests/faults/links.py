"""What the cases of gatewayd's links share: to Registers, BusinessWorkers and
browsers."""

from cases import collect
from harness.inner import CMD_SEND_TO_ALL, Frame, Peer
from proxy import Rule, Script

BACK = 3 + 5       # seconds: 3 are the promise, the rest the machine's
MEGABYTE = 1 << 20
CASES = []
case = collect(CASES)


def down(*args, **kwargs):
    return Script(down=Rule(*args, **kwargs))


def up(*args, **kwargs):
    return Script(up=Rule(*args, **kwargs))


def push(gateway, browser, text):
    peer = Peer(gateway.inner_address)
    try:
        peer.send(Frame(CMD_SEND_TO_ALL, body=text.encode()))
        browser.expect_text(text)
    finally:
        peer.close()


def write_all(client, data):
    client.socket.setblocking(True)
    client.socket.settimeout(10)
    client.socket.sendall(data)
    client.socket.setblocking(False)
