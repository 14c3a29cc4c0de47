"""Settings. Everything an operator may change comes from the environment; docs/settings.md lists it.

Without any variable this is the embedded default: SQLite, files under var/, a Celery broker in a
folder. DATABASE_URL and REDIS_URL turn it into production parts; CCHC_PRODUCTION=1 hardens it.
"""

import tomllib
from pathlib import Path

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from cchc_index.configuration import keys, queues, signing_in
from cchc_index.configuration.file_stores import file_store
from cchc_index.configuration.hours import hours_of_day
from cchc_index.configuration.logs import logging_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VERSION = str(tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])

PRODUCTION = env.bool("CCHC_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o750)
except OSError as error:
    raise ImproperlyConfigured(f"Không tạo được thư mục VAR_DIR “{VAR_DIR}”: {error.strerror}.") from error


SECRET_KEY = keys.secret_key(env.str("SECRET_KEY", default=""), VAR_DIR / "secret_key", production=PRODUCTION)
# Where this installation keeps the key it made itself; None: the key was given. A backup takes it along.
OWN_SECRET = None if env.str("SECRET_KEY", default="") else VAR_DIR / "secret_key"
# Seals backups; empty: they are not encrypted.
BACKUP_KEY = env.str("BACKUP_KEY", default="").strip()
LEDGER_KEY = keys.ledger_key(env.str("LEDGER_KEY", default=""), SECRET_KEY, production=PRODUCTION)
# Who gets the mark of the log's head by mail, daily and at each release and publication: people without access here.
LEDGER_WITNESSES = [address.strip() for address in env.list("LEDGER_WITNESSES", default=[]) if address.strip()]
# Where the chain's head is noted outside the database (units/auditlog/anchors.py); one file per database.
LEDGER_ANCHOR = Path(env.str("LEDGER_ANCHOR", default="") or VAR_DIR / "ledger-anchor.log")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Where somebody who finds a hole writes: an address (mailto:…) or a page (https://…), for /.well-known/security.txt.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="").strip()
# How long a request may have waited since the hour that a proxy of ours says it came in.
ARRIVAL_SECONDS = env.int("ARRIVAL_SECONDS", default=60)
# How long a form may have waited for its turn before it is given back with a receipt of its arrival.
QUEUE_SECONDS = env.int("QUEUE_SECONDS", default=10)
# Seconds for which a drawn public page is given again to who has no account; 0: each is drawn anew.
PUBLIC_PAGE_SECONDS = env.int("PUBLIC_PAGE_SECONDS", default=60)
OBJECTION_DAYS = env.int("OBJECTION_DAYS", default=0)
# Whether a machine that is two seconds off the database's clock refuses to take anything and to sweep.
GUARD_CLOCK = env.bool("GUARD_CLOCK", default=PRODUCTION)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "cchc_index.apps.Frame",
    "units",
    "criteria",
    "selfassess",
    "appraisal",
    "surveys",
    "results",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "cchc_index.apps.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "cchc_index.middleware.client_address",
    "cchc_index.middleware.arrival",
    "cchc_index.middleware.numbered",
    "cchc_index.middleware.policies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cchc_index.middleware.idle_sessions",
    "cchc_index.middleware.viewing_as",
    "cchc_index.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cchc_index.middleware.waiting",
    "cchc_index.middleware.Rescue",
]

ROOT_URLCONF = "cchc_index.urls"
WSGI_APPLICATION = "cchc_index.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["cchc_index.lib.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cchc_index.navigation.frame",
            ],
            "builtins": ["units.templatetags.cchc"],
        },
    },
]

DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'cchc.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if not DATABASES["default"].get("ENGINE"):
    raise ImproperlyConfigured("DATABASE_URL không đúng dạng, ví dụ postgres://ten:mat-khau@127.0.0.1:5432/cchc.")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and immediate transactions: fifty writers without one "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Compiling a query takes longer than any of ours runs; the planner guesses high where nothing was analysed yet.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


