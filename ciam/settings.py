"""All settings, from the environment; a value that is wrong is named at start, never shown."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from ciam import logs, variables

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("CIAM_DATA_DIR") or BASE_DIR / "var").resolve()

variables.env.read_env(DATA_DIR / "env")  # what `make run` chose; only for variables that are not set


# Mode and secrets

MODE = variables.choice("CIAM_MODE", "production", ("production", "trial"))
IS_TRIAL = MODE == "trial"
DEBUG = False

SECRET_KEY = variables.secret_key("SECRET_KEY")
SECRET_KEY_FALLBACKS = variables.secret_keys("SECRET_KEY_FALLBACKS")


# HTTP

HOST = variables.listening_address("HOST", "127.0.0.1")
PORT = variables.whole_number("PORT", 8000, most=65_535)
PUBLIC_URL = variables.public_url("PUBLIC_URL", f"http://localhost:{PORT}")
IS_HTTPS = PUBLIC_URL.startswith("https:")
SHARED_HOSTS = variables.hosts("CIAM_SHARED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if IS_TRIAL else [])
TRUSTED_PROXIES = variables.texts("CIAM_TRUSTED_PROXIES", [])  # ciam.system_checks judges these three
METRICS_NETWORKS = variables.texts("CIAM_METRICS_NETWORKS", [])
OUTBOUND_NETWORKS = variables.texts("CIAM_OUTBOUND_NETWORKS", [])
ALLOWED_HOSTS = ["*"]  # ciam.middleware judges hosts: a tenant's domains are rows
WEB_WORKERS = variables.whole_number("CIAM_WEB_WORKERS", 2)
WEB_THREADS = variables.whole_number("CIAM_WEB_THREADS", 4)
ROOT_URLCONF = "ciam.urls"
WSGI_APPLICATION = "ciam.wsgi.application"
APPEND_SLASH = False
MIDDLEWARE = [
    "ciam.observation.observe",
    "ciam.middleware.begin_outside_tenants",
    "ciam.headers.add_security",
    "ciam.hosted.error_pages.explain_to_people",
    "ciam.middleware.refuse_body",
    "ciam.middleware.bound_waits",
    "ciam.middleware.judge_host",
    "ciam.middleware.refuse_undeclared",
    "ciam.middleware.serve_admin",
]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS: list[str] = []  # files are dropped, but in the form that has one: ciam.middleware.serve_admin

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sign-up API",
    "DESCRIPTION": "Each call, what it takes, and every answer with its cure.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
}


# Applications

INSTALLED_APPS = [
    "ciam.administration.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "tenants",
    "otp",
    "otp.delivery",
    "accounts",
    "signup",
    "tokens",
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
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_TEMPLATES_DIR = BASE_DIR / "templates" / "messages"
SILENCED_SYSTEM_CHECKS = [
    "admin.E408",  # session, authentication and messages run for the admin alone: ciam.middleware.serve_admin
    "admin.E409",
    "admin.E410",
    "security.W001",  # ciam.headers sends what SecurityMiddleware would
    "security.W002",  # the admin alone has pages, and XFrameOptionsMiddleware
    "security.W003",  # the admin's views check CSRF themselves; an API without cookies has nothing to forge
]


# Admin

SESSION_COOKIE_NAME = "ciam_admin"
CSRF_COOKIE_NAME = "ciam_csrf"
SESSION_COOKIE_AGE = (
    12 * 60 * 60
)  # of a log-in, however much it is used; ciam.administration.staff_sessions ends idle ones
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]  # a proxy in front speaks https to browsers and http to us
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [  # of staff; tenants have policies for end users
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
STATIC_URL = "/static/"
LANGUAGE_CODE = "en"
USE_TZ = True
FORMAT_MODULE_PATH = "ciam.formats"
TIME_ZONE = "UTC"


# Passwords of end users: what one hash costs. No variable sets it, so that nobody lowers it by mistake.

PASSWORD_COSTS = {
    "argon2": {"kib": 19 * 1024, "passes": 2},  # OWASP's first choice for argon2id with one lane
    "bcrypt": {"cost": 12},  # about a third of a second, the most that a sign-up should wait
    "pbkdf2": {"rounds": 600_000},  # OWASP's number for SHA-256
}


# Database

SENDING_THREADS = variables.whole_number("CIAM_SENDING_THREADS", 16)  # of a worker, each with a connection of its own
DATABASES = {"default": variables.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'ciam.sqlite3'}")}
OWNER_DATABASE = variables.owner_database("CIAM_OWNER_DATABASE_URL")  # as whom `migrate` logs in; {}: as the server
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    from ciam.postgresql.connections import Connection  # SQLite needs none of it

    postgresql_options = {
        "pool": {
            "connection_class": Connection,
            "min_size": 1,
            "max_size": max(WEB_THREADS, SENDING_THREADS) + 2,
            "timeout": 2,
            "reconnect_timeout": 1,
        },
        "connect_timeout": 3,
        "keepalives_idle": 30,  # a host that vanished while connections were idle is noticed within a minute
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 5_000,
        "server_side_binding": True,  # so that statements can be prepared: it halves what PostgreSQL does for one
        "prepare_threshold": 1,
    }
    for login in filter(None, (DATABASES["default"], OWNER_DATABASE)):
        login["ENGINE"] = "ciam.postgresql"
        login["DISABLE_SERVER_SIDE_CURSORS"] = True  # a pooler may give each statement another connection
        login["OPTIONS"] = login.get("OPTIONS", {}) | postgresql_options
else:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


# Jobs

REDIS_URL = variables.redis("REDIS_URL")
IS_EAGER = not REDIS_URL
SENDING_SECONDS = 2 if IS_EAGER else 5  # what one try of a sender may take in all
VERDICT_WAIT_SECONDS = variables.seconds("CIAM_VERDICT_WAIT_SECONDS", 2.0, most=10)


# Our own throttles; never the contract's limits, quotas or guess counters

RATE_LIMITS = variables.choice("CIAM_RATE_LIMITS", "on", ("on", "off")) == "on"
if not RATE_LIMITS and not IS_TRIAL:
    raise ImproperlyConfigured("CIAM_RATE_LIMITS=off is for CIAM_MODE=trial alone.")


# Audit log

AUDIT_DAYS = variables.whole_number("CIAM_AUDIT_DAYS", 400, least=30, most=36_500)  # the trigger knows the floor too


# Logs and metrics

LOG_LEVEL = variables.choice("CIAM_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FILE = variables.file("CIAM_LOG_FILE")
LOGGING = logs.configuration(LOG_LEVEL, LOG_FILE)
METRICS_DIR = DATA_DIR / "metrics"
