"""What a host is: a framework's application that tests/hosts/run serves with
nginx, php-fpm and gatewayd, and drives in Chromium.

A host is a module tests/hosts/host_NAME.py with a class `Application(Host)`.
What happens, in this order:

    why_not()           a reason why it cannot be had here: skipped and counted
    assemble()          fills the empty folder self.app (out/hosts/NAME): a
                        skeleton, files of docs/frameworks/NAME.md, examples/NAME.
                        May raise Unavailable: skipped and counted
    gatewayd starts; self.gateway is a harness.cluster.Gatewayd
    environment()       variables for php-fpm and self.php(), more than COMMON
    prepare()           console commands, before there is a web server
    php-fpm and nginx start; self.url ends with a slash
    scripts             of tests/hosts/browser, each in a Chromium of its own with
                        `browser` as JSON
    checks(verdicts)    whatever else is to be seen: `with verdicts.check(name)`
    close()             before nginx, php-fpm and gatewayd are ended; what was
                        started by start() ends without it

nginx serves `document_root` and passes everything that is no file there to
`front`. It passes /ws to gatewayd, so a page connects to
`ws://${location.host}/ws`, as behind a proxy in production.

The environment that every application gets (COMMON): GATEWAY_REGISTER_ADDRESS
(host:port) and GATEWAY_SECRET_KEY. gatewayd really has that key.

The pages. browser/flow.js drives every host in the same way. It wants:

    login       GET `login` with {name} replaced signs in as alice or bob, in the
                framework's session, and ends at the page or at anything else. It
                is the test's stand-in for an application's login, not the docs'
    page        the page's path. It connects, gets {"type":"init","client_id":…},
                posts the client_id to `bind`, which binds the user's uid (`uids`:
                the name itself unless it says otherwise) and joins the group `team`
    #client-id          has the client_id as its text
    #state              has data-state="online" once the bind was answered
    #messages li        one for each push, in order: its text is the text sent
    form#push-uid       inputs uid and text; submit posts to another controller,
                        which calls Gateway::sendToUid()
    form#push-group     inputs group and text: Gateway::sendToGroup()
    post(path, data)    a global function of the page: fetch() by the framework's
                        CSRF rules; returns the promise of the Response

`browser` has the parameters, see BROWSER. A push is JSON with a member `text`,
or the text itself; that is between the application and its page.

What must be refused, and flow.js tries it: a bind without the CSRF token
(`csrf_status`), a bind of a client_id that another session has bound (403; that
is the application's work: see examples/demo/public/bind.php), and whatever a
guest does with a valid token (`guest_status`): `guest_token` is a path that
answers somebody who is not signed in with one, `pushes` the paths that the two
forms post to.
"""

import contextlib
import os
import shutil
import subprocess
import traceback

import place
from harness.php import EXTENSION, extension_environment
from harness.process import ROOT, Process

PHP = os.environ.get("PHP", "php")
SECRET_KEY = "a key of the hosts' test"

# What flow.js is told; a host's `browser` overrides these.
BROWSER = {
    "login": "login?name={name}",
    "page": "",
    "bind": "gateway/bind",
    "csrf_status": 419,      # of a POST that has no token
    "guest_status": 302,     # of what a guest posts; of a logout
                             # `guest_logout_status`, if there is that
    "uids": {},              # like {"alice": "1"}
}


class Unavailable(Exception):
    """This host cannot be had here; its text says why."""


class Verdicts:
    """Counts checks, and shows each as it ends."""

    def __init__(self):
        self.passed = self.failed = 0
        self.skips = []

    @contextlib.contextmanager
    def check(self, name):
        """One check: it fails by an exception, and the next one goes on."""
        try:
            yield
        except Exception as error:  # pylint: disable=broad-except
            self.failed += 1
            print(f"  FAIL  {name}")
            place.show(error if isinstance(error, AssertionError)
                       else traceback.format_exc())
        else:
            self.passed += 1
            print(f"  ok    {name}", flush=True)

    def add(self, passed, failed):
        """The sums of a program that shows its checks itself."""
        self.passed += passed
        self.failed += failed

    def skip(self, name, why):
        self.skips.append(name)
        print(f"skipped: {name} ({why})", flush=True)

    def same(self, name, got, wanted):
        with self.check(name):
            if got != wanted:
                raise AssertionError(f"wanted {wanted!r}, got {got!r}")


class Host:
    """An application, and where it runs. Subclasses override what is above."""

    title = ""               # "Laravel 12": shown above its checks
    document_root = "public"
    front = "/index.php?$query_string"  # nginx's way to the front controller
    fastcgi_params = {}      # more than Debian's fastcgi_params
    server_lines = ""        # more lines for nginx's server block
    ini = {}                 # php.ini of php-fpm, and of self.php()
    children = 2             # of php-fpm
    by_name_only = False     # left out of a run that names no host
    scripts = ("flow.js",)   # in tests/hosts/browser
    browser = {}

    def __init__(self, name, folder):
        self.name = name
        self.app = folder
        self.gateway = self.fpm = self.nginx = self.url = None
        self.processes = []  # what start() has started

    def why_not(self):
        """A reason to skip this host, or None."""
        return None

    def assemble(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def prepare(self):
        pass

    def checks(self, verdicts):
        pass

    def close(self):
        pass

    # What subclasses may use.

    def copy(self, source, to=""):
        """Copies a folder of the repository, or a file, into the application."""
        source, target = ROOT / source, self.app / to
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def write(self, path, text):
        target = self.app / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def variables(self):
        """The whole environment of the application's processes."""
        common = {}
        if self.gateway:
            common = {"GATEWAY_REGISTER_ADDRESS": self.gateway.own_register,
                      "GATEWAY_SECRET_KEY": SECRET_KEY}
        return {**common, **extension_environment(), **self.environment()}

    def start(self, words, name):
        """A program that runs beside the application, like a queue worker. It
        has the application's environment; returns its harness.process.Process."""
        process = Process(words, name, self.variables()).start()
        self.processes.append(process)
        return process

    def stop(self, process):
        self.processes.remove(process)
        process.discard()

    def php(self, *words, timeout=60, check=True, env=None):
        """Runs a script in the application's folder, with the extension;
        returns what it printed. Fails with that when it exits other than 0."""
        return self.command([*self.php_words(), *words], timeout, check, env)

    def php_words(self):
        """The command line of PHP, up to the script's name."""
        command = [PHP, "-d", f"extension={EXTENSION}"]
        for name, value in self.ini.items():
            command += ["-d", f"{name}={value}"]
        return command

    def command(self, words, timeout=60, check=True, env=None):
        """The same for any program."""
        done = self.run(words, timeout, env)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(done.args)} ended with "
                                 f"{done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def run(self, words, timeout=60, env=None):
        """The same, whatever its status: a subprocess.CompletedProcess."""
        return subprocess.run(
            list(map(str, words)), cwd=self.app, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, check=False,
            env={**os.environ, **self.variables(), **(env or {})})
