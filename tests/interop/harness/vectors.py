"""The recorded calls of tests/vectors and what clients received."""

import json

from .process import ROOT

CLOSED = "<eof>"


def read_vectors(name):
    with open(ROOT / "tests/vectors" / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def check_client(client, want):
    """Fails unless the client got exactly these bytes (hex, with `<eof>` for
    the end of the connection) and nothing else since the last check."""
    client.expect(bytes.fromhex(want.replace(CLOSED, "")))
    if want.endswith(CLOSED):
        client.expect_eof()
    client.expect_silence()
