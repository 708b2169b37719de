"""The same with the long-term version before."""

import host_symfony


class Application(host_symfony.Application):
    title = "Symfony 6.4"
    scripts = ("flow.js",)
    sessions = "var/cache/prod/sessions"  # framework-bundle's, before 7
    base = {name: "^6.4" for name in host_symfony.Application.base}
