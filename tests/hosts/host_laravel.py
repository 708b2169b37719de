"""Laravel 12, by Composer, with its configuration and routes cached."""

import laravel


class Application(laravel.ComposerHost):
    title = "Laravel 12"
    skeleton = "laravel12"
    framework = "^12.0"
    cached = True
