"""Laravel 11, by Composer."""

import laravel


class Application(laravel.ComposerHost):
    title = "Laravel 11"
    skeleton = "laravel12"
    framework = "^11.0"
    by_name_only = True  # 8 and 12 are the ends
