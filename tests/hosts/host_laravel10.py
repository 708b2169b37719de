"""Laravel 10, by Composer."""

import laravel


class Application(laravel.ComposerHost):
    title = "Laravel 10"
    skeleton = "laravel8"
    framework = "^10.0"
    by_name_only = True  # 8 and 12 are the ends
