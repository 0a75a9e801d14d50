"""Actors of the audit log in plain words."""

KINDS = {
    "staff": "{} (staff)",
    "application": "application {}",
    "end_user": "the end user",
    "command": "a command, run by {}",
}
WORDS = {
    "": "-",
    "server": "the server",
    "worker": "the server",
    "command": "a command",
    "import": "the import",
    "unknown application": "an unknown application",
    "unknown staff": "somebody unknown",
}


def words(actor: str) -> str:
    """Return who that was, for people."""
    kind, _, name = actor.partition(":")
    return WORDS.get(actor) or KINDS.get(kind, actor).format(name)
