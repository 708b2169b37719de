"""What the driver, the jobs and the routes of examples/laravel do, asked for over
HTTP and received on WebSockets, both through nginx."""

import contextlib
import copy
import http.cookiejar
import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from types import SimpleNamespace

from harness.cluster import AbsentGateway, Gatewayd
from harness.inner import register_addresses
from harness.process import ROOT, wait_until
from harness.websocket import WebSocket
from visitor import made_up


class Visitor:
    """A browser without a page: cookies, the CSRF token, and a WebSocket."""

    def __init__(self, host, name=None):
        self.host = host
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar))
        self.token = self.socket = None
        self.sign_in(name)

    def sign_in(self, name):
        """As anybody, or as nobody, in the session that it has."""
        path = f"login?name={name}" if name else "token"
        self.token = self.open(path).read().decode()

    def open(self, path, data=None, headers=None):
        body = None if data is None else json.dumps(data).encode()
        return self.opener.open(urllib.request.Request(
            self.host.url + path, body,
            {"Content-Type": "application/json", "Accept": "application/json",
             **(headers or {})}), timeout=30)

    def post(self, path, data, headers=None):
        """(status, answer)"""
        try:
            with self.open(path, data, {"X-CSRF-TOKEN": self.token,
                                        **(headers or {})}) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")[:500]

    def expect(self, path, data, status=200, headers=None):
        got, answer = self.post(path, data, headers)
        if got != status:
            raise AssertionError(f"{path} {data}: {got}, not {status}: "
                                 f"{answer}")
        return answer

    def connect(self, bind=True):
        self.socket = WebSocket(self.host.nginx.port, path="/ws")
        if bind:
            self.expect("gateway/bind", {"client_id": self.client_id})
        return self

    @property
    def client_id(self):
        return self.socket.client_id

    def join(self, channel, status=200, client_id=None):
        return self.expect("broadcasting/auth", {
            "socket_id": client_id or self.client_id,
            "channel_name": channel}, status)

    def gets(self, event, channel, data):
        """The next thing that it receives, to the byte."""
        self.socket.expect_text(frame(event, channel, data))

    def receive(self):
        """The next message, decoded."""
        head = 2
        wait_until(lambda: len(self.socket.read()) >= head, "a message")
        length = self.socket.received[1]
        if length == 126:
            head = 4
            wait_until(lambda: len(self.socket.read()) >= head, "a message")
            length = int.from_bytes(self.socket.received[2:4], "big")
        wait_until(lambda: len(self.socket.read()) >= head + length,
                   "a whole message")
        text = self.socket.received[head:head + length].decode()
        self.socket.expect_text(text)  # nothing but a text frame
        return json.loads(text)

    def expect_closed(self):
        wait_until(lambda: self.socket.read() is not None and self.socket.eof,
                   "the end of the page's connection")

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Company:
    """Alice, bob and a guest, connected; closed after a check."""

    def __init__(self, host):
        self.host = host
        self.alice = Visitor(host, "alice").connect()
        self.bob = Visitor(host, "bob").connect()
        self.guest = Visitor(host).connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for visitor in (self.alice, self.bob, self.guest):
            visitor.close()


def frame(event, channel, data):
    """A channel's message, as the driver writes it."""
    return json.dumps({"event": event, "channel": channel, "data": data},
                      separators=(",", ":"), ensure_ascii=False)


NEWS = "App\\Events\\NewsPosted"
SAID = "App\\Events\\RoomMessage"
ROOM = "presence-room.1"
ALICE = {"user_id": 1, "user_info": {"id": 1, "name": "alice"}}
BOB = {"user_id": 2, "user_info": {"id": 2, "name": "bob"}}


