"""What `make run` decides before the settings are read, kept in a file beside the data."""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def prepare() -> Path:
    """Make the data directory with its `env` file, once; its path."""
    directory = Path(os.environ.get("CIAM_DATA_DIR") or BASE_DIR / "var").resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = directory / "env"
    if not file.exists():
        write_privately(file, f"CIAM_MODE=trial\nSECRET_KEY={secrets.token_urlsafe(48)}\n")
    return directory


def begin_log(directory: Path) -> Path:
    """Begin the file for the lines of requests, so that what is printed stays on the screen; its path."""
    file = Path(os.environ.setdefault("CIAM_LOG_FILE", str(directory / "requests.log")))
    if file == directory / "requests.log":
        write_privately(file, "")
    return file


def write_privately(file: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(file)
