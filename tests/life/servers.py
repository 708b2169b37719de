"""Hosts in which a request ends for PHP: php-fpm, Apache, php -S."""

import os
import shutil
import signal
from pathlib import Path

from harness.fpm import Fpm, find_fpm
from harness.php import (EXTENSION, php_command, php_environment,
                         php_version)
from harness.process import fixed_ports

from host import APP, Host, ReadableApp, clusters_variable
from load import FcgiPlace, HttpPlace

CHILDREN = 3
MODULES = Path("/usr/lib/apache2/modules")


def settings(cluster):
    """What a pool's or a virtual host's configuration says of a cluster."""
    return {"gatewayclient.register_address": cluster.register_address,
            "gatewayclient.secret_key": cluster.secret_key}


class FpmPools(Host):
    """Two pools, with users and clusters of their own."""

    title = "php-fpm, two pools"
    workers = 2 * CHILDREN
    parallel = 8
    reloads = True
    reload_may_lose = True  # a child closes what it has not begun to read
    USERS = [("www-data", "www-data"), ("nobody", "nogroup")]

    @classmethod
    def why_not(cls):
        return None if find_fpm() else "php-fpm is not installed"

    def __init__(self, two):
        super().__init__(two)
        self.app = ReadableApp()
        self.fpm = None
        pools = {}
        for name, cluster, user in zip(two.NAMES, two.clusters, self.USERS):
            lines = [f'php_admin_value[{key}] = "{value}"'
                     for key, value in settings(cluster).items()]
            if os.getuid() == 0:
                lines += ["user = %s" % user[0], "group = %s" % user[1]]
            pools[name] = "\n".join(lines)
        try:
            self.fpm = Fpm(child_count=CHILDREN, pools=pools)
        except BaseException:
            self.app.close()
            raise
        self.places = [FcgiPlace(self.fpm, name, self.app.folder / "web.php",
                                 [name]) for name in two.NAMES]

    def processes(self):
        return self.fpm.children()

    def connections_allowed(self, _cluster):
        return CHILDREN

    def reload(self):
        self.fpm.reload()

    def close(self):
        if self.fpm is not None:
            self.fpm.close()
        self.app.close()


APACHE = """\
ServerName localhost
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog /dev/stderr
LogLevel warn
{user}
LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule php_module {php_module}
StartServers {children}
MinSpareServers 1
MaxSpareServers {children}
ServerLimit {children}
MaxRequestWorkers {children}
MaxConnectionsPerChild 0
PHPINIDir {folder}
<FilesMatch "\\.php$">
    SetHandler application/x-httpd-php
</FilesMatch>
<Directory {app}>
    Require all granted
</Directory>
"""
VIRTUAL_HOST = """\
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    DocumentRoot {app}
    {settings}
</VirtualHost>
"""


def find_apache():
    """The server and the PHP module of the php on the command line, or the
    reason."""
    server = shutil.which("apache2", path=os.environ["PATH"] + ":/usr/sbin")
    if not server:
        return None, None, "apache2 is not installed"
    module = MODULES / f"libphp{php_version()}.so"
    if not module.exists():
        return None, None, f"{module} is not installed"
    return server, module, None


class Apache(Host):
    """mod_php in prefork: each child serves two virtual hosts, whose settings
    name clusters of their own."""

    title = "Apache prefork, two virtual hosts"
    workers = CHILDREN
    parallel = 6
    reloads = True

    @classmethod
    def why_not(cls):
        return find_apache()[2]

    def __init__(self, two):
        super().__init__(two)
        self.app = ReadableApp()
        server, module, _ = find_apache()
        ports = fixed_ports(2)
        self.places = [HttpPlace(port, [name], "/web.php")
                       for port, name in zip(ports, two.NAMES)]
        text = APACHE.format(
            folder="{folder}", app=self.app.folder, modules=MODULES,
            php_module=module, children=CHILDREN,
            user="User www-data\nGroup www-data" if os.getuid() == 0 else "")
        for port, cluster in zip(ports, two.clusters):
            lines = [f'php_admin_value {key} "{value}"'
                     for key, value in settings(cluster).items()]
            text += VIRTUAL_HOST.format(port=port, app=self.app.folder,
                                        settings="\n    ".join(lines))
        try:
            self._start(server, text)
        except BaseException:
            self.close()
            raise

    def _start(self, server, text):
        folder = self.app.folder / "apache"
        folder.mkdir(mode=0o755)
        (folder / "apache2.conf").write_text(
            text.replace("{folder}", str(folder)), encoding="utf-8")
        (folder / "php.ini").write_text(f"extension={EXTENSION}\n",
                                        encoding="utf-8")
        self.start([server, "-f", folder / "apache2.conf", "-DFOREGROUND"],
                   workers=CHILDREN)

    def processes(self):
        return self.children()

    def reload(self):
        """Apache unloads the module, and PHP with it, and loads them anew;
        requests that have begun are finished by the old children."""
        self.reload_by(signal.SIGUSR1)

    def close(self):
        super().close()
        self.app.close()


class CliServer(Host):
    """php -S: one process."""

    title = "php -S"
    environment = {}

    def __init__(self, two):
        super().__init__(two)
        port, = fixed_ports(1)
        self.places = [HttpPlace(port, two.NAMES)]
        command = [*php_command(True), "-q", "-S", f"127.0.0.1:{port}",
                   APP / "two.php"]
        self.start(command, {**php_environment(True), **self.environment,
                             **clusters_variable(two)},
                   workers=len(self.forked()))

    @classmethod
    def forked(cls):
        return range(int(cls.environment.get("PHP_CLI_SERVER_WORKERS", 0)))


class CliServerWorkers(CliServer):
    """The same with two workers, which are forked before the first request;
    the first process answers, too. One request at a time: PHP 8.2 and before
    may wait for a next connection while a request has come on another one."""

    title = "php -S, 2 workers and the first process"
    environment = {"PHP_CLI_SERVER_WORKERS": "2"}
    workers = 3
    parallel = 1