def public_channel(us):
    """Anybody may listen, and gets what is sent to this channel only."""
    us.guest.join("news")
    us.bob.join("news")
    us.alice.expect("room/news", {"text": "café 1/2"})
    us.alice.join("news")
    us.bob.expect("room/news", {"text": "second"})
    us.guest.gets(NEWS, "news", {"text": "café 1/2"})
    for visitor in (us.guest, us.bob, us.alice):
        if visitor is us.bob:
            visitor.gets(NEWS, "news", {"text": "café 1/2"})
        visitor.gets(NEWS, "news", {"text": "second"})


def private_channel(us):
    """Only who may; the event comes from a queue worker."""
    us.bob.join("private-App.Models.User.2")
    us.alice.join("private-App.Models.User.2", 403)
    us.guest.join("private-App.Models.User.2", 403)
    us.alice.join("private-App.Models.User.1")
    us.alice.expect("room/ship", {"user": 2, "order": 77})
    us.bob.gets("order.shipped", "private-App.Models.User.2", {"order": 77})
    us.alice.expect("room/ship", {"user": 1, "order": 78})
    us.alice.gets("order.shipped", "private-App.Models.User.1", {"order": 78})
    if us.guest.socket.read():
        raise AssertionError(f"the guest got {us.guest.socket.received}")


def presence_channel(us):
    """Members, once each; joining and leaving, also of a page that is gone."""
    answer = us.alice.join(ROOM)
    same(answer["members"], [ALICE])
    same(json.loads(answer["channel_data"]), ALICE)
    answer = us.bob.join(ROOM)
    same(sorted(one["user_id"] for one in answer["members"]), [1, 2])
    us.alice.gets("gateway:joining", ROOM, BOB)
    us.guest.join(ROOM, 403)
    us.bob.join("presence-room.2", 403)
    answer = us.bob.expect("gateway/members", {
        "socket_id": us.bob.client_id, "channel_name": ROOM})
    same(sorted(one["user_id"] for one in answer["members"]), [1, 2])
    left = us.bob.join(ROOM)["leave"]
    us.alice.gets("gateway:joining", ROOM, BOB)
    us.bob.close()
    us.bob.expect("gateway/leave", {"token": left})
    us.alice.gets("gateway:leaving", ROOM, BOB)


def leave_tokens(us):
    """Others hear of a leaving once; a token is its owner's, and for a day."""
    us.alice.join(ROOM)
    first, second = us.bob.join(ROOM)["leave"], us.bob.join(ROOM)["leave"]
    for _ in range(2):
        us.alice.gets("gateway:joining", ROOM, BOB)
    us.alice.expect("gateway/leave", {"token": first}, 422)
    us.guest.expect("gateway/leave", {"token": first}, 422)
    for cookie in us.bob.jar:  # encrypted by the same key
        us.bob.expect("gateway/leave", {
            "token": urllib.parse.unquote(cookie.value)}, 422)
    for nothing in (None, ["x"], 7, ""):
        us.bob.expect("gateway/leave", {"token": nothing}, 422)
    us.bob.close()
    old = us.host.php("-r", AGED, env={"TOKEN": second})
    us.bob.expect("gateway/leave", {"token": old}, 422)
    for _ in range(2):
        us.bob.expect("gateway/leave", {"token": first})
    us.alice.gets("gateway:leaving", ROOM, BOB)
    us.alice.expect("room/say", {"text": "a mark"})
    us.alice.gets(SAID, ROOM, {"from": "alice", "text": "a mark"})


def two_pages(us):
    """A user with two pages is one member, and leaves with the second."""
    us.alice.join(ROOM)
    first = us.bob.join(ROOM)["leave"]
    us.alice.gets("gateway:joining", ROOM, BOB)
    page = us.bob.socket
    answer = us.bob.connect().join(ROOM)
    same(sorted(one["user_id"] for one in answer["members"]), [1, 2])
    us.alice.gets("gateway:joining", ROOM, BOB)
    us.bob.expect("gateway/leave", {"token": first})
    page.close()
    us.bob.expect("room/say", {"text": "a mark"})
    us.alice.gets("App\\Events\\RoomMessage", ROOM,
                  {"from": "bob", "text": "a mark"})
    us.bob.expect("gateway/leave", {"token": answer["leave"]})
    us.alice.gets("gateway:leaving", ROOM, BOB)


