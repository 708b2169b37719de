"""What is to come out, cell by cell; written by hand, never taken from a run.

An outcome is `CAUSE` or `CAUSE@WHEN`. CAUSES and RESULTS say which exception,
warning and return value that is.
"""

import struct

from proxy import (APPEND, CUT, HALF_AFTER, HALF_CLOSE, INSERT, REPLACE, RST,
                   STOP, Rule, Script)

TIMEOUT = 3.0  # gatewayclient.timeout
CONNECT = 1.0  # Gateway::$connectTimeout
DELAY = 0.2
# Both where they are not the subject: a busy machine may take its time.
PATIENT_TIMEOUT, PATIENT_CONNECT = 30, 10

# WHEN: (not before, not after) in seconds. Without one a call ends at once.
TIMES = {
    "": (0, 0.5),
    "later": (DELAY, TIMEOUT * 0.9),
    "any": (0, PATIENT_TIMEOUT * 0.9),
    "connect": (CONNECT, CONNECT * 1.1),
    "deadline": (TIMEOUT, TIMEOUT * 1.1),
}

# {gw} is the gateway behind the proxy, {reg} the Register behind it.
CAUSES = {
    "refused": "can not connect to tcp://{gw} Connection refused",
    "unreached": "can not connect to tcp://{gw} Connection timed out",
    "timeout": "timed out waiting for tcp://{gw}",
    "closed": "connection close tcp://{gw}",
    "unconfirmed": "connection close tcp://{gw}: sent but not confirmed",
    "gone": "1 sent to tcp://{gw} and not confirmed: the connection is gone",
    "gone, key?": "1 sent to tcp://{gw} and not confirmed: the connection is "
                  "gone (wrong secret key?)",
    "malformed": "malformed reply from tcp://{gw}",
    "too long": "too long a frame or reply with tcp://{gw}",
    "no Register": "Can not connect to tcp://{reg} Connection refused",
    "no way to Register":
        "Can not connect to tcp://{reg} Connection timed out",
    "no answer":
        "getAllGatewayAddressesFromRegister fail. tcp://{reg} return false",
    "hung up":
        "getAllGatewayAddressesFromRegister fail. tcp://{reg} return false "
        "(closed without an answer: wrong or missing secret key?)",
    "bad answer":
        "getAllGatewayAddressesFromRegister fail. tcp://{reg} return '...'",
    "hidden answer": "getAllGatewayAddressesFromRegister fail. tcp://{reg} "
                     "return '(not shown)'",
    "no gateways": "Gateway::getAllGatewayAddressesFromRegister() with "
                   "registerAddress:...  return array (\n)",
}
WHOLE_CALL = {"no Register", "no way to Register", "no answer", "hung up",
              "bad answer", "hidden answer", "no gateways"}

# Of calls for given client_ids, when no list was had.
NOT_CONNECTING = "not connecting to tcp://{gw}: {cause}"
EMPTY_LIST = "the list of gateways is empty"

WARNING = "1 gateway failed: {cause}"
WARNING_OF_TWO = "2 gateways failed: {cause}"

# Call -> (what it returns when all is well, when the gateway fails it). A failed
# lookup throws, unless the call is for given client_ids.
RESULTS = {
    "send one": (True, False),
    "send list": (None, None),
    "send all": (None, None),
    "query one": (b"ann", "throws"),
    "query all": ({b"ann", b"zoe"}, {b"zoe"}),
}

# Name -> what happens, in words of the document; what the proxy does.
KEY = "key-of-the-matrix"
AUTHORISATION = 28 + len('{"secret_key":""}') + len(KEY)  # the first frame
HTTP = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
        b"Connection: close\r\n\r\n400 Bad Request")


def reply(payload):
    return struct.pack(">I", len(payload)) + payload


def down(*args, **kwargs):
    return Script(down=Rule(*args, **kwargs))


def up(*args, **kwargs):
    return Script(up=Rule(*args, **kwargs))


SLOW = TIMEOUT + 3  # a busy machine may notice the deadline late
# The heads of frames and of replies and a little of what follows: all of it
# takes a busy machine seconds.
TRICKLE = Script(up=Rule(gap=0.0005, first=40),
                 down=Rule(gap=0.0005, first=40))
