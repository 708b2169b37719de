"""docs/deployment.md: a whole site, nginx with php-fpm and gatewayd behind it, and
the application of docs/frameworks/plain.md on it."""

import contextlib
import json
import shutil
from pathlib import Path

from claims import Skip, claims
from deployed import Nginx, names, program
from harness.fpm import Fpm, find_fpm
from harness.process import ROOT
from harness.tls import Tls
from page_deployment import PAGE, configured
from page_deployment_cluster import block_of
from page_plain import save_files
from place import browser, environment, folder, machines, run, wait_listed, with_files

ORIGIN = "https://example.com"
DEBIAN = "/etc/nginx"
COMMANDS = ["ln -s ../sites-available/push /etc/nginx/sites-enabled/push",
            "nginx -t", "systemctl reload nginx"]


def give_nginx(home, site, link):
    """Debian's snippets, and the site, made known as the page says."""
    if not Path(DEBIAN, "snippets/fastcgi-php.conf").is_file():
        raise Skip("nginx's snippets are missing")
    for name in ("snippets", "fastcgi.conf"):
        (home / name).symlink_to(f"{DEBIAN}/{name}")
    ours = Path(f"{home}{DEBIAN}")
    for name in ("sites-available", "sites-enabled"):
        (ours / name).mkdir(parents=True)
    (ours / "sites-available/push").write_text(with_files(site, home))
    run(["sh", "-ec", link.replace(DEBIAN, str(ours))])
    return f"include {ours}/sites-enabled/*;"


class Site:
    """What a user's browser asks it for, with her cookies."""

    def __init__(self, host, home):
        self.curl = [*host.prefix, program("curl"), "-sk", "-b", home / "jar",
                     "-c", home / "jar", "--resolve",
                     "example.com:443:127.0.0.1", "--resolve",
                     "example.com:80:127.0.0.1"]

    def get(self, path, *more, scheme="https"):
        return run([*self.curl, *more, f"{scheme}://example.com{path}"])

    def post(self, path, token, **data):
        said = self.get(path, "-H", f"X-CSRF-Token: {token}", "-d",
                        json.dumps(data))
        try:
            return json.loads(said)
        except json.JSONDecodeError:
            raise AssertionError(f"{path}: {said}") from None


def expect(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got}, not {wanted}")


@claims(PAGE, "nginx site", "sh site", "sh site-listen")
def a_whole_site(block, shell, listen):
    """Signed in, bound over /ws, and pushed to; what is no file is index.php's,
    and http:// leads to https://."""
    if not find_fpm():
        raise Skip("php-fpm is missing")
    expect(shell.text.splitlines(), COMMANDS)
    with contextlib.ExitStack() as stack:
        [host] = stack.enter_context(machines(1))
        home = stack.enter_context(folder())
        app = home / "srv/push"
        (app / "public").mkdir(parents=True)
        save_files(app)
        shutil.copy(ROOT / "tests/hosts/apps/plain/public/signin.php",
                    app / "public")
        (home / "sessions").mkdir()
        fpm = stack.enter_context(contextlib.closing(Fpm(
            host.prefix, {"session.save_path": home / "sessions"},
            pool="listen.mode = 0666")))
        fpm.folder.chmod(0o755)
        (home / "run/php").mkdir(parents=True)
        (home / "run/php/php-fpm.sock").symlink_to(fpm.socket_path())
        nginx = give_nginx(home, block.text, COMMANDS[0])
        stack.enter_context(configured(host, home,
                                       block_of("conf one-machine")))
        wait_listed(host, "127.0.0.1:1236")
        stack.enter_context(Nginx(host, home, nginx))
        site = Site(host, home)
        token = site.get("/signin.php?name=alice")
        with browser(host, 443, path="/ws", tls=Tls("example.com"),
                     headers=[f"Origin: {ORIGIN}"]) as page:
            expect(site.post("/bind.php", token, client_id=page.client_id),
                   {"bound": True})
            expect(site.post("/push.php", token, uid="alice", text="hi"),
                   {"sent": True})
            page.expect_text('{"type":"message","from":"alice","text":"hi"}')
        for path in ("/", "/no/such/file"):
            if 'data-ws="/ws"' not in site.get(path):
                raise AssertionError(f"{path} is not index.php's")
        expect(site.get("/push.js"),
               (ROOT / "examples/page/push.js").read_text())
        expect(site.get("/no.php", "-o", "/dev/null", "-w", "%{http_code}"),
               "404")
        expect(site.get("/a?b=c", "-o", "/dev/null", "-w", "%{redirect_url}",
                        scheme="http"), "https://example.com/a?b=c")
        stack.enter_context(names(host, {"example.com": "127.0.0.1"}))
        said = run([*host.prefix, "sh", "-ec", listen.text], env={
            **environment(home), "HOME": str(home), "SSL_CERT_FILE":
            f"{home}/etc/letsencrypt/live/example.com/fullchain.pem"})
        if '{"type":"init",' not in said:
            raise AssertionError(said)
