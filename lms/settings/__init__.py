"""Django's settings, from the environment. What each variable does: docs/settings.md.

Secure by default: with LMS_DEBUG off (the default) the site does not start without a secret key and allowed
hosts.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lms.settings import backends
from lms.settings.env import Environment, make_directory, with_file

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment(with_file(os.environ, BASE_DIR / ".env"))
env.text("LMS_ENV_FILE")

# --- What this machine is -----------------------------------------------------------------------------------
DEBUG = env.flag("LMS_DEBUG", False)
TESTING = env.flag("LMS_TESTING", False)
STYLEGUIDE = env.flag("LMS_STYLEGUIDE", DEBUG)
HTTPS = env.flag("LMS_HTTPS", not (DEBUG or TESTING))
BEHIND_PROXY = env.flag("LMS_BEHIND_PROXY", False)
DATA_DIR = make_directory("LMS_DATA_DIR", Path(env.text("LMS_DATA_DIR", str(BASE_DIR / "var"))).resolve())
SITE_URL = env.web_address("LMS_SITE_URL", "http://127.0.0.1:8000")

SECRET_KEY = env.secret("LMS_SECRET_KEY") or ("only-for-development" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.words("LMS_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("LMS_ALLOWED_HOSTS", "127.0.0.1,localhost" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("LMS_SECRET_KEY is missing: set it (or LMS_SECRET_KEY_FILE), or LMS_DEBUG=1 to develop.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("LMS_ALLOWED_HOSTS is missing: the names under which this site is reached, with commas.")
CSRF_TRUSTED_ORIGINS = (
    # '.example.org' allows example.org and every name below it, which an origin writes with a star.
    [f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if host != "*"] if HTTPS else []
)
if SITE_URL.startswith("https://") and SITE_URL not in CSRF_TRUSTED_ORIGINS:
    CSRF_TRUSTED_ORIGINS.append(SITE_URL)  # a port other than 443 is part of an origin

# --- Rooms --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "lms",
    "lms.common",
    "lms.members",
    "media_pipeline",
    "courses",
    "exams",
    "credits",
    "certificates",
    "lms.portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.common.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lms.common.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "lms" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.members.context.navigation",
                "lms.members.context.display",
            ],
        },
    },
]

# --- Where rows, files and messages live --------------------------------------------------------------------
_data = quote(str(DATA_DIR))
DATABASES = {"default": backends.database(env.text("LMS_DATABASE_URL", f"sqlite://{_data}/school.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGE_URL = env.text("LMS_STORAGE_URL", f"file://{_data}/media")
BROKER_URL = env.text("LMS_BROKER_URL", f"file://{_data}/broker")
STORAGES = {
    "default": backends.storage(STORAGE_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "lms.common.staticfiles.HashedStaticFilesStorage"
    },
}
CELERY = backends.broker(BROKER_URL) | {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "task_default_queue": "default",
    # Only the long work: the sweeper must not wait behind it.
    "task_routes": {"media_pipeline.tasks.run_unit": {"queue": "media"}},
    # A request does not wait long for a broker that is away: what it would have sent is found by the
    # sweepers.
    "task_publish_retry_policy": {
        "max_retries": 2,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.5,
    },
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    "timezone": "Asia/Shanghai",
    "beat_schedule_filename": str(DATA_DIR / "scheduler"),
}
SCRATCH_DIR = make_directory("LMS_SCRATCH_DIR", Path(env.text("LMS_SCRATCH_DIR", str(DATA_DIR / "scratch"))).resolve())

# --- Lectures -----------------------------------------------------------------------------------------------
# app: this process sends the segments. accel: nginx does, told by X-Accel-Redirect. redirect: the object
# store does.
MEDIA_DELIVERY = env.choice("LMS_MEDIA_DELIVERY", "app", ("app", "accel", "redirect"))
if MEDIA_DELIVERY == "redirect" and not STORAGE_URL.startswith("s3:"):
    raise ImproperlyConfigured("LMS_MEDIA_DELIVERY=redirect needs an object store: LMS_STORAGE_URL=s3://..")
if MEDIA_DELIVERY == "accel" and not STORAGE_URL.startswith("file:"):
    raise ImproperlyConfigured("LMS_MEDIA_DELIVERY=accel needs a folder nginx can read: LMS_STORAGE_URL=file:///..")
MAX_UPLOAD_BYTES = env.integer("LMS_MAX_UPLOAD_MIB", 4096, at_least=1) * 1024 * 1024
MAX_LECTURE_SECONDS = env.integer("LMS_MAX_LECTURE_MINUTES", 360, at_least=1) * 60
LADDER_TOP = int(env.choice("LMS_LADDER_TOP", "1080", ("1080", "720", "480", "360")))  # lines of the largest picture
MEDIA_LEASE_SECONDS = env.integer("LMS_MEDIA_LEASE_SECONDS", 20, at_least=5)
FFMPEG = env.text("LMS_FFMPEG", "ffmpeg")
FFPROBE = env.text("LMS_FFPROBE", "ffprobe")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(SCRATCH_DIR)

# --- People -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.Member"
LOGIN_URL = "members:login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "members:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["lms.members.hashers.SmallArgon2PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("learner_no", "full_name", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# What the log-in form calls the learner number; axes would look for "learner_no" and count every member as one.
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = env.integer("LMS_LOGIN_FAILURES", 5, at_least=1)
AXES_COOLOFF_TIME = 0.5  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "members/locked_out.html"
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- What a browser may load: nothing inline, nothing from elsewhere ----------------------------------------
_object_store: list[str] = []
if MEDIA_DELIVERY == "redirect":
    _endpoint = urlsplit(STORAGES["default"]["OPTIONS"].get("endpoint_url") or "https://*.amazonaws.com")
    _object_store = [f"{_endpoint.scheme}://{_endpoint.netloc}"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:", *_object_store],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, *_object_store],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Languages and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "lms" / "wording" / "locale", BASE_DIR / "lms" / "locale"]
FORMAT_MODULE_PATH = "lms.wording.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = make_directory("LMS_DATA_DIR", DATA_DIR / "static")
WHITENOISE_MAX_AGE = 3600

LOG_LEVEL = env.choice("LMS_LOG_LEVEL", "WARNING" if TESTING else "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
# Without HTTPS these four are known; `lms doctor` says it in one line.
SILENCED_SYSTEM_CHECKS = [f"security.W{number}" for number in ("004", "008", "012", "016")] if not HTTPS else []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # Two lines for every task, some of which run every ten seconds; a failure is still an ERROR.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
WEB_WORKERS = env.integer("LMS_WEB_WORKERS", min(2, os.cpu_count() or 1), at_least=1)
WEB_THREADS = env.integer("LMS_WEB_THREADS", 8, at_least=1)
ENVIRONMENT_VARIABLES = frozenset(env.declared)
