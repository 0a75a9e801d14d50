"""Becomes one part of the server: `python -m ciam.serve web`, or `worker`."""

import logging.config
import os
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ciam import logs, system_checks

BIN = Path(sys.executable).parent
GRANIAN_LOGS = Path(__file__).parent / "granian_logs.json"
HEADER_BYTES = 16 * 1024
GRACE_SECONDS = 10

logger = logging.getLogger("ciam.serve")


def main(arguments: list[str]) -> int:  # noqa: RET503 - there is no return from exec
    """Does not return where the part starts; else the exit status for the shell."""
    parts = {"web": web_command, "worker": worker_command}
    if len(arguments) != 1 or arguments[0] not in parts:
        print("Usage: python -m ciam.serve web|worker", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")
    logging.config.dictConfig(logs.configuration("INFO"))  # until the settings say how much
    try:
        check()
        command, shared = parts[arguments[0]](), environment()
    except ImproperlyConfigured as error:
        logger.critical(str(error))
        return 1
    os.execve(command[0], command, shared)  # noqa: S606 - our own command, without a shell


def check() -> None:
    """Raises ImproperlyConfigured for a setting that is wrong; logs what is unwise in production."""
    logging.config.dictConfig(settings.LOGGING)
    for error in system_checks.check_networks():
        raise ImproperlyConfigured(error.msg)
    for warning in [] if settings.IS_TRIAL else system_checks.check_production():
        logger.warning("%s: %s", warning.id, warning.msg)


def web_command() -> list[str]:
    """Granian; SQLite takes one writer at a time, so there it is one process."""
    is_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    options = {
        "--interface": "rsgi",  # ciam.rsgi has the threads
        "--http": "1",  # nothing else is spoken here: HTTP/2 in clear text has let one aborted body spin for ever
        "--host": settings.HOST,
        "--port": settings.PORT,
        "--workers": settings.WEB_WORKERS if is_postgresql else 1,
        "--http1-buffer-size": HEADER_BYTES,
        "--http1-header-read-timeout": 10_000,
        "--workers-kill-timeout": GRACE_SECONDS,
        "--respawn-interval": 1,
        "--log-level": "warning",
        "--log-config": GRANIAN_LOGS,
    }
    arguments = [str(part) for option in options.items() for part in option]
    return [str(BIN / "granian"), *arguments, "--no-ws", "--respawn-failed-workers", "ciam.rsgi:application"]


def worker_command() -> list[str]:
    """Celery, with what a worker needs in order to deliver and nothing else."""
    if settings.IS_EAGER:
        raise ImproperlyConfigured(
            "REDIS_URL is missing: without it jobs run in the web process, and there is no worker."
        )
    return [
        *(str(BIN / "celery"), "--quiet", "-A", "ciam", "worker"),
        *("--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def environment() -> dict[str, str]:
    """What the processes of this host share; raises ImproperlyConfigured where the data directory takes no files."""
    directory = settings.METRICS_DIR / socket.gethostname()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _forget_ended_processes(directory)
    except OSError:
        raise ImproperlyConfigured("CIAM_DATA_DIR is a directory that the server can write to.") from None
    arenas = {"MALLOC_ARENA_MAX": "1"}  # threads that share an arena keep a tenth less memory
    shared = arenas | os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(directory)}
    shared.pop("CIAM_OWNER_DATABASE_URL", None)  # for `manage.py migrate` alone
    return shared


def _forget_ended_processes(directory: Path) -> None:
    """Delete the counts of processes that are no more: <kind>_<process id>.db."""
    for file in directory.glob("*.db"):
        process = int(file.stem.rpartition("_")[2])
        if process == os.getpid() or not _is_alive(process):
            file.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