NO_FAULT = Script()
GATEWAY_FAULTS = {
    "none": ("nothing", NO_FAULT),
    "delay": ("both ways take 0.2 s",
              Script(up=Rule(delay=DELAY), down=Rule(delay=DELAY))),
    "late reply": ("the reply comes after the deadline", down(delay=SLOW)),
    "late request": ("the request arrives after the deadline", up(delay=SLOW)),
    "trickle": ("one byte at a time, both ways", TRICKLE),
    "slow reply": ("one byte each half second", down(gap=0.5)),
    "slow request": ("one byte each half second", up(gap=0.5)),
    "stop": ("nothing is read, nothing comes",
             Script(up=Rule(STOP), down=Rule(STOP))),
    "stop in request": ("after 20 bytes", up(STOP, at=20)),
    "stop in reply": ("after 5 bytes", down(STOP, at=5)),
    "stop, large": ("nothing is read of a message of 9 MB", up(STOP)),
    "cut at request": ("closed when the request comes", up(CUT)),
    "RST at request": ("reset when the request comes", up(RST)),
    "cut in key": ("closed in mid-authorisation", up(CUT, at=20)),
    "RST in key": ("reset in mid-authorisation", up(RST, at=20)),
    "cut in frame": ("closed in mid-frame", up(CUT, at=30)),
    "RST in frame": ("reset in mid-frame", up(RST, at=30)),
    "cut in frame, new": ("closed in the frame after the authorisation",
                          up(CUT, at=AUTHORISATION + 30)),
    "RST in frame, new": ("reset in the frame after the authorisation",
                          up(RST, at=AUTHORISATION + 30)),
    "cut at reply": ("closed instead of a reply", down(CUT)),
    "RST at reply": ("reset instead of a reply", down(RST)),
    "cut in length": ("closed after 1 byte of the reply", down(CUT, at=1)),
    "cut after length": ("closed after 4 bytes of it", down(CUT, at=4)),
    "cut in reply": ("closed after 6 bytes of it", down(CUT, at=6)),
    "RST in reply": ("reset after 6 bytes of it", down(RST, at=6)),
    "half-close at reply": ("the caller sees the end, may still send",
                            down(HALF_CLOSE)),
    "half-close at request": ("the gateway sees the end instead of it",
                              up(HALF_CLOSE)),
    "half-close after request": ("the gateway sees the end behind it",
                                 up(HALF_AFTER)),
    "garbage": ("64 random bytes instead of a reply", down(REPLACE)),
    "HTTP": ("an HTTP error instead of a reply", down(REPLACE, data=HTTP)),
    "not serialized": ("text of the right length",
                       down(REPLACE, data=reply(b"hello"))),
    "wrong type": ("another type than asked for",
                   down(REPLACE, data=reply(b's:1:"x";'))),
    "empty reply": ("of length 0", down(REPLACE, data=reply(b""))),
    "garbage before": ("a frame of garbage, then the reply",
                       down(INSERT, data=reply(b"garbage"))),
    "garbage after": ("the reply, then 64 random bytes", down(APPEND)),
    "huge length": ("a length beyond the limit, then silence",
                    down(REPLACE, data=struct.pack(">I", 0x10000001))),
    "large length": ("200 MB announced, 5 bytes sent, silence",
                     down(REPLACE, data=struct.pack(">I", 200 << 20)
                          + b"a:1:{")),
    "endless talk": ("of a reply of 200 MB, byte by byte",
                     down(REPLACE, gap=0.001, data=struct.pack(
                         ">I", 200 << 20) + b"a:1:{" + b"." * 100000)),
    "refused": ("connections reset, nobody listens", Script(refuse=True)),
    "black hole": ("connections reset, connection requests vanish",
                   Script(blackhole=True)),
    "idle cut": ("closed in the pool", Script(end=CUT, old_only=True)),
    "idle RST": ("reset in the pool", Script(end=RST, old_only=True)),
    "idle half-close": ("half-closed in the pool",
                        Script(down=Rule(HALF_CLOSE, now=True),
                               old_only=True)),
    "idle garbage": ("random bytes come into the pool",
                     Script(idle=b"\xa7\x03garbage", old_only=True)),
    "idle reply": ("a reply to no question comes into the pool",
                   Script(idle=reply(b"i:1;"), old_only=True)),
}

# The call is answered, and its connection is of no use afterwards.
ENDS_AFTER = ("half-close after request", "garbage after")

