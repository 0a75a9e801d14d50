"""`make run`: a whole server on this machine, from an empty directory to lines that can be pasted."""

import os
import sys
import time
import urllib.error
import urllib.request

from ciam.trial import environment


def main() -> int:
    directory = environment.prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")

    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command

    from ciam.trial import demo, processes, words

    call_command("migrate", verbosity=0)
    facts = demo.prepare(directory)
    commands = [processes.web_command()]
    if not settings.IS_EAGER:
        commands.append(processes.worker_command())

    def when_up() -> None:
        if _is_up(settings.PORT):
            print(words.welcome(facts, directory), flush=True)

    return processes.run_until_stopped(commands, when_up=when_up)


def _is_up(port: int) -> bool:
    """Wait until database, broker and worker answer too, for some ten seconds at most."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    print("The server is not ready; see what it says above.", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