def notification(us):
    """A notification by "broadcast" is an event of the user's channel."""
    us.bob.join("private-App.Models.User.2")
    us.alice.expect("notify", {"user": 2, "text": "hello"})
    message = us.bob.receive()
    same(message["event"], "Illuminate\\Notifications\\Events\\"
         "BroadcastNotificationCreated")
    same(message["channel"], "private-App.Models.User.2")
    same(message["data"]["text"], "hello")


def to_others(us):
    """All in the channel but the page that X-Socket-ID names."""
    us.alice.join(ROOM)
    us.bob.join(ROOM)
    us.alice.gets("gateway:joining", ROOM, BOB)
    us.alice.expect("room/say", {"text": "one"},
                    headers={"X-Socket-ID": us.alice.client_id})
    us.alice.expect("room/say", {"text": "two"},
                    headers={"X-Socket-ID": "nonsense; not an id"})
    for visitor, texts in ((us.alice, ["two"]), (us.bob, ["one", "two"])):
        for text in texts:
            visitor.gets("App\\Events\\RoomMessage", ROOM,
                         {"from": "alice", "text": text})


def strange_requests(us):
    """What a page may not say."""
    us.bob.join("news", 403, us.alice.client_id)
    us.bob.join("private-App.Models.User.2", 403, us.alice.client_id)
    us.bob.expect("gateway/bind", {"client_id": us.alice.client_id}, 403)
    us.guest.expect("gateway/bind", {"client_id": us.alice.client_id}, 403)
    us.alice.expect("gateway/bind", {"client_id": us.alice.client_id})
    for name in ("", "a b", "x" * 165, "private-encrypted-room.1", ["news"],
                 None):
        us.alice.join(name, 403)
    for client_id in ("nonsense", us.alice.client_id + "0", ["x"], None):
        us.alice.expect("broadcasting/auth", {
            "socket_id": client_id, "channel_name": "news"}, 422)
        us.alice.expect("gateway/bind", {"client_id": client_id}, 422)
    us.bob.expect("gateway/members", {
        "socket_id": us.bob.client_id, "channel_name": ROOM}, 403)
    us.bob.expect("gateway/leave", {"token": "nonsense"}, 422)


def unbound_page(us):
    """A page that nobody has claimed is in no channel; one that is not there,
    or that somebody made up, is refused."""
    us.bob.expect("gateway/bind", {"client_id": made_up()}, 409)
    us.bob.close()
    us.bob.connect(bind=False)
    us.bob.join("news", 403)
    gone = us.bob.client_id
    us.bob.close()

    def offline():
        return us.bob.post("gateway/bind", {"client_id": gone})[0] == 409

    wait_until(offline, "the end of bob's page")


def bound_elsewhere(us):
    """Nobody takes over a page that another program has bound."""
    us.bob.close()
    us.bob.connect(bind=False)
    us.host.php("-r", "use GatewayClient\\Gateway; Gateway::$registerAddress = "
                "getenv('GATEWAY_REGISTER_ADDRESS'); Gateway::$secretKey = "
                "getenv('GATEWAY_SECRET_KEY'); "
                f"Gateway::bindUid('{us.bob.client_id}', 'carol'); "
                "exit(Gateway::flush() ? 0 : 1);")
    us.bob.expect("gateway/bind", {"client_id": us.bob.client_id}, 403)


def claims_at_once(us):
    """Of two sessions that claim a page at the same moment one gets it."""
    us.guest.close()
    for _ in range(25):
        us.guest.connect(bind=False)
        claim = {"client_id": us.guest.client_id}
        both = Both(us.alice, us.bob)
        answers = both.post("gateway/bind", claim, claim)
        same(sorted(answers), [200, 403])
        same(both.post("gateway/bind", claim, claim), answers)
        us.guest.close()


