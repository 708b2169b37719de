"""webman: Composer's workerman/webman, kept in the cache of the tests, with a
route of ours. Its workers are forked after the class was used in the master."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness.cache import cache_folder, locked
from host import APP
from loops import Loop

CACHE = cache_folder("webman")
INSTALL_SECONDS = 120
AGAIN_AFTER = 3600  # seconds after an installation that failed

# Files of the application. {kept} is what Composer made, which stays as it is.
FILES = {
    "config/process.php": """<?php
$processes = require '{kept}/config/process.php';
unset($processes['monitor']);
if (isset($processes['webman'])) {{
    $processes['webman'] = ['listen' => 'http://127.0.0.1:{port}',
        'count' => {workers}] + $processes['webman'];
}}
return $processes;
""",
    "config/server.php": """<?php
$server = require '{kept}/config/server.php';
if (isset($server['listen'])) {{
    $server = ['listen' => 'http://127.0.0.1:{port}', 'count' => {workers}]
        + $server;
}}
return $server;
""",
    # Configuration is read in the master, and again in every worker.
    "config/clusters.php": """<?php
require_once '{scripts}/rounds.php';
require_once '{scripts}/clusters.php';
$classes = cluster_classes();
use_classes($classes);
return ['classes' => $classes];
""",
    "config/route.php": """<?php
use Webman\\Route;
use Workerman\\Connection\\TcpConnection;
Route::get('/', fn ($request) => response(serve($request->get(),
    config('clusters.classes'), TcpConnection::$statistics['connection_count'])));
""",
}


def install():
    """Why it is not in the cache, or None."""
    with locked(CACHE.parent / ".webman.lock"):
        return _install()


def _install():
    if (CACHE / "kept/start.php").is_file():
        return None
    failed = CACHE / "failed"
    if failed.exists() and failed.stat().st_mtime > time.time() - AGAIN_AFTER:
        return f"Composer could not install it within the last hour: {failed}"
    if not shutil.which("composer"):
        return "Composer is missing"
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    try:
        done = subprocess.run(
            ["composer", "create-project", "--no-interaction",
             "--no-progress", "--no-dev", "--prefer-dist",
             "--no-scripts", "--no-plugins", "--ignore-platform-reqs",
             "workerman/webman", CACHE / "new", "^2.0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
            timeout=INSTALL_SECONDS,
            env={**os.environ, "COMPOSER_ALLOW_SUPERUSER": "1"})
        said, good = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired:
        said, good = "it took too long", False
    if good and (CACHE / "new/start.php").is_file():
        (CACHE / "new").rename(CACHE / "kept")
        return None
    failed.write_text(said, encoding="utf-8")
    return f"Composer could not install it: {failed}"


class Webman(Loop):
    """Two workers, and the master, which reads the configuration."""

    title = "webman, 2 workers and the master"
    workers = 2
    forked = 2
    reloads = True
    warm_requests = 600  # as Workerman

    @classmethod
    def why_not(cls):
        return install()

    def __init__(self, two):
        self.folder = Path(tempfile.mkdtemp(prefix="gw-webman-"))
        try:
            super().__init__(two)
        except BaseException:
            self.close()
            raise

    def command(self, port):
        kept = CACHE / "kept"
        shutil.copytree(kept, self.folder, symlinks=True, dirs_exist_ok=True)
        for name, text in FILES.items():
            (self.folder / name).write_text(text.format(
                kept=kept, port=port, workers=self.workers, scripts=APP),
                encoding="utf-8")
        return [self.folder / "start.php", "start"]

    def answering(self):
        return self.children()

    def reload(self):
        self.reload_by(signal.SIGUSR2)

    def close(self):
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)
