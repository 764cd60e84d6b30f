"""What to tell a person when a database refuses: the driver's words, turned into what to do."""

from monitor.errors import StorageError

# Words of SQLite, libpq or the server (lower case) -> what it means and what helps. The first that fits is taken.
_ADVICE = (
    (
        ("database is locked", "database table is locked", "lock timeout", "locknotavailable"),
        "is locked by another program. Close what else has it open (a second daemon, a back-up) and try again.",
    ),
    (
        ("readonly database", "read-only transaction", "permission denied"),
        "cannot be written. Give this user the right to write to it and to its folder, or name another database.",
    ),
    (
        ("unable to open database file", "is a directory", "not a directory"),
        "cannot be opened. Check that its folder exists, that it is a file, and that this user may read and write it.",
    ),
    (
        ("file is not a database", "file is encrypted"),
        "is not a Ripplewatch database but some other file. Name another file; this one was not touched.",
    ),
    (("malformed", "disk i/o error"), "is damaged or its disk is failing. Restore the last back-up."),
    (("disk is full", "no space left"), "cannot grow: the disk is full. Make room and try again."),
    (
        ("too many connections", "remaining connection slots", "queuepool limit"),
        "has no free connection. Stop a program that uses it, or raise its limit of connections.",
    ),
    (
        ("password authentication failed", "no password supplied", 'role "', "no pg_hba.conf entry"),
        "refuses this user or password. Check both in the database address.",
    ),
    (
        ("no such table", "undefinedtable", "relation"),
        "is not set up. Start the program once with this database to do so.",
    ),
    (
        (
            "connection refused",
            "could not connect",
            "connection failed",
            "timeout",
            "timed out",
            "failed to resolve",
            "could not translate host",
            "server closed the connection",
            "terminating connection",
            "shutting down",
            "starting up",
            "connection is lost",
        ),
        "does not answer. Check that the server runs and that host and port in the database address are right.",
    ),
)
_MISSING_DATABASE = "does not exist on that server. Create it (createdb) or name another one in the database address."


def storage_error(where: str, driver_words: str, secret: str | None = None) -> StorageError:
    """The error for a person about the database ``where``; ``secret`` never stands in it.

    >>> print(storage_error("The database x.db", "database is locked"))
    The database x.db is locked by another program. Close what else has it open (a second daemon, a back-up) and \
try again.
    """
    words = driver_words.lower()
    if 'database "' in words and "does not exist" in words:
        return StorageError(f"{where} {_MISSING_DATABASE}")
    for signs, advice in _ADVICE:
        if any(sign in words for sign in signs):
            return StorageError(f"{where} {advice}")
    first_line = driver_words.strip().splitlines()[0] if driver_words.strip() else "no reason given"
    if secret:
        first_line = first_line.replace(secret, "***")
    return StorageError(f"{where} did not do what was asked: {first_line}")
