"""What a traced program said to TCP peers, by peer port."""

import re

CONNECT = re.compile(r"connect\(\d+.*sin_port=htons\((\d+)\)")
SEND = re.compile(
    r"(?:sendto|sendmsg|write|writev)\(\d+<TCP:\[[^\]]*->[^\]]*:(\d+)\]>")

# -yy names the peer of each descriptor.
COMMAND = ["strace", "-f", "-yy", "-qq", "-s", "0", "-e",
           "trace=connect,sendto,sendmsg,write,writev", "-o"]


def count(pattern, path):
    """How many calls per port. A call that another thread interrupted is
    logged twice; the second line has no arguments and does not match."""
    counts = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = pattern.search(line)
            if found:
                port = int(found[1])
                counts[port] = counts.get(port, 0) + 1
    return counts


def connects(path):
    return count(CONNECT, path)


def sends(path):
    return count(SEND, path)
