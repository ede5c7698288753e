"""Django's settings, made from the configuration; nothing else reads the environment.

Every choice that protects somebody is stated here, also where it is Django's default, so that it can be read in one
place. `check --deploy` finds nothing with an https address.
"""

from __future__ import annotations

import os
from typing import Any

from byleave.server.configuration import Configuration, from_environment
from byleave.server.db.address import django_database
from byleave.server.mail import mail_settings
from byleave.text.catalogue import LANGUAGES as _LANGUAGES

CONFIGURATION: Configuration = from_environment(os.environ)
_HTTPS = CONFIGURATION.https
_MOST_BODY_BYTES = 1 << 20

# read when the server starts; a command that needs no sessions runs without it, and Django refuses a blank one
SECRET_KEY = CONFIGURATION.session_key.read_text("utf-8").strip() if CONFIGURATION.session_key.exists() else ""

DEBUG = False
ALLOWED_HOSTS = list(CONFIGURATION.hosts)
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.url] if CONFIGURATION.url else []

INSTALLED_APPS = [
    "byleave.server.db",
    "byleave.server.lineage",
    "byleave.server.accounts",
    # before allauth, whose templates it has in our look
    "byleave.server.ui",
    "byleave.server.centre",
    "byleave.server.notices",
    "byleave.server.desk",
    "byleave.server.objections",
    # its tables are there also on a server whose platform has its own
    "byleave.server.feed",
    "byleave.server.talent",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "byleave.server.observing.observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "byleave.server.accounts.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "byleave.server.accounts.middleware.second_factor",
    "byleave.server.accounts.middleware.signals",
]

ROOT_URLCONF = "byleave.server.urls"
WSGI_APPLICATION = "byleave.server.wsgi.application"
DATABASES = {"default": django_database(CONFIGURATION.accounts)}
DATABASE_ROUTERS = ["byleave.server.db.routing.LedgerApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a request that writes waits for its turn at once instead of failing halfway
    _PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
    # opening the file and setting it up costs more than most questions that it is asked
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": _PRAGMAS}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "byleave.server.ui.context.frame",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [(code, code) for code in _LANGUAGES]

# Pages: what the platform is called, and who says how members are shown, what stands
# above a page, and which notice somebody was shown before they chose.
PLATFORM_NAME = CONFIGURATION.platform
PAGES_PEOPLE = "byleave.server.feed.people.shown" if CONFIGURATION.content is None else None
PAGES_ANNOUNCEMENTS = "byleave.server.notices.announcing.announcement"
PAGES_SHOWN = "byleave.server.notices.announcing.shown"
PAGES_CATALOGUE = "byleave.text.catalogue.Catalogue"
PAGES_DEMO = "byleave.server.feed.seed.sign_ins"
PAGES_INVENTED = CONFIGURATION.demo_password_file is not None
globals().update(mail_settings(CONFIGURATION))

STATIC_URL = "/static/"
# files are served as they are packaged; nothing has to be collected before a start
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Bodies. Nothing here takes files.
DATA_UPLOAD_MAX_MEMORY_SIZE = _MOST_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# one page takes a file, and brings its own handler (centre/archive_page.py); elsewhere what is sent is thrown away
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS: list[str] = []

# Transport, cookies, headers.
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIGURATION.proxy else None
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
CSRF_FAILURE_VIEW = "byleave.server.ui.views.forged"
# Source: https://django-csp.readthedocs.io/en/latest/configuration.html (version 4)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *([CONFIGURATION.oidc.issuer] if CONFIGURATION.oidc else [])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Accounts. Nobody signs up here: the platform knows its members.
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "byleave.server.accounts.adapters.LocalSignIn"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
SOCIALACCOUNT_ADAPTER = "byleave.server.accounts.adapters.PlatformSignIn"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if CONFIGURATION.oidc:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "platform",
                "name": "platform",
                "client_id": CONFIGURATION.oidc.client,
                "secret": CONFIGURATION.oidc.secret_file.read_text("utf-8").strip(),
                "settings": {"server_url": CONFIGURATION.oidc.issuer, "fetch_userinfo": False},
            }
        ],
    }
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

NINJA_NUM_PROXIES = 1 if CONFIGURATION.proxy else 0
# `byleave serve` sets up logs (docs/adr/0101); nothing else logs
LOGGING_CONFIG = None
