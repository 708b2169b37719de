"""What messages look like, and which clients have which names."""

UIDS_OF = 2      # clients with one uid
GROUPS = 20      # each client is in one of these...
CHANNELS = 7     # ...and in one of those
LONG_EVERY = 97  # such a message takes more than one read


def text_of(number):
    """A message: its number, and a filling whose length follows from it."""
    return f"{number} " + "x" * filling(number)


def filling(number):
    if number % LONG_EVERY == 0:
        return 20000 + number % 1000
    return number * 31 % 200


def uid_of(client):
    return f"user-{client // UIDS_OF}"


def groups_of(client):
    return f"group-{client % GROUPS}", f"channel-{client % CHANNELS}"
