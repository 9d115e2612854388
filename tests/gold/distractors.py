"""What looks like personal data and is not: numbers of orders, hashes, versions, prices, names in code and the like.

Every function takes (rng, lang). Long runs of digits are drawn so that they fail the check of a card.
"""

import base64

import people
from values import cut, digits, letters, luhn_digit

LOWER = "abcdefghijklmnopqrstuvwxyz"
ALNUM = LOWER + LOWER.upper() + "0123456789"


def order(rng, lang):
    return rng.choice(
        [
            f"SO-{digits(rng, 6)}",
            f"PO{digits(rng, 7)}",
            f"#{digits(rng, 5)}",
            f"{digits(rng, 4)}/{rng.randrange(19, 27)}",
            f"ORD-{letters(rng, 3)}-{digits(rng, 4)}",
            f"PED{digits(rng, 8, '123')}",
        ]
    )


def ticket(rng, lang):
    return rng.choice(
        [
            f"INC{digits(rng, 7, '0')}",
            f"#{digits(rng, 6, '123456789')}",
            f"HELP-{digits(rng, 4, '12345')}",
            f"CASE-{digits(rng, 5)}",
            f"REQ{digits(rng, 6)}",
            f"JIRA-{digits(rng, 3, '123')}",
        ]
    )


def amount(rng, lang):
    whole, cents = rng.randrange(3, 98000), rng.randrange(100)
    if lang == "en":
        return rng.choice(
            [f"${whole:,}.{cents:02}", f"£{whole:,}.{cents:02}", f"{whole:,}.{cents:02} USD", f"EUR {whole}.{cents:02}"]
        )
    dotted = f"{whole:,}".replace(",", ".")
    return rng.choice(
        [
            f"{dotted},{cents:02} €",
            f"{dotted},{cents:02} EUR",
            f"{whole},{cents:02} €",
            f"{dotted} euros" if lang in ("es", "fr", "pt") else f"{dotted} Euro",
        ]
    )


def version(rng, lang):
    n = lambda top: rng.randrange(top)
    return rng.choice(
        [
            f"v{n(9)}.{n(30)}.{n(20)}",
            f"{n(9)}.{n(30)}.{n(20)}-rc.{n(9)}",
            f"{n(40)}.{n(10)}",
            f"{n(9)}.{n(20)}.{n(9)}+build.{n(9999)}",
            f"{n(20)}.{n(99)}.{n(999)}",
        ]
    )


def sha(rng, lang):
    text = rng.randbytes(20).hex()
    return rng.choice([text, text[:7], text[:10], text[:12], f"sha256:{rng.randbytes(32).hex()}"])


def digest(rng, lang):
    return rng.choice([rng.randbytes(16).hex(), rng.randbytes(32).hex(), rng.randbytes(20).hex()])


def blob(rng, lang):
    raw = base64.b64encode(rng.randbytes(rng.randrange(30, 90))).decode()
    return rng.choice([raw, f"data:image/png;base64,iVBORw0KGgo{raw}"])


def isbn(rng, lang):
    body = "978" + rng.choice("018") + digits(rng, 8)
    check = -sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(body)) % 10
    return rng.choice(
        [f"{body[:3]}-{body[3]}-{body[4:8]}-{body[8:]}-{check}", f"{body[:3]} {body[3]} {body[4:7]} {body[7:]} {check}"]
    )


def unix(rng, lang):
    return str(rng.randrange(1_500_000_000, 1_790_000_000))


def unix_ms(rng, lang):
    body = str(rng.randrange(150_000_000_000, 179_000_000_000))
    return off_luhn(rng, body)


def off_luhn(rng, body):
    wrong = (int(luhn_digit(body)) + rng.randrange(1, 10)) % 10
    return f"{body}{wrong}"


def file(rng, lang):
    stem = rng.choice(
        [
            "rota",
            "export_final",
            "scan",
            "intake-form",
            "albaran",
            "badge@2x",
            "q3.summary",
            "plan_v7",
            "main.test",
            "IMG_4471",
            "backup-full",
            "lectura",
        ]
    )
    end = rng.choice("py png xlsx pdf tar.gz rs tsx md csv yaml dll docx".split())
    return rng.choice(
        [
            f"{stem}.{end}",
            f"{stem}.{end}",
            f"src/{stem}.{end}",
            f"./{stem}_{digits(rng, 3)}.{end}",
            f"/var/lib/{stem}/{digits(rng, 2)}.{end}",
        ]
    )


