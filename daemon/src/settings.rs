//! The settings table of tacitd: everything that can be set, each thing once. docs/configuration.md is made of it.
//!
//! What several settings say together is checked in `strict.rs`; here each stands alone.

mod elsewhere;
#[cfg(test)]
mod manual;
mod types;

pub(crate) use elsewhere::ELSEWHERE;
pub(crate) use types::{
    Aggressiveness, AppEnv, CorsOrigin, DatabaseUrl, Encryption, Images, KeySet, Mode, Money,
    Output, PhoneRegion, Protocol, ProxyUrl, Share, Signing, SocketMode, UpstreamUrl,
};

use ipnet::IpNet;
use kit::log::{Format, Level};
use kit::setting::{Fraction, List, Seconds, Text, Whole};
use secrecy::SecretString;
use std::path::PathBuf;

type Flag = bool;
type Port = Whole<0, 65535>;

kit::settings! {
    built {
        /// How strict the whole is.
        app: App {
            /// `production` turns on the strict start: missing or weak secrets, `app.debug` and a wildcard among the
            /// CORS origins are refused.
            env: AppEnv = "development" .alias(&["APP_ENV", "ENVIRONMENT"]);
            /// Logs at least at level `debug`. Refused by the strict start.
            debug: Flag = "false" .alias(&["DEBUG"]);
            /// Asks for the strict start whatever `app.env` says. In production it cannot be switched off.
            strict: Option<bool> = "" .alias(&["STRICT_MODE"]);
        }
        /// Where tacitd listens.
        api: Api {
            /// The address. One that other machines can reach is refused until there is an API key.
            host: Text = "127.0.0.1" .alias(&["API_HOST"]);
            /// The port; 0 lets the system choose.
            port: Port = "8000" .alias(&["API_PORT"]);
            /// A Unix socket to listen on as well.
            socket: Option<PathBuf> = "";
            /// The permissions of that socket, in octal.
            socket_mode: SocketMode = "660";
        }
        /// TLS on the main listener. Renewed files are taken up within ten seconds.
        tls: Tls {
            /// The certificate and its chain, in PEM.
            cert: Option<PathBuf> = "";
            /// Its private key, in PEM.
            key: Option<PathBuf> = "";
        }
        /// Limits and waits.
        server: Server {
            /// Connections at once; more wait in the system's queue.
            connections_max: Whole<1, 1_000_000> = "16384";
            /// Requests worked on at once; more are answered 503 with `Retry-After`.
            requests_max: Whole<1, 100_000> = "512";
            /// The largest JSON body, in MB.
            max_json_mb: Whole<1, 1024> = "10" .alias(&["MAX_JSON_MB"]);
            /// Memory that bodies may take while they arrive, in MB, over all requests; more are answered 503.
            body_memory_mb: Whole<1, 65_536> = "64";
            /// From the first byte of a request to the end of its head.
            head_timeout: Seconds = "10s";
            /// From the end of the head to the end of the body; each KiB that arrives adds a second.
            body_timeout: Seconds = "20s";
            /// To work out an answer.
            request_timeout: Seconds = "60s";
            /// While a client takes nothing of its answer.
            write_timeout: Seconds = "30s";
            /// Between two requests on a connection.
            idle_timeout: Seconds = "75s";
            /// After SIGTERM, how long connections are still accepted while `/readyz` answers 503.
            drain_delay: Seconds = "1s";
            /// After that, how long requests in flight may take.
            drain_timeout: Seconds = "30s";
            /// Proxies whose `X-Forwarded-For` is believed: addresses or networks.
            trusted_proxies: List<IpNet> = "" .alias(&["TRUSTED_PROXY_IPS"]);
        }
        /// Web pages of other origins that may call the API.
        cors: Cors {
            /// Origins such as `https://app.example.org`, or `*` for all (refused by the strict start).
            origins: List<CorsOrigin> = "" .alias(&["CORS_ORIGINS", "BACKEND_CORS_ORIGINS"]);
        }
        /// Log lines, on standard error.
        log: Log {
            /// `trace`, `debug`, `info`, `warning`, `error` or `off`.
            level: Level = "info" .alias(&["LOG_LEVEL"]);
            /// `plain`, `json`, or `auto`: plain on a terminal, JSON elsewhere.
            format: Format = "auto";
        }
        /// `GET /metrics`, for Prometheus.
        metrics: Metrics {
            /// Whether there are metrics at all.
            enabled: Flag = "true" .alias(&["METRICS_ENABLED"]);
            /// A second listener for metrics and probes; 0 lets the system choose.
            port: Option<Port> = "" .alias(&["METRICS_PORT"]);
            /// Its address; that of `api.host` when not set.
            host: Option<Text> = "";
            /// Answers everybody. Otherwise only this machine, and keys with the scope `admin`.
            allow_all: Flag = "false" .alias(&["METRICS_ALLOW_ALL"]);
        }
        /// The store.
        database: Database {
            /// Where it is. `sqlite:data/tacit.db`, also in the spelling `sqlite+aiosqlite:///data/x.db` (three slashes:
            /// relative, four: absolute).
            url: DatabaseUrl = "sqlite:data/tacit.db" .alias(&["DATABASE_URL"]);
            /// The secret that its encryption key is derived from. Not set: `database.key` in `keys.dir`, made on the
            /// first start outside production.
            key: Option<SecretString> = "" .alias(&["DATABASE_KEY"]);
            /// How it is encrypted: `sqlcipher` for SQLite.
            encryption: Encryption = "sqlcipher" .alias(&["DATABASE_ENCRYPTION"]);
        }
        /// The secret that seals originals in the vault.
        secret: Secret {
            /// Not set: `secret.key` in `keys.dir`, made on the first start outside production.
            key: Option<SecretString> = "" .alias(&["SECRET_KEY"]);
            /// The one before, while it is being replaced: what it sealed is sealed anew at the start.
            previous_key: Option<SecretString> = "";
        }
        /// Files with generated keys.
        keys: Keys {
            /// The folder. It must not lie inside the store's folder, so that a backup of that does not open itself.
            dir: PathBuf = "keys";
        }
        /// Who may use the API.
        auth: Auth {
            /// An API key with every scope, declared here instead of kept in the store.
            admin_key: Option<SecretString> = "";
            /// Serves requests without a key when they come from this machine and from no browser page or proxy.
            loopback: Flag = "true";
        }
        /// JSON Web Tokens of an identity provider, in the place of API keys (docs/authentication.md). Without a secret and
        /// without `jwt.jwks` none is taken.
        jwt: Jwt {
            /// The secret that tokens are signed with by HS256.
            secret_key: Option<SecretString> = "" .alias(&["JWT_SECRET_KEY", "JWT_SECRET"]);
            /// How they may be signed: `HS256`, `RS256`, `ES256`. Not set: HS256 where there is a secret, RS256 and ES256
            /// where there is `jwt.jwks`.
            algorithm: List<Signing> = "" .alias(&["JWT_ALGORITHM"]);
            /// The provider's public keys (a JWKS): a file, or an address.
            jwks: Option<KeySet> = "";
            /// Whether that address may be outside this machine and private networks.
            jwks_external: Flag = "false";
            /// The certificate authorities to trust for that address, in PEM, instead of the system's.
            ca: Option<PathBuf> = "";
            /// How often the keys are looked at. A token with an unknown key has them looked at too, once a minute at most.
            refresh: Seconds = "10m";
            /// Where tokens must come from (`iss`).
            issuer: Option<Text> = "";
            /// Whom they must be meant for (`aud`).
            audience: Option<Text> = "";
            /// How much the clocks may differ.
            leeway: Seconds = "60s";
            /// The tenant of all of them. Not set: each names its own.
            tenant: Option<Text> = "";
            /// The claim that names the tenant; `a.b` is `b` within `a`.
            tenant_claim: Text = "tenant";
            /// The claim that names the scopes: words, or a list.
            scope_claim: Text = "scope";
        }
        /// What is hidden, and how long its originals are kept.
        privacy: Privacy {
            /// Forgets sessions and projects that were not used for so many days; 0 keeps them.
            retention_days: Whole<0, 36_500> = "30" .alias(&["PRIVACY_RETENTION_DAYS"]);
            /// The store is always encrypted: `false` is refused.
            encrypt_at_rest: Flag = "true" .alias(&["PRIVACY_ENCRYPT_AT_REST"]);
            /// Regions whose telephone numbers are found as people there write them, without the country's code.
            phone_regions: List<PhoneRegion> = "ES,US,GB,FR,DE,PT,IT,MX,BR";
            /// How much is hidden when a rule is not sure: `relaxed` only what is all but certain, `balanced` what is more
            /// likely than not, `strict` also what may well be something else.
            redact_aggressiveness: Aggressiveness = "balanced" .alias(&["PRIVACY_REDACT_AGGRESSIVENESS"]);
            /// The folder of policies, `NAME.toml` each. It need not be there unless another one is named. Changed files
            /// are taken up within seconds, and at once on SIGHUP.
            policies: PathBuf = "policies";
            /// The policy for requests that name none. `standard` is the one that these settings make: numbered
            /// placeholders for everything.
            policy: Text = "standard";
            /// The key of the `hash` operator: with the same one, the same text has the same hash elsewhere too. Not set:
            /// derived from the secret key.
            salt: Option<SecretString> = "" .alias(&["PRIVACY_SALT"]);
        }
        /// Requests to language models (docs/gateway.md). A policy may say otherwise under `[gateway]`.
        gateway: Gateway {
            /// What becomes of personal data in a request: `mask` hides it and shows it again in the answer, `block`
            /// refuses the request, `observe` sends it as it is and only tells of it.
            mode: Mode = "mask";
            /// What becomes of personal data and secrets that the model itself brings up: `allow`, `mask` writes the kind
            /// instead, `block` ends the answer.
            output: Output = "allow";
            /// What becomes of images, sounds and files, which are not read: `pass` sends them as they are, `refuse`
            /// answers 422.
            images: Images = "pass";
            /// Whether the model is told in one line what placeholders are, where there are any.
            explain: Flag = "true";
        }
        /// Names, places and organisations.
        ner: Ner {
            /// Whether a language model reads them. One is inside the program.
            enabled: Flag = "true" .alias(&["NER_ENABLED"]);
            /// How sure it must be, from 0 to 1: of finds of 0.8, eight in ten are right. Not set: as sure as
            /// `privacy.redact_aggressiveness` asks of everything. A policy may say otherwise for a kind.
            confidence_threshold: Option<Share> = "" .alias(&["NER_CONFIDENCE_THRESHOLD"]);
            /// A folder with a larger model of yours, which reads instead (docs/models.md).
            model_path: Option<PathBuf> = "" .alias(&["NER_MODEL_PATH"]);
        }
        /// Who answers: one model server, and what holds for all of them. Several are described by `[[upstream]]` tables
        /// ([upstreams](upstreams.md)).
        infer: Infer {
            /// The server's base address, with or without `/v1`, such as `http://127.0.0.1:8080`.
            url: Option<UpstreamUrl> = "";
            /// What it speaks: `openai` (llama.cpp, vLLM and most others), `anthropic` or `ollama`.
            protocol: Protocol = "openai";
            /// The key that it wants.
            api_key: Option<SecretString> = "";
            /// Its model, whatever name a client uses. Not set: the client's name is passed on. Also the model of requests
            /// that name none, whoever answers them.
            model: Option<Text> = "";
            /// Whether it may be a host outside of this machine and its private networks.
            external: Flag = "false";
            /// Authorities in PEM, besides those of the system.
            ca: Option<PathBuf> = "";
            /// An HTTP proxy in between, `http://[NAME:PASSWORD@]HOST:PORT`.
            proxy: Option<ProxyUrl> = "";
            /// To be connected, TLS included; for every upstream that does not say otherwise, as with the next five.
            connect_timeout: Seconds = "5s";
            /// From the request to the head of the answer.
            first_byte_timeout: Seconds = "120s";
            /// Between two pieces of an answer.
            idle_timeout: Seconds = "60s";
            /// For everything, from the first attempt to the last byte.
            total_timeout: Seconds = "600s";
            /// How often an upstream is asked how it is; `0s`: never. One that is external only where it says so itself.
            probe: Seconds = "30s";
            /// Further attempts, while nothing of an answer was handed on.
            retries: Whole<0, 10> = "2";
            /// After so many failures in a row an upstream is left alone.
            failures: Whole<1, 1000> = "5";
            /// For so long; then one request tries it.
            pause: Seconds = "30s";
            /// Whether `/readyz` answers 503 while no upstream is well. Otherwise it tells so and stays ready, because
            /// hiding needs none.
            required: Flag = "false";
        }
        /// A model behind Ollama, asked when `infer.url` is not set or does not answer.
        ollama: Ollama {
            /// Uses it.
            enabled: Flag = "false" .alias(&["USE_OLLAMA"]);
            /// Where it is.
            base_url: UpstreamUrl = "http://127.0.0.1:11434" .alias(&["OLLAMA_BASE_URL"]);
            /// The model's name there, whatever name a client uses. Not set: the client's name is passed on.
            model: Option<Text> = "" .alias(&["OLLAMA_MODEL"]);
        }
        /// How much in a minute.
        rate: Rate {
            /// Requests of one key, and of one address; 0 for no limit. A key's own limit takes the place of both.
            limit_per_minute: Whole<0, 10_000_000> = "0" .alias(&["RATE_LIMIT_PER_MINUTE"]);
            /// Tokens of one key, asked and answered together; 0 for no limit. A key's own limit takes its place.
            tokens_per_minute: Whole<0, 1_000_000_000> = "0";
        }
        /// Streaming answers of models.
        stream: Stream {
            /// So many at once, of all keys together; more are answered 429. 0 for no limit.
            max_concurrent: Whole<0, 1_000_000> = "0" .alias(&["MAX_CONCURRENT_STREAMS"]);
        }
        /// Requests that ask a model wait here for their turn.
        queue: Queue {
            /// So many ask at once, open streams among them; the others wait, and keys take turns.
            running: Whole<1, 1_000_000> = "256";
            /// So many wait; more are answered 503.
            waiting: Whole<0, 1_000_000> = "1024";
            /// After so long a wait the answer is 503.
            timeout: Seconds = "10s";
        }
        /// What keys may spend in a calendar month (UTC).
        budget: Budget {
            /// Answers 402 to a request that could exceed the budget of its key. What is spent is counted either way.
            enforce: Flag = "false" .alias(&["BUDGET_ENFORCE"]);
            /// Tokens reserved for the answer to a request that sets no maximum.
            output_tokens: Whole<1, 100_000_000> = "4096";
        }
        /// What a million tokens cost, in the currency that budgets are in.
        price: Price {
            /// Of what is asked.
            per_mtok_input: Money = "0" .alias(&["PRICE_PER_MTOK_INPUT"]);
            /// Of what is answered.
            per_mtok_output: Money = "0" .alias(&["PRICE_PER_MTOK_OUTPUT"]);
        }
        /// The record of every request.
        audit: Audit {
            /// Records older than so many days are pruned; 0 keeps them.
            retention_days: Whole<0, 36_500> = "365";
            /// Answers 503 while records cannot be written. Otherwise those that find no room are lost and counted.
            required: Flag = "false";
            /// Records the address that a request came from.
            addresses: Flag = "false";
        }
    }
    unbuilt {
        /// The embedded model.
        llm {
            /// The GGUF file.
            model_path: Option<PathBuf> = "" .alias(&["LLM_MODEL_PATH"]);
            /// Layers on the GPU.
            n_gpu_layers: Whole<0, 9999> = "0" .alias(&["LLM_N_GPU_LAYERS"]);
            /// The context, in tokens.
            n_ctx: Whole<1, 100_000_000> = "4096" .alias(&["LLM_N_CTX"]);
            /// How freely it chooses.
            temperature: Fraction = "0.7" .alias(&["LLM_TEMPERATURE"]);
            /// Tokens of an answer.
            max_tokens: Whole<1, 100_000_000> = "512" .alias(&["LLM_MAX_TOKENS"]);
            /// Tokens of a prompt at once.
            batch_size: Whole<1, 1_000_000> = "512" .alias(&["LLM_BATCH_SIZE"]);
        }
        /// Text in images.
        tesseract {
            /// The languages, as Tesseract names them.
            lang: Text = "eng" .alias(&["TESSERACT_LANG"]);
            /// The program.
            path: Option<PathBuf> = "" .alias(&["TESSERACT_PATH"]);
        }
        /// State shared between replicas.
        redis {
            /// Where it is.
            url: Option<SecretString> = "" .alias(&["REDIS_URL"]);
        }
        /// Answers to identical requests.
        cache {
            /// How long they are kept.
            ttl: Seconds = "0s" .alias(&["CACHE_TTL"]);
        }
        /// Uploads.
        upload {
            /// The largest, in MB.
            max_mb: Whole<1, 1_000_000> = "25" .alias(&["MAX_UPLOAD_MB"]);
        }
        /// Traces over OTLP.
        traces {
            /// Sends them.
            enabled: Flag = "false" .alias(&["TRACES_ENABLED"]);
        }
    }
}
