import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")
application = get_wsgi_application()

import django.contrib.admin  # noqa: E402 - Django is set up by now

application = WhiteNoise(application)
application.add_files(str(Path(django.contrib.admin.__file__).parent / "static"), prefix="static/")
