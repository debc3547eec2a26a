"""All settings, read from the environment and `.env`; docs/configuration.md tells them. A bad value stops the start."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from hindsight.env import Env
from hindsight.secret import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
# Without the .env file's own help: it is where the others may stand.
environ.Env.read_env(env.text("HINDSIGHT_ENV_FILE") or BASE_DIR / ".env", overwrite=False)

# --- where data lives -------------------------------------------------------------------------------------------------

DATA_DIR = Path(env.text("HINDSIGHT_DATA_DIR") or BASE_DIR / "data").resolve()
try:
    DATA_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
except OSError as problem:
    raise ImproperlyConfigured(f"HINDSIGHT_DATA_DIR is {DATA_DIR}, which can't be made: {problem}") from problem
MEDIA_ROOT = DATA_DIR / "media"
INDEX_DIR = DATA_DIR / "index"


SECRET_KEY = env.text("HINDSIGHT_SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("HINDSIGHT_SECRET_KEY is shorter than 40 characters.")
DEBUG = env.flag("HINDSIGHT_DEBUG", default=False)

# --- who may knock ----------------------------------------------------------------------------------------------------

BASE_URL = env.text("HINDSIGHT_BASE_URL", "http://localhost:8000").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured(f"HINDSIGHT_BASE_URL is {BASE_URL!r}; use something like https://hindsight.example.org.")
IS_HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = [*env.words("HINDSIGHT_ALLOWED_HOSTS"), _base.hostname, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
if IS_HTTPS:
    # Set by the reverse proxy that ends TLS; docs/operations.md says how to configure it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# How many reverse proxies stand in front: so many addresses at the end of X-Forwarded-For are theirs to tell. Rate
# limits count by the address before them; with 0 the header is ignored, because anyone can send it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("HINDSIGHT_TRUSTED_PROXIES", 0, low=0, high=5)

# --- applications -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "hindsight",
    "accounts",
    "incidents",
    "postmortems",
    "search",
    "integrations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "hindsight.middleware.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hindsight.packing.PackMiddleware",
    "csp.middleware.CSPMiddleware",
    "hindsight.middleware.GuardMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hindsight.landing.LandingMiddleware",
    "accounts.middleware.ZoneMiddleware",
    "hindsight.safe_paste.SafePasteMiddleware",
]

ROOT_URLCONF = "hindsight.urls"
WSGI_APPLICATION = "hindsight.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"lucide": "hindsight.templatetags.icons"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.installation",
            ],
        },
    },
]

# --- database ---------------------------------------------------------------------------------------------------------

SQLITE_OPTIONS: dict[str, Any] = {
    # Without IMMEDIATE, read-then-write transactions fail at once under concurrency instead of waiting.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
        # What is deleted is overwritten: a redacted text must not stay in the file's free pages.
        "PRAGMA secure_delete=ON;"
        "PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864"
    ),
}
# A thread keeps its connection so long, and then notices at its next request if the file was put in place anew.
SQLITE_MAX_AGE_S = 60
POSTGRES_OPTIONS: dict[str, Any] = {
    "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
    # Statements of hindsight.lib.prepared are planned for a connection once they have come so often.
    "prepare_threshold": 2,
}


def _database() -> dict[str, Any]:
    """SQLite in the data directory, or what `DATABASE_URL` names (postgres:// or sqlite://)."""
    url = env.text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
        # To open one takes a third of a small request, and who closes the last one has to write the log back first.
        config.setdefault("CONN_MAX_AGE", SQLITE_MAX_AGE_S)
    elif config["ENGINE"].endswith("postgresql"):
        config["OPTIONS"] = {**POSTGRES_OPTIONS, **config.get("OPTIONS", {})}
        config["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")
    return config


DATABASES = {"default": _database()}
IS_POSTGRES = DATABASES["default"]["ENGINE"].endswith("postgresql")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits must count over all processes, and no cache server may be needed.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# --- people -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "board"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.links.PasswordLinkKeys"  # noqa: S105 - a class, no password
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,10/m/key",
    "reset_password": "10/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}

# --- sessions, cookies, headers ---------------------------------------------------------------------------------------

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hindsight.views.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # blob: is how a pasted screenshot is shown before it is sent.
        "img-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- input limits -----------------------------------------------------------------------------------------------------

UPLOAD_MAX_MB = env.number("HINDSIGHT_UPLOAD_MAX_MB", 200, low=1, high=10_000)
# Text bodies (a 5 MB snippet in a form is longer once it is encoded); files are streamed and have UPLOAD_MAX_MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o640

# --- search -----------------------------------------------------------------------------------------------------------

SEARCH_ENGINE = env.choice("HINDSIGHT_SEARCH_ENGINE", "auto", ("auto", "whoosh", "postgres"))
if SEARCH_ENGINE == "postgres" and not IS_POSTGRES:
    raise ImproperlyConfigured("HINDSIGHT_SEARCH_ENGINE is 'postgres', which needs DATABASE_URL to name PostgreSQL.")
if SEARCH_ENGINE == "auto":
    SEARCH_ENGINE = "postgres" if IS_POSTGRES else "whoosh"
# Needs the packages of requirements-semantic.txt; without them it stays off.
SEARCH_SEMANTIC = env.choice("HINDSIGHT_SEARCH_SEMANTIC", "off", ("off", "on")) == "on"

# --- background work --------------------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- mail -------------------------------------------------------------------------------------------------------------

EMAIL_URL = env.text("EMAIL_URL")
# Not the console: a log is read by more people than may open the accounts whose password links would stand in it.
EMAIL_BACKEND = "hindsight.lib.mail.NotSetUp"
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.text("HINDSIGHT_MAIL_FROM", f"hindsight@{_base.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

# --- language, time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_built"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "hindsight.lib.joined.JoinedStaticFilesStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 3600

# --- logs -------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.choice("HINDSIGHT_LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOGGING_CONFIG = "hindsight.lib.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hindsight.lib.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # Refused requests stand in the access log already.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
