"""Debrief's settings: one file, read from the environment (see .env.example)."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

from config.environment import broken_settings, broken_values, is_local
from config.logs import configuration
from config.queues import celery_settings

# Lets classes of Django name their type, as in ModelAdmin[Incident].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

if problem := broken_values(env.ENVIRON):
    sys.exit(problem)

# The embedded product: `make run` without DATABASE_URL sets this, nothing else should.
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False) and DEMO
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
if problem := broken_settings(SECRET_KEY, ALLOWED_HOSTS, SITE_URL):
    sys.exit(problem)

INSTALLED_APPS = [
    "config.apps.DebriefAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
    "incidents",
    "postmortems",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "incidents.middleware.ZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # Last, so that it sees the log-in failures of everything above.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
            ],
        },
    },
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/debrief.sqlite3")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Write-ahead log and write locks taken at BEGIN: readers never wait, and two
    # writers queue instead of failing half-way with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that hangs is one that is down: without these, whoever asks it waits
    # for minutes, and /readyz too. What DATABASE_URL says goes first.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "incidents.backends.GroupBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = env.int("INVITATION_DAYS", default=3) * 24 * 3600
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Else everybody could lock somebody out for good, by one attempt every quarter hour.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "config.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_address"
# Failed attempts are stored with what was sent; these fields never are.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "token",
    "password1",
    "password2",
]
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticStorage"},
}

IS_LOCAL = is_local(SITE_URL)
SECURE_SSL_REDIRECT = not IS_LOCAL
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_HSTS_SECONDS = 0 if IS_LOCAL else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not IS_LOCAL
SECURE_HSTS_PRELOAD = not IS_LOCAL
SESSION_COOKIE_SECURE = not IS_LOCAL
if IS_LOCAL:
    # Cookies ignore the port: a second Debrief on this machine would log out the first.
    SESSION_COOKIE_NAME = f"session-{urlsplit(SITE_URL).port or 80}"
CSRF_COOKIE_SECURE = not IS_LOCAL
CSRF_TRUSTED_ORIGINS = [SITE_URL]
X_FRAME_OPTIONS = "DENY"
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Without EMAIL_URL mail waits in the outbox.
MAIL_IS_ON = bool(env.str("EMAIL_URL", default=""))
if MAIL_IS_ON:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="debrief@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OUTBOX_CONNECTIONS = env.int("OUTBOX_CONNECTIONS", default=4)
OUTBOX_PER_MINUTE = env.int("OUTBOX_PER_MINUTE", default=0)
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", default=120)
OUTBOX_BACK_OFF_SECONDS = env.list(
    "OUTBOX_BACK_OFF_SECONDS", cast=int, default=[60, 300, 900, 3600]
)
OUTBOX_GIVE_UP_SECONDS = env.int("OUTBOX_GIVE_UP_SECONDS", default=24 * 3600)
OUTBOX_KEEP_DAYS = env.int("OUTBOX_KEEP_DAYS", default=90)
BREAKER_SECONDS = env.list("BREAKER_SECONDS", cast=int, default=[30, 60, 120, 300])
# Chats that may be posted to on private addresses, as names: chat.example.com.
CHAT_PRIVATE_HOSTS = [
    host.lower() for host in env.list("CHAT_PRIVATE_HOSTS", default=[])
]
# Called after each sweep that left nothing undone; whoever listens misses the call.
DEAD_MANS_SWITCH_URL = env.str("DEAD_MANS_SWITCH_URL", default="")
# Known for longer than this when it is entered, an incident is a record: no clocks.
RECORD_AFTER_HOURS = env.int("RECORD_AFTER_HOURS", default=12)
# What one alert source may store in a minute; 0 is no limit.
ALERTS_PER_MINUTE = env.int("ALERTS_PER_MINUTE", default=120)
# What one PDF may take before it is stopped.
PDF_SECONDS = env.int("PDF_SECONDS", default=120)
PDF_MEGABYTES = env.int("PDF_MEGABYTES", default=1024)

# Without REDIS_URL the broker is a folder: it may lose a hint, never a mail.
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
QUEUE = env.str("QUEUE", default="debrief")
vars().update(celery_settings(QUEUE))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "visibility_timeout": 600,
    }
else:
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    BROKER_DIR = DATA_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
EVERY_MINUTE = {"schedule": 60.0, "options": {"expires": 60}}
CELERY_BEAT_SCHEDULE = {
    "import": {"task": "incidents.import_items", **EVERY_MINUTE},
    "chats": {"task": "incidents.post_to_chats", **EVERY_MINUTE},
    "sweep": {"task": "incidents.sweep", **EVERY_MINUTE},
    "render": {"task": "postmortems.render_reports", **EVERY_MINUTE},
    "papers": {"task": "postmortems.chase_papers", **EVERY_MINUTE},
    "reviews": {"task": "postmortems.tell_authors", **EVERY_MINUTE},
}

LOGGING = configuration(
    level=env.str("LOG_LEVEL", default="") or "WARNING",
    format_name=env.str("LOG_FORMAT", default="") or "line",
)
