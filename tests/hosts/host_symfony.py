"""Symfony, by Composer, in production mode but with warnings as exceptions."""

import contextlib
import os

from framework import FrameworkHost
from framework_checks import gateway_down

# As FrankenPHP and others do it.
TWO_REQUESTS = """require 'vendor/autoload.php';
    $kernel = App\\Kernel::start();
    foreach (['/warnings?push=1', '/warnings'] as $path) {
        $request = Symfony\\Component\\HttpFoundation\\Request::create($path);
        $response = $kernel->handle($request);
        echo $response->getContent(), "\\n";
        $kernel->terminate($request, $response);
    }"""


class Application(FrameworkHost):
    title = "Symfony 7"
    page = "symfony"
    base = {"symfony/framework-bundle": "^7.0",
            "symfony/security-bundle": "^7.0", "symfony/twig-bundle": "^7.0",
            "symfony/security-csrf": "^7.0", "symfony/asset": "^7.0",
            "symfony/console": "^7.0", "symfony/dotenv": "^7.0",
            "symfony/yaml": "^7.0"}
    composer = {"autoload": {"psr-4": {"App\\": "src/"}}}
    folders = ("var/log",)
    log = "var/log/*.log"
    # Its logout has a token of its own.
    browser = {**FrameworkHost.browser, "guest_logout_status": 403}
    locks_sessions = True
    console_push = ("bin/console", "gateway:push", "alice", "hello")
    boot = """require 'vendor/autoload.php';
        (new App\\Kernel(getenv('APP_ENV'), false))->boot();"""
    console_kick = ("bin/console", "gateway:kick", "alice")

    def environment(self):
        return {"APP_ENV": "prod", "APP_DEBUG": "0",
                "APP_SECRET": self.secret}

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.secret = os.urandom(16).hex()

    @contextlib.contextmanager
    def unset(self):
        file = self.app / "config/packages/gateway_client.yaml"
        kept = file.rename(self.app / "kept.yaml")
        try:
            yield {"APP_ENV": "unset"}
        finally:
            kept.rename(file)

    def checks(self, verdicts):
        with verdicts.check("the warnings are a request's own where the kernel "
                            "stays"):
            with gateway_down(self):
                first, second = self.php("-r", TWO_REQUESTS).split()
            if int(first) == 0 or int(second) != 0:
                raise AssertionError(f"{first}, and then {second}")
        super().checks(verdicts)

    def prepare(self):
        super().prepare()
        self.php("bin/console", "cache:warmup")
