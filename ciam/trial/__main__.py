"""`make run`: a whole server on this machine, from an empty directory to lines that can be pasted."""

import os
import signal
import sys
import urllib.error
import urllib.request

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from ciam import command_line
from ciam.trial import environment


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules are imported, Python may drop a KeyboardInterrupt
    directory = environment.prepare()
    requests_log = environment.begin_log(directory)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")

    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command

    from ciam import serve
    from ciam.trial import demo, processes, words
    from signup.contracts import publish_all
    from tenants import isolation
    from tenants.models import Tenant

    if not processes.is_port_free(settings.PORT):
        print(f"Port {settings.PORT} is in use. Choose another one: PORT={settings.PORT + 1} make run", file=sys.stderr)
        return 1
    serve.check()
    with isolation.across_tenants():
        call_command("migrate", verbosity=0)
        publish_all(Tenant.objects.all())  # a newer version may publish more than the one that made the data
        facts = demo.prepare(directory)
    commands = [serve.web_command()]
    if not settings.IS_EAGER:
        commands.append(serve.worker_command())
    return processes.run_until_stopped(
        commands,
        serve.environment(),
        is_up=lambda: _is_up(settings.PORT),
        when_up=lambda: print(words.welcome(facts, directory, requests_log), flush=True),
    )


def _is_up(port: int) -> bool:
    """Whether web, database, broker and worker answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ImproperlyConfigured, DatabaseError) as error:
        sentence = command_line.explain(error)
        if not sentence:
            raise
        sys.exit(sentence)