def ident(rng, lang):
    return rng.choice(
        "user_id patientRef card_count is_public phone_type ssn_hash emailVerified PASSPORT_MAX_LEN iban_regex getAddressLine2 retry_after self.dob_field __init__ accountTypeEnum ip_allowlist_enabled dni_visible token_ttl license_key_count publicKeyPath".split()
    )


def bad_card(rng, lang):
    head = rng.choice(["4", "51", "37", "60", "2299"])
    number = off_luhn(rng, head + digits(rng, 15 - len(head)))
    return rng.choice([number, cut(number, (4, 4, 4, 4), " "), cut(number, (4, 4, 4, 4), "-")])


def percent(rng, lang):
    mark = "." if lang == "en" else ","
    return rng.choice(
        [
            f"{rng.randrange(101)}%",
            f"{rng.randrange(100)}{mark}{rng.randrange(10)} %",
            f"{rng.randrange(100)}{mark}{rng.randrange(100):02}%",
        ]
    )


def coords(rng, lang):
    x, y = rng.randrange(900), rng.randrange(700)
    return rng.choice(
        [
            f"({x}, {y})",
            f"x={x}.{rng.randrange(9)}, y={y}",
            f"[{x}, {y}, {x + 40}, {y + 18}]",
            f"{x}×{y}",
            f"M{x} {y}L{y} {x}",
        ]
    )


def clock(rng, lang):
    h, m, s = rng.randrange(24), rng.randrange(60), rng.randrange(60)
    forms = [f"{h:02}:{m:02}", f"{h:02}:{m:02}:{s:02}", f"{h:02}:{m:02}:{s:02}.{rng.randrange(1000):03}"]
    return rng.choice(
        forms + [f"{h % 12 or 12}:{m:02} {'am' if h < 12 else 'pm'}" if lang == "en" else f"{h}:{m:02} h"]
    )


def line(rng, lang):
    return rng.choice(
        [
            f"{rng.choice(['parser.rs', 'views.py', 'app.tsx', 'Main.java'])}:{rng.randrange(1, 2400)}",
            f"L{rng.randrange(9, 900)}-L{rng.randrange(901, 1200)}",
            f"0x{rng.randbytes(4).hex()}",
            f"@@ -{rng.randrange(99)},{rng.randrange(9)} +{rng.randrange(99)},{rng.randrange(9)} @@",
        ]
    )


def part(rng, lang):
    return rng.choice(
        [
            f"{letters(rng, 2)}-{digits(rng, 4)}-{letters(rng, 1)}",
            f"P/N {digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 2)}",
            f"{letters(rng, 1)}{digits(rng, 2)}X{digits(rng, 3)}",
            f"{digits(rng, 5)}-{letters(rng, 3)}/{digits(rng, 1)}",
            f"M{rng.randrange(3, 20)}x{rng.randrange(10, 80)}",
        ]
    )


def years(rng, lang):
    y = rng.randrange(1994, 2022)
    return rng.choice([f"{y}-{y + 4}", f"{y}/{(y + 1) % 100:02}", f"{y}–{y + 2}", f"Q{rng.randrange(1, 5)}-{y}"])


def code(rng, lang):
    return rng.choice(
        [
            f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 1)}",
            f"{digits(rng, 2)}.{digits(rng, 2)}.{digits(rng, 1)}",
            f"00-{digits(rng, 4)}-{letters(rng, 2)}",
            f"{digits(rng, 4)}+{digits(rng, 4)}",
            f"{digits(rng, 2)}/{digits(rng, 5)}-{digits(rng, 1)}",
        ]
    )


def bad_uuid(rng, lang):
    raw = rng.randbytes(16).hex()
    return rng.choice(
        [
            cut(raw, (8, 4, 4, 4, 11), "-"),
            cut(raw, (7, 4, 4, 4, 12), "-"),
            cut(raw, (8, 4, 4, 12), "-"),
            cut(raw[:9] + "g" + raw[10:], (8, 4, 4, 4, 12), "-"),
        ]
    )