def pages_at_once(us):
    """The first two pages of a session, bound at the same moment, are its own."""
    for _ in range(10):
        one = Visitor(us.host, "alice").connect(bind=False)
        two = copy.copy(one).connect(bind=False)
        try:
            same(Both(one, two).post("gateway/bind",
                                     {"client_id": one.client_id},
                                     {"client_id": two.client_id}), [200, 200])
            for page in (one, two):
                page.join("news")
        finally:
            one.close()
            two.close()


def bound_meanwhile(us):
    """A request that began before a session's first page was bound, and ends
    after that, takes nothing from it."""
    us.alice.close()
    us.alice = Visitor(us.host, "alice").connect(bind=False)
    with slow_request(us.alice, "slow/unlocked"):
        us.alice.expect("gateway/bind", {"client_id": us.alice.client_id})
    us.alice.join("private-App.Models.User.1")
    us.alice.expect("logout", {})
    us.alice.expect_closed()


class Both:
    """Two visitors, and what they do at the same time."""

    def __init__(self, *visitors):
        self.visitors = visitors
        self.barrier = threading.Barrier(len(visitors))

    def post(self, path, *data):
        """Their statuses; each has data of its own."""
        answers = {}

        def post(visitor, own):
            self.barrier.wait(30)
            answers[visitor] = visitor.post(path, own)[0]

        threads = [threading.Thread(target=post, args=pair)
                   for pair in zip(self.visitors, data)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers.get(visitor) for visitor in self.visitors]


def own_groups(us):
    """A public channel named like a group of the application is another one."""
    us.alice.expect("inbox/bind", {"client_id": us.alice.client_id})
    us.guest.join("team")
    us.bob.expect("push/group", {"group": "team", "text": "secret"})
    us.alice.socket.expect_text('{"text":"secret"}')
    us.guest.join("news")
    us.bob.expect("room/news", {"text": "a mark"})
    us.guest.gets(NEWS, "news", {"text": "a mark"})


def logout(us):
    """The session's pages are closed; other pages of the user are not."""
    other = Visitor(us.host, "alice").connect()
    us.alice.expect("logout", {})
    us.alice.expect_closed()
    us.bob.expect("push/uid", {"uid": "1", "text": "still here?"})
    other.socket.expect_text('{"text":"still here?"}')
    other.close()


def logout_leaves(us):
    """Others in a presence channel are told at once, when the last page of the
    user that is in it is closed; and not of a channel that was left before."""
    us.alice.join(ROOM)
    pages = [us.bob, copy.copy(us.bob).connect(),
             Visitor(us.host, "bob").connect()]
    try:
        for page in pages:
            page.join(ROOM)
            us.alice.gets("gateway:joining", ROOM, BOB)
        us.bob.expect("logout", {})
        for page in pages[:2]:
            page.expect_closed()
        us.alice.expect("room/say", {"text": "a mark"})
        us.alice.gets(SAID, ROOM, {"from": "alice", "text": "a mark"})
        pages[2].expect("logout", {})
        us.alice.gets("gateway:leaving", ROOM, BOB)
        pages[2].sign_in("bob")
        left = pages[2].connect().join(ROOM)["leave"]
        us.alice.gets("gateway:joining", ROOM, BOB)
        pages[2].expect("gateway/leave", {"token": left})
        us.alice.gets("gateway:leaving", ROOM, BOB)
        pages[2].expect("logout", {})
        pages[2].expect_closed()
        us.alice.expect("room/say", {"text": "a mark"})
        us.alice.gets(SAID, ROOM, {"from": "alice", "text": "a mark"})
    finally:
        for page in pages[1:]:
            page.close()


@contextlib.contextmanager
def slow_request(visitor, path):
    """One that has begun, and ends with this."""
    begun, end = (visitor.host.app / f"storage/slow-{name}"
                  for name in ("begun", "end"))
    for file in (begun, end):
        file.unlink(missing_ok=True)
    request = threading.Thread(target=visitor.open, args=(path,))
    request.start()
    try:
        wait_until(begun.exists, "the slow request")
        yield
    finally:
        end.touch()
        request.join()


