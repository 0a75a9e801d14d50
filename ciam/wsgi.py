"""The WSGI application: static files, and everything else by Django. `ciam.rsgi` runs it."""

import os
from pathlib import Path

import django
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")
django.setup(set_prefix=False)

import django.contrib.admin  # noqa: E402 - Django is set up by now
import drf_spectacular_sidecar  # noqa: E402 - as above

from ciam import headers  # noqa: E402 - as above
from ciam.requests import Handler  # noqa: E402 - as above

application = WhiteNoise(Handler(), add_headers_function=headers.add_to_file)
application.add_files(str(Path(django.contrib.admin.__file__).parent / "static"), prefix="static/")
application.add_files(str(Path(__file__).parent / "static"), prefix="static/")
sidecar = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar"
application.add_files(str(sidecar / "swagger-ui-dist"), prefix="static/swagger-ui/")