REDIS_URL = env.str("REDIS_URL", default="")
CACHE_URL = env.str("CACHE_URL", default="") or REDIS_URL
CACHES = queues.caches(CACHE_URL)
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = queues.broker(REDIS_URL, VAR_DIR / "broker")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "requeue": {"task": "results.requeue", "schedule": 15.0},
    "ballots": {"task": "surveys.requeue", "schedule": 15.0},
    "mail": {"task": "units.send_mail", "schedule": 60.0},
    "rescan": {"task": "selfassess.rescan", "schedule": 60.0},
    "newcomers": {"task": "units.remind_newcomers", "schedule": crontab(hour="8", minute="15")},
    "files": {"task": "results.sweep_files", "schedule": crontab(hour="3", minute="20")},
    "witnesses": {"task": "units.mail_head", "schedule": crontab(hour="6", minute="30")},
    "council": {"task": "appraisal.remind", "schedule": crontab(hour="8", minute="5")},
    "reminders": {"task": "selfassess.send_reminders", "schedule": crontab(hour="8", minute="0")},
}
CELERY_BEAT_SCHEDULER = "cchc_index.celery:NotingScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 10
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "units.people.passwords.LocalWordsValidator"},
    {"NAME": "units.people.passwords.BreachedValidator"},
]
LOGIN_URL = "account_login"
# django-allauth: who comes in, second factor, own sessions. Accounts are made by people of the house alone.
ACCOUNT_ADAPTER = "units.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "units.signin.forms.LoginForm", "reauthenticate": "units.signin.forms.ProofForm"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600  # within the library; ours is PROOF_MINUTES (units/signin/rules.py)
ACCOUNT_RATE_LIMITS = {"login": None}  # the limits of guessing are ours: units/signin
MFA_ADAPTER = "units.signin.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "units.signin.forms.CodeForm",
    "reauthenticate": "units.signin.forms.CodeProofForm",
    "activate_totp": "units.signin.forms.AppForm",
    "add_webauthn": "units.signin.forms.KeyForm",
    "authenticate_webauthn": "units.signin.forms.KeyCodeForm",
    "reauthenticate_webauthn": "units.signin.forms.KeyProofForm",
    "edit_webauthn": "units.signin.forms.KeyNameForm",
}
SECURITY_KEYS: bool = env.bool("SECURITY_KEYS", default=True)
"""Whether a second factor may be a security key or a passkey too (WebAuthn)."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if SECURITY_KEYS else [])]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost of a demonstration; production has https
MFA_TOTP_ISSUER = "Chỉ số CCHC Hà Nội"
MFA_TOTP_TOLERANCE = 1  # a phone's clock is half a minute wrong
SOCIALACCOUNT_ADAPTER = "units.signin.adapter.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # an account is found by the address that the identity provider has verified
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False

SECOND_FACTOR_FROM = signing_in.second_factor_from(env.str("SECOND_FACTOR_FROM", default=""), production=PRODUCTION)
SOCIALACCOUNT_PROVIDERS = signing_in.single_sign_on(
    env.str("OIDC_URL", default="").strip(),
    client=env.str("OIDC_CLIENT_ID", default=""),
    secret=env.str("OIDC_CLIENT_SECRET", default=""),
    name=env.str("OIDC_NAME", default=""),
    production=PRODUCTION,
)
CSRF_FAILURE_VIEW = "cchc_index.views.csrf_failure"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
# Wrong passwords within so many minutes: for one name and for one address, each from browsers that never opened the
# account; for both together; from a browser of the account's own (units/signin).
GUESS_MINUTES = env.int("GUESS_MINUTES", default=15)
GUESSES_BY_NAME = env.int("GUESSES_BY_NAME", default=10)
GUESSES_BY_ADDRESS = env.int("GUESSES_BY_ADDRESS", default=50)
GUESSES_BY_BOTH = env.int("GUESSES_BY_BOTH", default=6)
GUESSES_BY_DEVICE = env.int("GUESSES_BY_DEVICE", default=10)

LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["cchc_index.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "staticfiles")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "files")))
# s3://bucket/prefix: files lie in a bucket that all machines reach, not in MEDIA_ROOT.
FILE_STORE = env.str("FILE_STORE", default="").strip()
S3 = {name: env.str(f"S3_{name.upper()}", default="").strip() for name in ("endpoint", "key", "secret", "region", "ca")}
STORAGES = {
    "default": file_store(FILE_STORE, MEDIA_ROOT, S3, production=PRODUCTION),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MIMETYPES = {".speculationrules": "application/speculationrules+json"}

EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_MB", default=20) * 1024 * 1024
EVIDENCE_MAX_PAGES = env.int("EVIDENCE_MAX_PAGES", default=5_000)
EVIDENCE_MAX_PIXELS = env.int("EVIDENCE_MAX_MEGAPIXELS", default=50) * 1_000_000
EVIDENCE_MAX_DOCUMENTS = env.int("EVIDENCE_MAX_DOCUMENTS", default=2_000)  # of one unit, all versions
EVIDENCE_MAX_PER_CRITERION = env.int("EVIDENCE_MAX_PER_CRITERION", default=30)
EVIDENCE_QUOTA_BYTES = env.int("EVIDENCE_QUOTA_MB", default=2_000) * 1024 * 1024  # of one unit, all versions
SIGNATURE_ROOTS = env.str("SIGNATURE_ROOTS", default="")  # a folder of PEM certificates; empty: trust is unknown
# Below this much room where files are stored the system is not well.
DISK_FREE_BYTES = env.int("DISK_FREE_MB", default=1_000) * 1024 * 1024
# Opens /suc-khoe/san-sang/ in full and /suc-khoe/do-luong/ to whoever sends it (Authorization: Bearer …).
MONITOR_TOKEN = env.str("MONITOR_TOKEN", default="").strip()
# tcp://host:3310 or unix:///path; empty: documents are "not scanned".
CLAMD_URL = env.str("CLAMD_URL", default="")
CLAMD_TIMEOUT = env.float("CLAMD_TIMEOUT", default=60.0)
SHEET_MAX_BYTES = env.int("SHEET_MAX_MB", default=30) * 1024 * 1024
# Before what cannot be taken back: the last proof of who sits there may be so old; 0: nobody is asked.
PROOF_MINUTES = env.int("PROOF_MINUTES", default=60)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=120)  # a session that did nothing for so long ends
ROLE_WAIT_HOURS = env.int("ROLE_WAIT_HOURS", default=24)  # a fresh role that decides approves nothing for so long
EXCHANGE_CALLS = env.int("EXCHANGE_CALLS", default=60)  # of one other system, within a minute
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
PASSWORD_RESET_TIMEOUT = INVITATION_DAYS * 24 * 3600
# Below this many ballots the spread of answers is hidden: officials rate their own superiors.
SURVEY_SMALL_CELL = env.int("SURVEY_SMALL_CELL", default=5)
# Outside of these a changed point is worth a look.
APPRAISAL_HOURS = hours_of_day("APPRAISAL_HOURS", env.str("APPRAISAL_HOURS", default=""), "07:00-19:00")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cchc_index.lib.bodies.CutFile",
]
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

X_FRAME_OPTIONS = "DENY"  # but for documents, shown beside their score (selfassess/documents/views.py)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 10  # and no longer than this after signing in, however busy (cchc_index.middleware)
# In production a browser takes these names from this very host only, over https, and gives them to no other.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
MESSAGES_COOKIE_NAME = f"{COOKIE_PREFIX}messages"
MESSAGE_STORAGE = "cchc_index.lib.messages_kept.Messages"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_REDIRECT_EXEMPT = [r"^suc-khoe/"]  # the proxy and the monitor ask over plain HTTP
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cchc@localhost")

# Who hears of faults of ours and of what is not well (`check_health --alarm`), separated by commas.
ADMINS = [("", address.strip()) for address in env.list("ADMINS", default=[]) if address.strip()]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_SUBJECT_PREFIX = "[Chỉ số CCHC] "
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
LOGGING = logging_of(
    env.str("LOG_FORMAT", default="json" if PRODUCTION else "text"),
    level=env.str("LOG_LEVEL", default="WARNING"),
    access=env.bool("ACCESS_LOG", default=PRODUCTION),
    has_operators=bool(ADMINS),
)