def late_request(us):
    """A request that ends after the logout was asked for does not undo it."""
    out = threading.Thread(target=us.alice.post, args=("logout", {}))
    try:
        with slow_request(us.alice, "slow"):
            out.start()
            us.host.fpm.wait_until_active(2)
    finally:
        if out.ident is not None:
            out.join()
    us.alice.expect_closed()
    us.alice.sign_in(None)
    us.alice.expect("push/uid", {"uid": "1", "text": "once more?"}, 401)


def back_before_the_end(us):
    """A page that connects while the logout's request goes on is closed, too."""
    page = copy.copy(us.alice)
    try:
        with slow_request(us.alice, "logout/slowly"):
            page.connect()
        us.alice.expect_closed()
        page.expect_closed()
    finally:
        page.close()


def signed_in_later(us):
    """A page that a guest has opened is its user's from the next channel on,
    and closed after the logout."""
    us.guest.join("news")
    us.guest.sign_in("bob")
    us.guest.join("private-App.Models.User.2")
    us.alice.expect("push/uid", {"uid": "2", "text": "hello bob"})
    for visitor in (us.guest, us.bob):
        visitor.socket.expect_text('{"text":"hello bob"}')
    us.guest.expect("logout", {})
    us.guest.expect_closed()
    us.alice.expect("push/uid", {"uid": "2", "text": "still here?"})
    us.bob.socket.expect_text('{"text":"still here?"}')


def logout_of_devices(us):
    """logoutCurrentDevice() closes this session's pages, logoutOtherDevices()
    those of the user's others."""
    other = Visitor(us.host, "alice").connect()
    us.alice.expect("logout/others", {"password": "wrong"}, 500)
    us.alice.expect("logout/others", {"password": "alice's"})
    other.expect_closed()
    us.bob.expect("push/uid", {"uid": "1", "text": "still here?"})
    us.alice.socket.expect_text('{"text":"still here?"}')
    other.connect()
    us.alice.expect("logout/here", {})
    us.alice.expect_closed()
    us.bob.expect("push/uid", {"uid": "1", "text": "and here?"})
    other.socket.expect_text('{"text":"and here?"}')
    other.close()


def queued_push(us):
    """PushToUid, by the worker that runs."""
    us.bob.expect("push/later", {})
    us.bob.socket.expect_text('{"text":"Your report is ready."}')


def job_is_tried_again(us):
    """One that reached nobody is not lost, and comes once: without a Register,
    and where no gateway that it lists can be reached."""
    us.bob.join("private-App.Models.User.2")
    report = '{"text":"Your report is ready."}'
    shipped = frame("order.shipped", "private-App.Models.User.2", {"order": 9})
    with Nowhere(us.host) as nowhere:
        for address in ("127.0.0.1:1", nowhere.register_address):
            for path, data, text in (
                    ("push/later", {}, report),
                    ("room/ship", {"user": 2, "order": 9}, shipped)):
                tried_again(us, address, lambda p=path, d=data: us.bob.expect(
                    p, d), text)


def tried_again(us, address, queue, text):
    """What `queue` does is tried with that Register, then with the right one."""
    host = us.host
    host.stop_worker()
    try:
        queue()
        same(host.count_jobs(), 1)
        host.php("-d", "gatewayclient.addresses_cache_ttl=0", "artisan",
                 "queue:work", "--once", env={
                     "GATEWAY_REGISTER_ADDRESS": address, **UNCACHED})
        same(host.count_jobs("failed_jobs"), 0)
        same(host.count_jobs(), 1)
    finally:
        host.start_worker()
    us.bob.socket.expect_text(text)
    wait_until(lambda: host.count_jobs() == 0, "the end of the job")
    same(host.count_jobs("failed_jobs"), 0)
    us.bob.socket.expect_silence()