# Fault; state of the connection; what a message (to one, to all) comes to;
# flush() after it; how often the message arrives; what a question comes to.
# A message that arrives although it was not confirmed is told as such.
GATEWAY_CELLS = [
    ("none", "fresh", "ok", "ok", 1, "ok"),
    ("none", "pooled", "ok", "ok", 1, "ok"),
    ("delay", "fresh", "ok", "ok@later", 1, "ok@later"),
    ("delay", "pooled", "ok", "ok@later", 1, "ok@later"),
    ("late reply", "fresh", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("late reply", "pooled", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("late request", "fresh", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("late request", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("trickle", "fresh", "ok", "ok@any", 1, "ok@any"),
    ("trickle", "pooled", "ok", "ok@any", 1, "ok@any"),
    ("slow reply", "fresh", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("slow reply", "pooled", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("slow request", "fresh", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("slow request", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("stop", "fresh", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("stop", "pooled", "ok", "timeout@deadline", 1, "timeout@deadline"),
    ("stop in request", "fresh", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("stop in request", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("stop in reply", "fresh", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("stop in reply", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("stop, large", "fresh", "timeout@deadline", "ok", 0, None),
    ("stop, large", "pooled", "timeout@deadline", "ok", 0, None),
    ("cut at request", "fresh", "ok", "gone, key?", 0, "closed"),
    ("cut at request", "pooled", "ok", "gone", 0, "closed"),
    ("RST at request", "fresh", "ok", "gone, key?", 0, "closed"),
    ("RST at request", "pooled", "ok", "gone", 0, "closed"),
    ("cut in key", "fresh", "ok", "gone, key?", 0, "closed"),
    ("RST in key", "fresh", "ok", "gone, key?", 0, "closed"),
    ("cut in frame", "pooled", "ok", "gone", 0, "closed"),
    ("RST in frame", "pooled", "ok", "gone", 0, "closed"),
    ("cut in frame, new", "fresh", "ok", "gone, key?", 0, "closed"),
    ("RST in frame, new", "fresh", "ok", "gone, key?", 0, "closed"),
    ("cut at reply", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("cut at reply", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("RST at reply", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("RST at reply", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("cut in length", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("cut in length", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("cut after length", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("cut after length", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("cut in reply", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("cut in reply", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("RST in reply", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("RST in reply", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("half-close at reply", "fresh", "ok", "unconfirmed", 1, "closed"),
    ("half-close at reply", "pooled", "ok", "unconfirmed", 1, "closed"),
    ("half-close at request", "fresh", "ok", "gone, key?", 0, "closed"),
    ("half-close at request", "pooled", "ok", "gone", 0, "closed"),
    ("half-close after request", "fresh", "ok", "gone, key?", 1, "ok"),
    ("half-close after request", "pooled", "ok", "gone", 1, "ok"),
    ("garbage", "fresh", "ok", "too long", 1, "too long"),
    ("garbage", "pooled", "ok", "too long", 1, "too long"),
    ("HTTP", "fresh", "ok", "too long", 1, "too long"),
    ("HTTP", "pooled", "ok", "too long", 1, "too long"),
    ("not serialized", "fresh", "ok", "malformed", 1, "malformed"),
    ("not serialized", "pooled", "ok", "malformed", 1, "malformed"),
    ("wrong type", "fresh", "ok", "malformed", 1, "malformed"),
    ("wrong type", "pooled", "ok", "malformed", 1, "malformed"),
    ("empty reply", "fresh", "ok", "malformed", 1, "malformed"),
    ("empty reply", "pooled", "ok", "malformed", 1, "malformed"),
    ("garbage before", "fresh", "ok", "malformed", 1, "malformed"),
    ("garbage before", "pooled", "ok", "malformed", 1, "malformed"),
    ("garbage after", "fresh", "ok", "ok", 1, "ok"),
    ("garbage after", "pooled", "ok", "ok", 1, "ok"),
    ("huge length", "fresh", "ok", "too long", 1, "too long"),
    ("huge length", "pooled", "ok", "too long", 1, "too long"),
    ("large length", "fresh", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("large length", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("endless talk", "fresh", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("endless talk", "pooled", "ok", "timeout@deadline", 1,
     "timeout@deadline"),
    ("refused", "fresh", "refused", "ok", 0, "refused"),
    ("refused", "pooled", "refused", "ok", 0, "refused"),
    ("black hole", "fresh", "unreached@connect", "ok", 0,
     "unreached@connect"),
    ("black hole", "pooled", "unreached@connect", "ok", 0,
     "unreached@connect"),
    ("idle cut", "pooled", "ok", "ok", 1, "ok"),
    ("idle RST", "pooled", "ok", "ok", 1, "ok"),
    ("idle half-close", "pooled", "ok", "ok", 1, "ok"),
    ("idle garbage", "pooled", "ok", "ok", 1, "ok"),
    ("idle reply", "pooled", "ok", "ok", 1, "ok"),
]

# With $persistentConnection = false: as on a fresh connection, but a message
# ends with it, so nothing confirms one that was sent.
GATEWAY_CELLS += [(fault, "not kept", sent, "gone" if sent == "ok" else "ok",
                   arrives, asked)
                  for fault, state, sent, _, arrives, asked in GATEWAY_CELLS
                  if state == "fresh"]

NO_LIST = b'{"event":"broadcast_addresses","addresses":[]}\n'
ECHO = b'{"event":"worker_connect","secret_key":"%s"}\n' % KEY.encode()
NO_ADDRESSES = b'{"event":"broadcast_addresses","addresses":["nowhere",7]}\n'
REGISTER_FAULTS = {
    "none": ("nothing", Script()),
    "delay": ("both ways take 0.2 s",
              Script(up=Rule(delay=DELAY), down=Rule(delay=DELAY))),
    "trickle": ("one byte at a time, both ways", TRICKLE),
    "late answer": ("after the deadline", down(delay=SLOW)),
    "slow answer": ("one byte each half second", down(gap=0.5)),
    "slow request": ("one byte each half second", up(gap=0.5)),
    "stop": ("nothing is read, nothing comes",
             Script(up=Rule(STOP), down=Rule(STOP))),
    "stop in answer": ("after 10 bytes", down(STOP, at=10)),
    "cut at request": ("closed when the request comes", up(CUT)),
    "RST at request": ("reset when the request comes", up(RST)),
    "RST in request": ("reset after 20 bytes of it", up(RST, at=20)),
    "cut at answer": ("closed instead of an answer", down(CUT)),
    "RST at answer": ("reset instead of an answer", down(RST)),
    "cut in answer": ("closed after 10 bytes of it", down(CUT, at=10)),
    "RST in answer": ("reset after 10 bytes of it", down(RST, at=10)),
    "half-close at answer": ("the caller sees the end", down(HALF_CLOSE)),
    "half-close after request": ("the Register sees the end behind it",
                                 up(HALF_AFTER)),
    "garbage": ("64 random bytes and a newline", down(REPLACE)),
    "HTTP": ("an HTTP error", down(REPLACE, data=HTTP)),
    "other event": ("JSON of another event",
                    down(REPLACE, data=b'{"event":"hello"}\n')),
    "echo": ("our own line comes back, with the key",
             down(REPLACE, data=ECHO)),
    "no addresses": ("a list of what are no addresses",
                     down(REPLACE, data=NO_ADDRESSES)),
    "endless line": ("2 MB without a newline",
                     down(REPLACE, data=b"a" * (2 << 20))),
    "endless talk": ("without a newline, byte by byte",
                     down(REPLACE, gap=0.001, data=b"." * 100000)),
    "empty list": ("it knows no gateway", down(REPLACE, data=NO_LIST)),
    "refused": ("nobody listens", Script(refuse=True)),
    "black hole": ("connection requests vanish", Script(blackhole=True)),
}

# Fault; outcome of any call that asks the Register, when there is no other,
# and when there is a second one. Nobody keeps connections to a Register; but
# a process that was told a list once asks for no client_id any more that the
# list explains. What fails a call for all throws; one for given client_ids
# takes it for its gateway's failure.
REGISTER_CELLS = [
    ("none", "ok", "ok"),
    ("delay", "ok@later", "ok@later"),
    ("trickle", "ok@any", "ok@any"),
    ("late answer", "no answer@deadline", "ok@connect"),
    ("slow answer", "bad answer@deadline", "ok@connect"),
    ("slow request", "no answer@deadline", "ok@connect"),
    ("stop", "no answer@deadline", "ok@connect"),
    ("stop in answer", "bad answer@deadline", "ok@connect"),
    ("cut at request", "hung up", "ok"),
    ("RST at request", "hung up", "ok"),
    ("RST in request", "hung up", "ok"),
    ("cut at answer", "hung up", "ok"),
    ("RST at answer", "hung up", "ok"),
    ("cut in answer", "bad answer", "ok"),
    ("RST in answer", "bad answer", "ok"),
    ("half-close at answer", "hung up", "ok"),
    ("half-close after request", "ok", "ok"),
    ("garbage", "bad answer", "ok"),
    ("HTTP", "bad answer", "ok"),
    ("other event", "bad answer", "ok"),
    ("echo", "hidden answer", "ok"),
    ("no addresses", "bad answer", "ok"),
    ("endless line", "bad answer", "ok"),
    ("endless talk", "bad answer@deadline", "ok@connect"),
    ("empty list", "no gateways", "no gateways"),
    ("refused", "no Register", "ok"),
    ("black hole", "no way to Register@connect", "ok@connect"),
]
