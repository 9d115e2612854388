//! Variables that the guides set for their own programs and that mean nothing to tacitd, each with what takes its
//! place. They are accepted, so that an environment file works as it stands, and one log line says so.

const LOGIN: &str = "tacitd has no login page; callers have API keys";
const MAIL: &str = "tacitd sends no mail";
const HOSTED: &str = "a model server is named by `infer.url`, its model and key by `infer.model` and `infer.api_key`";
const PARTNER: &str = "it belongs to the service beside tacitd";
const OFFLINE: &str = "tacitd never goes to the network by itself";
const UPLOADS: &str = "tacitd keeps no uploads";
const CONTEXT: &str = "tacitd keeps no conversation";

/// The names, each with what takes its place.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    ("SPACY_MODEL", "detection is inside the binary and needs no model file"),
    ("JWT_EXPIRATION_HOURS", LOGIN),
    ("SEARCH_ENABLED", OFFLINE),
    ("REMOTE_LLM_ENABLED", OFFLINE),
    ("NPU_FORCE_ENABLE", "detection runs on the CPU"),
    ("ALLOW_DEV_LOGIN", LOGIN),
    ("REQUIRE_CSRF_HEADER", "a web page of another origin is always refused"),
    ("REQUIRE_REDIS_IN_PRODUCTION", "tacitd needs nothing beside itself"),
    ("GEMINI_API_KEY", HOSTED),
    ("GEMINI_MOCK_MODE", HOSTED),
    ("ALLOW_MOCK_IN_PROD", HOSTED),
    ("POSTGRES_PASSWORD", PARTNER),
    ("POSTGRES_USER", PARTNER),
    ("POSTGRES_DB", PARTNER),
    ("DB_PASSWORD", PARTNER),
    ("PRICE_PER_MTOK_INDEX", "tacitd builds no index"),
    ("TMP_DIR", UPLOADS),
    ("TMP_MAX_AGE_HOURS", UPLOADS),
    ("UPLOAD_PROFILE", UPLOADS),
    ("ALLOWED_UPLOAD_MIMES", UPLOADS),
    ("STORAGE_DIR", UPLOADS),
    ("WATCHDOG_CRON_MINUTES", "there is no worker queue"),
    ("WATCHDOG_TTL_MINUTES", "there is no worker queue"),
    ("APP_BASE_URL", "tacitd needs not know its own address"),
    ("LLM_PROVIDER", HOSTED),
    ("LLM_MODEL", HOSTED),
    ("EMBEDDING_MODEL", HOSTED),
    ("OPENAI_API_KEY", HOSTED),
    ("MAGICLINK_TTL_MINUTES", LOGIN),
    ("SESSION_DAYS", LOGIN),
    ("COOKIE_SECURE", "tacitd sets no cookie"),
    ("SMTP_HOST", MAIL),
    ("SMTP_PORT", MAIL),
    ("SMTP_USER", MAIL),
    ("SMTP_PASSWORD", MAIL),
    ("SMTP_SENDER", MAIL),
    ("SMTP_SENDER_NAME", MAIL),
    ("EMAIL_LOGO_URL", MAIL),
    ("EMAIL_BRAND_NAME", MAIL),
    ("MAX_CONTEXT_TOKENS", CONTEXT),
    ("OFFLOAD_THRESHOLD", CONTEXT),
    ("TARGET_AFTER_RELIEF", CONTEXT),
    ("COLD_PATH_WORKERS", CONTEXT),
    ("COLD_PATH_BATCH_SIZE", CONTEXT),
];