class Nowhere:
    """A Register that lists a gateway which is not there, and no other."""

    def __init__(self, host):
        self.key = host.gateway.secret_key
        self.register = Gatewayd(secret_key=self.key, options=[
            "--register-only", "--register-grace", "0"])
        self.register_address = self.register.own_register
        self.absent = None

    def __enter__(self):
        self.absent = AbsentGateway(SimpleNamespace(
            register_address=self.register_address, secret_key=self.key))
        wait_until(lambda: register_addresses(self.register_address, self.key),
                   "the absent gateway's listing")
        return self

    def __exit__(self, *_):
        if self.absent is not None:
            self.absent.close()
        self.register.close()


def register_is_gone_meanwhile(us):
    """What one of two gateways has got is not sent again because no Register
    answers any more."""
    host = us.host
    absent = AbsentGateway(SimpleNamespace(
        register_address=host.gateway.own_register,
        secret_key=host.gateway.secret_key))
    try:
        both = wait_until(lambda: listed_both(host, absent), "both gateways")
        with AnswersOnce(both) as register:
            tried_again(us, register.address, lambda: us.bob.expect(
                "push/later", {}), '{"text":"Your report is ready."}')
    finally:
        absent.close()


def listed_both(host, absent):
    found = register_addresses(host.gateway.own_register,
                               host.gateway.secret_key)
    return found if found and absent.address in found else None


