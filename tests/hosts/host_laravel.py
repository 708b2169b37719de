"""Laravel 12, by Composer, with its configuration and routes cached."""

import laravel
import packages


class Application(laravel.LaravelHost):
    title = "Laravel 12"
    skeleton = "laravel12"
    cached = True

    def get_vendor(self):
        packages.install("laravel12", self.app, {"laravel/framework": "^12.0"},
                         laravel.LINKS, autoload=laravel.AUTOLOAD)
