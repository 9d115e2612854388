"""Secrets of the gold set: keys, tokens, connection strings and passwords, random from the seed, never anyone's own."""

import base64
import json
import zlib

import people
from values import digits, letters

LOWER = "abcdefghijklmnopqrstuvwxyz"
ALNUM = LOWER + LOWER.upper() + "0123456789"
WEB = ALNUM + "-_"


def aws(rng, lang, ctx):
    return rng.choice(["AKIA", "AKIA", "ASIA"]) + letters(rng, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def with_crc(head, body):
    number, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        tail = ("0123456789" + LOWER.upper() + LOWER)[rest] + tail
    return head + body + tail


def github(rng, lang, ctx):
    if rng.random() < 0.25:
        return f"github_pat_{letters(rng, 22, ALNUM)}_{letters(rng, 59, ALNUM)}"
    return with_crc(rng.choice(["ghp_", "ghp_", "gho_", "ghs_", "ghu_"]), letters(rng, 30, ALNUM))


def npm(rng, lang, ctx):
    return with_crc("npm_", letters(rng, 30, ALNUM))


def openai(rng, lang, ctx):
    if rng.random() < 0.4:
        return f"sk-{letters(rng, 20, ALNUM)}T3BlbkFJ{letters(rng, 20, ALNUM)}"
    return f"sk-{rng.choice(['proj', 'svcacct'])}-{letters(rng, 74, WEB)}T3BlbkFJ{letters(rng, 73, WEB)}{letters(rng, 1, ALNUM)}"


def anthropic(rng, lang, ctx):
    return f"sk-ant-{rng.choice(['api03', 'api03', 'admin01'])}-{letters(rng, 93, WEB)}AA"


def slack(rng, lang, ctx):
    numbers = f"{digits(rng, 12, '123456789')}-{digits(rng, 13, '123456789')}"
    if rng.random() < 0.7:
        return f"xoxb-{numbers}-{letters(rng, 24, ALNUM)}"
    return f"xoxp-{numbers}-{digits(rng, 13, '123456789')}-{rng.randbytes(16).hex()}"


def stripe(rng, lang, ctx):
    return f"{rng.choice(['sk_live_', 'sk_live_', 'rk_live_', 'sk_test_'])}{letters(rng, rng.choice([24, 99]), ALNUM)}"


def google(rng, lang, ctx):
    return "AIzaSy" + letters(rng, 32, WEB) + letters(rng, 1, ALNUM)


def gitlab(rng, lang, ctx):
    return "glpat-" + letters(rng, 19, WEB) + letters(rng, 1, ALNUM)


def hugging(rng, lang, ctx):
    return "hf_" + letters(rng, 34, LOWER + LOWER.upper())


def sendgrid(rng, lang, ctx):
    return f"SG.{letters(rng, 22, WEB)}.{letters(rng, 42, WEB)}{letters(rng, 1, ALNUM)}"


def _web(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def jwt(rng, lang, ctx):
    kind = rng.choice(["HS256", "RS256", "ES256"])
    head = rng.choice(
        [{"alg": kind, "typ": "JWT"}, {"typ": "JWT", "alg": kind, "kid": letters(rng, 6, LOWER)}, {"alg": kind}]
    )
    body = {
        "sub": digits(rng, 8),
        "iss": rng.choice(people.DOMAINS),
        "iat": rng.randrange(1_600_000_000, 1_780_000_000),
        "scope": rng.choice(["read", "rota:write", "admin"]),
    }
    sign = rng.randbytes({"HS256": 32, "RS256": 256, "ES256": 64}[kind])
    return ".".join(
        _web(part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode())
        for part in (head, body, sign)
    )


def pem(rng, lang, ctx):
    title = rng.choice(
        ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    )
    start = {
        "RSA PRIVATE KEY": "MIIE",
        "OPENSSH PRIVATE KEY": "b3BlbnNzaC1rZXktdjE",
        "EC PRIVATE KEY": "MHcCAQEEI",
    }.get(title, "MIIC")
    body = start + base64.b64encode(rng.randbytes(rng.randrange(120, 460) // 3 * 3 + 2)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {title}-----", *lines, f"-----END {title}-----"])


def pem_escaped(rng, lang, ctx):
    return pem(rng, lang, ctx).replace("\n", "\\n")


def db_url(rng, lang, ctx):
    scheme, port = rng.choice(
        [
            ("postgres", 5432),
            ("postgresql", 5433),
            ("mysql", 3306),
            ("mongodb", 27017),
            ("redis", 6380),
            ("amqp", 5672),
            ("mongodb+srv", 0),
            ("postgresql+asyncpg", 5432),
            ("mariadb", 3307),
        ]
    )
    user = rng.choice(["svc_rota", "app", "reporting", "etl-user", "citas_rw", "grafana", "root"])
    word = letters(rng, rng.randrange(9, 19), ALNUM + "_-.~")
    host = rng.choice(
        ["db-01.internal", "pg.core.svc.cluster.local", "localhost", "mongo.nineelms.io", "cache", "datos.bidasoa.eus"]
    )
    tail = rng.choice(["", "?sslmode=require", "?retryWrites=true", ""])
    return f"{scheme}://{user}:{word}@{host}{f':{port}' if port else ''}/{rng.choice(['rota', 'billing', 'citas', 'wh', '0'])}{tail}"


def password(rng, lang, ctx):
    word = rng.choice(
        "lantern Cobalt gaviota Tormenta velvet Mistral kestrel Nogal pepper Otoño".replace("ñ", "n").split()
    )
    return rng.choice(
        [
            f"{word}{digits(rng, rng.randrange(2, 5))}{rng.choice('!$*#')}",
            letters(rng, rng.randrange(12, 21), ALNUM),
            letters(rng, 1, ALNUM) + letters(rng, rng.randrange(10, 16), ALNUM + "!@%^*+?_-") + letters(rng, 1, ALNUM),
            f"{word}-{letters(rng, 5, LOWER)}-{letters(rng, 4, LOWER)}-{digits(rng, 2)}",
            word.replace("o", "0").replace("e", "3") + "_" + letters(rng, 5, ALNUM),
        ]
    )
