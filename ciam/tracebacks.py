"""An exception as logs may show it: where it went, and its message only where that cannot hold what somebody typed."""

from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

BASE_DIR = Path(__file__).resolve().parent.parent
FRAMES_KEPT = 40

OURS = frozenset({"accounts", "ciam", "otp", "signup", "tenants", "tokens"})  # their exceptions hold no secret

# Their messages speak of servers, files and settings. Most others repeat the value that they stumbled over.
TOLD = frozenset({
    "builtins.ImportError",
    "builtins.OSError",
    "django.core.exceptions.ImproperlyConfigured",
    "django.core.management.base.CommandError",
    "django.db.utils.InterfaceError",
    "django.db.utils.OperationalError",
    "kombu.exceptions.OperationalError",
    "psycopg.InterfaceError",
    "psycopg.OperationalError",
    "redis.exceptions.ConnectionError",
    "redis.exceptions.TimeoutError",
    "sqlite3.InterfaceError",
    "sqlite3.OperationalError",
})  # fmt: skip
UNTOLD = "smtplib.SMTPException"  # an OSError that quotes recipients


def describe(error: BaseException) -> str:
    """Kind, then file:line:function of each call, innermost last; what caused it follows."""
    return "\ncaused by ".join("\n".join([headline(one), *_frames(one)]) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def headline(error: BaseException) -> str:
    """Its kind, with the first line of its message if that may be told."""
    first_line = str(error).partition("\n")[0] if _is_told(error) else ""
    return f"{_name(type(error))}: {first_line}" if first_line else _name(type(error))


def _is_told(error: BaseException) -> bool:
    names = {_name(kind) for kind in type(error).__mro__}
    is_ours = type(error).__module__.partition(".")[0] in OURS
    return is_ours or (not TOLD.isdisjoint(names) and UNTOLD not in names)


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _frames(error: BaseException) -> list[str]:
    frames = [
        f"  {_short(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return frames[-FRAMES_KEPT:]


def _short(file: str) -> str:
    return file.rpartition("/site-packages/")[2].removeprefix(f"{BASE_DIR}/")
