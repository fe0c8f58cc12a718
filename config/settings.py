"""Settings. Everything that differs between installations comes from the environment.

`docs/configuration.md` documents every variable read here; a test compares the two.
"""

import secrets as random_secrets
from pathlib import Path

from cryptography.fernet import Fernet

from config import __version__, broker_address, database, logs, mail
from config.env import env_bool, env_choice, env_folder, env_int, env_list, env_secret, env_str
from config.limits import MIB, UploadLimits
from config.secrets import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = __version__

# Where this installation lives
DATA_DIR = env_folder("EVALGROUND_DATA", default=BASE_DIR / "var")
HOST = env_str("EVALGROUND_HOST", default="127.0.0.1")
PORT = env_int("EVALGROUND_PORT", default=8000, low=1, high=65535)
BOUND_TO_LOOPBACK = HOST in {"127.0.0.1", "::1", "localhost"}
WORKERS = env_int("EVALGROUND_WORKERS", default=2, low=1, high=64)
MODEL_HOSTS = frozenset(env_list("EVALGROUND_MODEL_HOSTS"))
UPLOAD_LIMITS = UploadLimits(
    bytes=env_int("EVALGROUND_UPLOAD_MB", default=50, low=1, high=2_000) * MIB,
    rows=env_int("EVALGROUND_UPLOAD_ROWS", default=100_000, low=1, high=10_000_000),
    columns=env_int("EVALGROUND_UPLOAD_COLUMNS", default=500, low=1, high=1_000),
    cell_chars=env_int("EVALGROUND_UPLOAD_CELL_CHARS", default=1_000_000, low=100, high=4_000_000),
    unpacked_bytes=env_int("EVALGROUND_UPLOAD_UNPACKED_MB", default=200, low=1, high=8_000) * MIB,
    json_depth=env_int("EVALGROUND_UPLOAD_JSON_DEPTH", default=32, low=1, high=100),
)

# Secrets
DEBUG = env_bool("EVALGROUND_DEBUG", default=False)
SECRET_KEY = env_secret("EVALGROUND_SECRET_KEY") or kept_secret(
    DATA_DIR / "secret_key", lambda: random_secrets.token_urlsafe(50)
)
ENCRYPTION_KEYS = [
    key.strip()
    for key in (
        env_secret("EVALGROUND_ENCRYPTION_KEYS")
        or kept_secret(DATA_DIR / "encryption_key", lambda: Fernet.generate_key().decode())
    ).split(",")
]

# Who may talk to the server, and how. The loopback names stay: health checks use them.
HTTPS = env_bool("EVALGROUND_HTTPS", default=False)
TRUSTED_PROXIES = env_list("EVALGROUND_TRUSTED_PROXIES")
PUBLIC_HOSTS = env_list("EVALGROUND_ALLOWED_HOSTS")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", HOST, *PUBLIC_HOSTS]

INSTALLED_APPS = [
    "config",
    "evals",
    "playground",
    "accounts",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.UserErrorMiddleware",
    "config.body_limit.BodyLimitMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

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
                "accounts.context.shell",
            ],
        },
    }
]

DATABASES = {
    "default": database.parse(
        env_secret("DATABASE_URL"), sqlite_file=DATA_DIR / "evalground.sqlite3"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,30/5m/ip"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
OWNER_EMAIL = env_str("EVALGROUND_OWNER_EMAIL", default="owner@evalground.local").lower()
OWNER_PASSWORD = env_secret("EVALGROUND_OWNER_PASSWORD")

# Mail. Without a mail server the messages are files in the data folder.
_MAIL_SERVER = mail.parse(env_secret("EVALGROUND_SMTP_URL"))
EMAIL_BACKEND = _MAIL_SERVER.backend
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = _MAIL_SERVER.host
EMAIL_PORT = _MAIL_SERVER.port
EMAIL_HOST_USER = _MAIL_SERVER.user
EMAIL_HOST_PASSWORD = _MAIL_SERVER.password
EMAIL_USE_TLS = _MAIL_SERVER.starttls
EMAIL_USE_SSL = _MAIL_SERVER.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_str("EVALGROUND_MAIL_FROM", default="evalground@localhost")

# Work. The database is the queue; Celery only rings the bell, so a lost message costs nothing.
REDIS_URL = env_secret("REDIS_URL")
BROKER_SOCKET = broker_address.socket_path(DATA_DIR)
CELERY_BROKER_URL = REDIS_URL or broker_address.url(BROKER_SOCKET)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "evalground"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

# Pages
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * MIB
# The column editor has five fields for each column, and its page a few of its own.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6 * UPLOAD_LIMITS.columns + 100
FILE_UPLOAD_MAX_MEMORY_SIZE = MIB

# Cookies and headers. Cookies are shared by all ports of a host, hence the names of our own.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}evalground_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}evalground_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "config.error_views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Preloading binds a whole domain in every browser for years: its owner's choice, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

LOG_LEVEL = env_choice("EVALGROUND_LOG_LEVEL", default="info", choices=logs.LEVELS)
LOGGING = logs.settings(LOG_LEVEL)
