"""All settings, from the environment; a value that is wrong is named at start, never shown."""

import os
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("CIAM_DATA_DIR") or BASE_DIR / "var").resolve()

env = environ.Env()
env.read_env(DATA_DIR / "env")  # what `make run` chose; only for variables that are not set


# Mode and secrets

MODE = env.str("CIAM_MODE", "production")
if MODE not in ("production", "trial"):
    raise ImproperlyConfigured("CIAM_MODE is production or trial.")
IS_TRIAL = MODE == "trial"
DEBUG = False

SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if any(len(key) < 32 for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS)):
    raise ImproperlyConfigured("SECRET_KEY is missing or shorter than 32 characters.")


# HTTP

PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
SHARED_HOSTS = env.list("CIAM_SHARED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_TRIAL else [])
TRUSTED_PROXIES = env.list("CIAM_TRUSTED_PROXIES", default=[])
ALLOWED_HOSTS = ["*"]  # ciam.middleware judges hosts: a tenant's domains are rows
WEB_WORKERS = env.int("CIAM_WEB_WORKERS", 2)
WEB_THREADS = env.int("CIAM_WEB_THREADS", 4)
ROOT_URLCONF = "ciam.urls"
WSGI_APPLICATION = "ciam.wsgi.application"
APPEND_SLASH = False
MIDDLEWARE = ["ciam.middleware.judge_host", "ciam.middleware.serve_admin"]
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}


# Applications

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "tenants",
    "otp",
    "otp.delivery",
    "accounts",
    "signup",
    "ciam",
]
AUTH_USER_MODEL = "tenants.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
MESSAGE_TEMPLATES_DIR = BASE_DIR / "templates" / "messages"
SILENCED_SYSTEM_CHECKS = [
    "admin.E408",  # session, authentication and messages run for the admin alone: ciam.middleware.serve_admin
    "admin.E409",
    "admin.E410",
]


# Admin

SESSION_COOKIE_NAME = "ciam_admin"
CSRF_COOKIE_NAME = "ciam_csrf"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
STATIC_URL = "/static/"
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"


# Database

SENDING_THREADS = env.int("CIAM_SENDING_THREADS", 16)  # of a worker, each with a connection of its own
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'ciam.sqlite3'}")}
if DATABASES["default"]["ENGINE"] not in ("django.db.backends.postgresql", "django.db.backends.sqlite3"):
    raise ImproperlyConfigured("DATABASE_URL is for PostgreSQL or SQLite.")
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": max(WEB_THREADS, SENDING_THREADS) + 2, "timeout": 5},
        "connect_timeout": 3,
        "server_side_binding": True,  # so that statements can be prepared: it halves what PostgreSQL does for one
        "prepare_threshold": 1,
        "options": "-c statement_timeout=5000 -c lock_timeout=2000",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


# Jobs

REDIS_URL = env.str("REDIS_URL", "")
IS_EAGER = not REDIS_URL
SENDING_SECONDS = 2 if IS_EAGER else 5  # what one try of a sender may take in all
VERDICT_WAIT_SECONDS = env.float("CIAM_VERDICT_WAIT_SECONDS", 2.0)


# Our own throttles; never the contract's limits, quotas or guess counters

RATE_LIMITS = env.str("CIAM_RATE_LIMITS", "on") != "off"
if not RATE_LIMITS and not IS_TRIAL:
    raise ImproperlyConfigured("CIAM_RATE_LIMITS=off is for CIAM_MODE=trial alone.")


# Logs: what went wrong, never what was sent

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"unexpected": {"()": "ciam.answers.IsUnexpected"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["unexpected"]},
        "httpx2": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}
