"""Laravel 9, by Composer."""

import laravel


class Application(laravel.ComposerHost):
    title = "Laravel 9"
    skeleton = "laravel8"
    framework = "^9.0"
    by_name_only = True  # 8 and 12 are the ends