def color(rng, lang):
    return rng.choice(
        [
            f"#{rng.randbytes(3).hex()}",
            f"rgba({rng.randrange(256)}, {rng.randrange(256)}, {rng.randrange(256)}, 0.{rng.randrange(1, 10)})",
        ]
    )


def size(rng, lang):
    return rng.choice(
        [
            f"{rng.choice([640, 1280, 1920, 2560])}x{rng.choice([480, 720, 1080, 1440])}",
            f"{rng.randrange(2, 900)} MB",
            f"{rng.randrange(1000, 99999)} bytes",
            f"{rng.randrange(3, 60)} × {rng.randrange(3, 60)} × {rng.randrange(2, 30)} cm",
        ]
    )


def ean(rng, lang):
    body = rng.choice(["84", "50", "76", "87"]) + digits(rng, 10)
    check = -sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(body)) % 10
    return f"{body}{check}"


def lab(rng, lang):
    mark = "." if lang == "en" else ","
    return rng.choice(
        [
            f"{rng.randrange(95, 170)}/{rng.randrange(55, 100)} mmHg",
            f"{rng.randrange(3, 16)}{mark}{rng.randrange(10)} g/dL",
            f"{rng.randrange(60, 300)} mg/dL",
            f"{rng.randrange(36, 40)}{mark}{rng.randrange(10)} °C",
            f"{rng.randrange(50, 110)} bpm",
            f"{rng.randrange(90, 100)}%",
        ]
    )


def dose(rng, lang):
    return rng.choice(
        [
            f"{rng.choice([5, 10, 20, 75, 250, 500, 850])} mg",
            f"{rng.choice([10, 25, 40])} mg/{rng.choice([8, 12, 24])}h",
            f"{rng.randrange(2, 40)} IU" if lang == "en" else f"{rng.randrange(2, 40)} UI",
            f"{rng.choice([1, 2, 5])} ml",
        ]
    )


def icd(rng, lang):
    return f"{rng.choice('EIJKMNRSZ')}{digits(rng, 2)}.{digits(rng, 1)}"


def pages(rng, lang):
    return rng.choice(
        [
            f"{rng.randrange(2, 40)}.{rng.randrange(1, 12)}",
            f"{rng.randrange(2, 40)}.{rng.randrange(1, 9)}.{rng.randrange(1, 9)}",
            f"{rng.randrange(100, 300)}-{rng.randrange(301, 500)}",
        ]
    )


def lic_word(rng, lang):
    of = {
        "en": "public publication duplicate applicant replica complication",
        "es": "público publicación solicitud duplicado cómplice felicitación",
        "fr": "public publicité duplicata",
        "de": "öffentlich Publikum Duplikat",
        "pt": "público publicação solicitação",
    }
    return rng.choice(of[lang].split())


def tracking(rng, lang):
    return rng.choice(
        [
            f"1Z{letters(rng, 3, LOWER.upper() + '0123456789')}{digits(rng, 2)}{letters(rng, 1)}{digits(rng, 8)}",
            f"{letters(rng, 2)}{digits(rng, 5)}-{digits(rng, 3)}",
            f"TRK/{digits(rng, 4)}/{letters(rng, 4)}",
        ]
    )


def lot(rng, lang):
    return rng.choice(
        [
            f"L{digits(rng, 5)}{letters(rng, 1)}",
            f"LOT {digits(rng, 4)}-{digits(rng, 2)}",
            f"B{digits(rng, 3)}/{letters(rng, 2)}",
        ]
    )


def count(rng, lang):
    n = rng.randrange(1200, 9_800_000)
    return rng.choice([f"{n:,}" if lang == "en" else f"{n:,}".replace(",", "."), str(n)])


def small(rng, lang):
    return str(rng.randrange(2, 60))


def port(rng, lang):
    return str(rng.choice([3000, 5173, 8080, 9090, 9200, 11434]))


def handle(rng, lang):
    return rng.choice(
        [
            "#ops-night",
            "@channel",
            "@types/node@20.11.5",
            "react@18.2.0",
            "git@main",
            "r/homelab",
            "#turnos",
            "lodash@4.17.21",
            "user@@host",
            "@Override",
        ]
    )
