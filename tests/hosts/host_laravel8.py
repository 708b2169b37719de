"""Laravel 8, of Debian's php-laravel-framework, with nothing cached."""

import json
from pathlib import Path

import laravel
from harness.process import ROOT

LIBRARY = Path("/usr/share/php/Illuminate")
AUTOLOAD = """\
<?php
/* Debian's packages load their classes themselves; these are the application's,
 * as Composer would load them. */
spl_autoload_register(static function (string $class): void {{
    foreach ({places} as $prefix => $folder) {{
        $file = $folder . strtr(substr($class, strlen($prefix)), '\\\\', '/') . '.php';
        if (strncmp($class, $prefix, strlen($prefix)) === 0 && is_file($file)) {{
            require $file;
        }}
    }}
}});
require '{library}/autoload.php';
"""


class Application(laravel.LaravelHost):
    title = "Laravel 8"
    skeleton = "laravel8"

    def why_not(self):
        if not (LIBRARY / "autoload.php").is_file():
            return "there is no php-laravel-framework"
        return super().why_not()

    def get_vendor(self):
        """Composer's list of packages is what package discovery reads."""
        package = ROOT / "examples/laravel"
        places = (f"['App\\\\' => '{self.app}/app/', "
                  f"'GatewayClient\\\\Laravel\\\\' => '{package}/src/']")
        self.write("vendor/autoload.php",
                   AUTOLOAD.format(places=places, library=LIBRARY))
        told = json.loads((package / "composer.json").read_text())
        self.write("vendor/composer/installed.json",
                   json.dumps({"packages": [told]}))
        self.write("composer.json", json.dumps(
            {"autoload": {"psr-4": {"App\\": "app/"}}}))
