"""What the hosts of docs/frameworks/{symfony,thinkphp,yii,plain}.md share. The
application is the page's code blocks on a skeleton in tests/hosts/apps; what
Composer installs is what the page says; and the page's commands are run with a
user online, and must print what the page shows."""

import contextlib
import shlex

import blocks
import framework_checks
import packages
from host import Host

COMPOSER_CONFIG = ["composer", "config"]
COMPOSER_REQUIRE = ["composer", "require"]
SERVERS = ("gatewayd", "php -S ")  # of a reader who tries it: tests/docs does
TIMEOUT = "2.5"  # php.ini's, where the application has none


def transcript(name):
    """[(commands, output)] of a page: its shell blocks in order, each with the
    output that is shown under it, or None."""
    found = []
    for block in blocks.read(blocks.page_of(name)):
        if block.language == "sh" and not block.path:
            lines = [line for line in block.text.splitlines() if line.strip()]
            if not lines[0].startswith(SERVERS):
                found.append((lines, None))
        elif block.language == "text" and found:
            found[-1] = (found[-1][0], block.text)
    return found


def requirements(name):
    """What the page lets Composer install: ({package: version}, {package:
    folder of the repository})."""
    require, links, folder = {}, {}, None
    for line in blocks.commands(name):
        words = shlex.split(line)
        if words[:2] == COMPOSER_CONFIG:
            folder = words[-1].replace("../gatewayclient/", "")
        elif words[:2] == COMPOSER_REQUIRE:
            for word in words[2:]:
                package, _, version = word.partition(":")
                if version == "@dev":
                    links[package] = folder
                else:
                    require[package] = version or "*"
    return require, links


class FrameworkHost(Host):
    page = ""                # in docs/frameworks
    base = {}                # packages that the application has before the page
    composer = {}            # more members of its composer.json
    folders = ()             # made before anything runs
    assets = "public"        # where examples/page goes
    log = ""                 # pattern of the application's log files
    browser = {"page": "push", "bind": "push/bind", "logout": "logout",
               "pushes": {"uid": "push/user", "group": "push/group"},
               "guest_token": "login", "csrf_status": 403}
    scripts = ("flow.js", "logout.js")
    console_push = ()        # words of a push from the console
    console_kick = ()        # of closing alice's pages
    locks_sessions = False   # PHP does, in files of the folder `sessions`
    sessions = "sessions"
    boot = ""                # PHP that starts the application, see unset()

    @property
    def ini(self):
        return {"session.save_path": self.app / "sessions",
                "opcache.enable": 1}

    def assemble(self):
        self.copy(f"tests/hosts/apps/{self.page}")
        self.copy("examples/page", self.assets)
        for folder in ("sessions", *self.folders):
            (self.app / folder).mkdir(parents=True, exist_ok=True)
        require, links = requirements(self.page)
        if self.base:
            self.install({**self.base, **require}, links)
        blocks.write(self.page, self.app)

    def install(self, require, links):
        packages.install(self.name, self.app, require, links, **self.composer)

    def prepare(self):
        """The rest of the block that installs."""
        for lines, _ in transcript(self.page):
            if any(line.startswith("composer ") for line in lines):
                for line in lines:
                    if not line.startswith("composer "):
                        self.typed(line)

    def typed(self, line):
        """A command of the page; returns what it printed."""
        words = shlex.split(line)
        if words[0] != "php":
            raise AssertionError(f"the page has a command `{line}`")
        return self.php(*words[1:])

    @contextlib.contextmanager
    def at_register(self, address):
        """Console commands in this block use another Register; yields the
        environment to run them in."""
        yield {"GATEWAY_REGISTER_ADDRESS": address}

    @contextlib.contextmanager
    def unset(self):
        """In this block `boot` finds nothing configured; yields the environment
        to run it in."""
        with self.emptied() as environment:
            yield environment

    @contextlib.contextmanager
    def emptied(self):
        """The same, where it finds nothing but empty strings, and TIMEOUT where
        that has to be a number."""
        yield {"GATEWAY_REGISTER_ADDRESS": "", "GATEWAY_SECRET_KEY": "",
               "GATEWAY_TIMEOUT": TIMEOUT}

    def logs(self):
        """What the application, or PHP, has logged."""
        return "".join(path.read_text(errors="replace")
                       for path in sorted(self.app.glob(self.log)))

    def checks(self, verdicts):
        framework_checks.run(self, verdicts)