class AnswersOnce:
    """A Register that answers one question with that list, and refuses the next."""

    def __init__(self, addresses):
        self.answer = json.dumps({"event": "broadcast_addresses",
                                  "addresses": addresses}).encode() + b"\n"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def _serve(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return  # nobody has asked
        self.listener.close()
        with connection, connection.makefile("rb") as asked:
            asked.readline()
            connection.sendall(self.answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed already
        self.thread.join()
        self.listener.close()


def several_channels(us):
    """A broadcast that fails after its first channel is not made again."""
    found = json.loads(us.host.php("-r", SEVERAL))
    same(found, {"the first": "thrown", "the second": "reported"})


def a_gateway_is_down(us):
    """All others are served; jobs and broadcasts go on, calls of one's own
    throw."""
    host = us.host
    us.guest.join("news")
    absent = AbsentGateway(SimpleNamespace(
        register_address=host.gateway.own_register,
        secret_key=host.gateway.secret_key))
    try:
        def refused():
            return us.bob.post("push/uid", {"uid": "1", "text": "x"})[0] == 500

        wait_until(refused, "a php-fpm that knows the absent gateway")
        us.alice.socket.expect_text('{"text":"x"}')
        us.alice.expect("room/news", {"text": "all the same"})
        us.guest.gets(NEWS, "news", {"text": "all the same"})

        def noticed():
            us.bob.expect("push/later", {})
            us.bob.socket.expect_text('{"text":"Your report is ready."}')
            return absent.address in host.worker.log

        wait_until(noticed, "a queue worker that knows the absent gateway")
        wait_until(lambda: host.count_jobs() == 0, "the end of the jobs")
        same(host.count_jobs("failed_jobs"), 0)
        us.bob.socket.expect_silence()
        us.alice.expect("logout", {})
        us.alice.expect_closed()
    finally:
        absent.close()


def published(us):
    """What the package publishes is what it has."""
    host = us.host
    host.php("artisan", "vendor:publish", "--tag=gateway-js")
    package = ROOT / "examples/laravel"
    for path, source in {
            "config/gateway.php": "config/gateway.php",
            "resources/js/gateway-echo.js": "resources/js/gateway-echo.js",
            "public/vendor/gateway/gateway-echo.js":
            "resources/js/gateway-echo.js"}.items():
        same((host.app / path).read_text(), (package / source).read_text())


# Where the configuration is cached, another environment counts by this.
UNCACHED = {"APP_CONFIG_CACHE": "bootstrap/cache/none.php"}
BOOT = """
require 'vendor/autoload.php';
$app = require 'bootstrap/app.php';
$app->make(Illuminate\\Contracts\\Console\\Kernel::class)->bootstrap();
"""
# A leave token, two days older.
AGED = BOOT + """
$crypt = $app['encrypter'];
$told = json_decode($crypt->decryptString(getenv('TOKEN')), true);
$told['time'] -= 2 * 86400;
echo $crypt->encryptString(json_encode($told));
"""
# The driver, on channels of which one fails.
SEVERAL = BOOT + """
class Failing extends GatewayClient\\Laravel\\Channels {
    public $fails;
    public function send(string $name, string $message, ?string $exclude = null): void {
        if ($name === $this->fails) {
            throw new GatewayClient\\GatewayException('nobody');
        }
    }
}
$reported = [];
$app->instance(Illuminate\\Contracts\\Debug\\ExceptionHandler::class,
    new class($app, $reported) extends Illuminate\\Foundation\\Exceptions\\Handler {
    public $all = [];
    public function __construct($app, &$reported) {
        parent::__construct($app);
        $this->all = &$reported;
    }
    public function report(Throwable $e) { $this->all[] = $e->getMessage(); }
});
$found = [];
foreach (['the first' => 'a', 'the second' => 'b'] as $which => $fails) {
    $channels = new Failing('channel:');
    $channels->fails = $fails;
    $driver = new GatewayClient\\Laravel\\Broadcasting\\GatewayBroadcaster(
        $app->make(GatewayClient\\Laravel\\Pages::class), $channels);
    $reported = [];
    try {
        $driver->broadcast(['a', 'b'], 'event', []);
        $found[$which] = $reported === ['nobody'] ? 'reported' : $reported;
    } catch (Illuminate\\Broadcasting\\BroadcastException $e) {
        $found[$which] = 'thrown';
    }
}
echo json_encode($found);
"""
SHOW = BOOT + """
$show = fn () => [GatewayClient\\Gateway::$registerAddress,
    GatewayClient\\Gateway::$secretKey, (float) ini_get('gatewayclient.timeout')];
$first = $show();
GatewayClient\\Gateway::$registerAddress = 'elsewhere:1';
GatewayClient\\Gateway::$secretKey = 'another';
$app['events']->dispatch('Laravel\\\\Octane\\\\Events\\\\RequestReceived');
echo json_encode([$first, $show()]);
"""


def settings(us):
    """From the environment, unless cached; anew at each request of a worker."""
    host = us.host
    changed = {"GATEWAY_REGISTER_ADDRESS": "one:1, two:2",
               "GATEWAY_SECRET_KEY": "", "GATEWAY_TIMEOUT": "2.5"}
    found = json.loads(host.php("-d", "gatewayclient.secret_key=of the ini",
                                "-r", SHOW, env=changed))
    wanted = [["one:1", "two:2"], "of the ini", 2.5]
    if host.cached:
        told = host.variables()
        wanted = [told["GATEWAY_REGISTER_ADDRESS"],
                  told["GATEWAY_SECRET_KEY"], 5]
    same(found, [wanted, wanted])


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"wanted {wanted!r}, got {got!r}")


CHECKS = (public_channel, private_channel, presence_channel, leave_tokens,
          two_pages, notification, to_others, strange_requests, unbound_page,
          bound_elsewhere, claims_at_once, pages_at_once, bound_meanwhile,
          own_groups, logout, logout_leaves, late_request, back_before_the_end,
          signed_in_later, logout_of_devices, queued_push,
          job_is_tried_again, register_is_gone_meanwhile, several_channels,
          a_gateway_is_down, settings, published)


def run(host, verdicts):
    for check in CHECKS:
        with verdicts.check(f"{check.__name__.replace('_', ' ')}: "
                            f"{' '.join(check.__doc__.split())}"):
            with Company(host) as us:
                check(us)
