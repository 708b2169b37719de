"""Python's websockets: sends messages and compares what comes back.

    echo.py URL text|binary BYTES...

The server echoes. No certificate is checked. Exits 0 when all came back the
same, and of the same type.
"""

import asyncio
import ssl
import sys

import websockets

UNIT = "aé好👋"  # 10 bytes


def message(kind, size):
    if kind == "text":
        return UNIT * (size // 10) + "x" * (size % 10)
    return bytes(i * 31 % 256 for i in range(256)) * (size // 256 + 1)


async def main(url, kind, sizes):
    context = None
    if url.startswith("wss:"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    async with websockets.connect(url, ssl=context, max_size=None) as socket:
        for size in sizes:
            sent = message(kind, size)
            sent = sent if kind == "text" else sent[:size]
            await socket.send(sent)
            got = await asyncio.wait_for(socket.recv(), 60)
            if got != sent:
                sys.exit(f"{size}: not the same")
        await socket.close(1000)
        if socket.close_code != 1000:
            sys.exit(f"closed with {socket.close_code}")


asyncio.run(main(sys.argv[1], sys.argv[2], [int(n) for n in sys.argv[3:]]))
