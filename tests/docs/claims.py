"""Who checks which block. A check is a function that gets its blocks, and
raises when a reader would be misled."""

CLAIMS = {}    # (page, info): the check
CHECKS = []    # every check that claims blocks by name, in order
LANGUAGES = {}  # language: the check of a block that nobody claims by name


class Skip(Exception):
    """It cannot be checked here; says why."""


class Check:
    def __init__(self, function, page, infos, slow, many):
        self.function = function
        self.page = page
        self.infos = infos
        self.slow = slow
        self.many = many

    @property
    def name(self):
        return f"{self.page}: {self.function.__name__.replace('_', ' ')}"

    def run(self, blocks):
        """`blocks`: a list for each info."""
        self.function(*[blocks[info] if self.many else blocks[info][0]
                        for info in self.infos])


def claims(page, *infos, slow=False, many=False):
    """The blocks of `page` with these info strings are checked together. A
    slow check runs beside the others. With `many` there may be any number of
    each, and the check gets lists."""
    def register(function):
        check = Check(function, page, infos, slow, many)
        CHECKS.append(check)
        for info in infos:
            CLAIMS[page, info] = check
        return function
    return register


def by_language(language):
    """Blocks of that language are checked one by one."""
    def register(function):
        LANGUAGES[language] = function
        return function
    return register
