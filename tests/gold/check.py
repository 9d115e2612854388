"""Reads the gold set back and verifies it: offsets, order, check digits worked out anew, and what was left unmarked."""

import base64
import binascii
import collections
import hashlib
import ipaddress
import json
import re
import zlib

import chains

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def bare(text):
    return re.sub(r"[ \-./]", "", text).upper()


def numbers(text):
    return [int(c) for c in text if c.isdigit()]


def luhn(text):
    n = numbers(text)
    return (sum(n[-1::-2]) + sum(DOUBLED[d] for d in n[-2::-2])) % 10 == 0


def dot(text, weights):
    n = numbers(text)
    return sum(d * w for d, w in zip(n, weights, strict=True))


def is_card(text):
    n = bare(text)
    brand = re.fullmatch(r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}", n)
    return bool(brand) and luhn(n)


def is_iban(text):
    n = bare(text)
    return int("".join(str(ALPHABET.index(c)) for c in n[4:] + n[:4])) % 97 == 1


def is_nif(text):
    n = bare(text)
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(n[:8]) % 23] == n[8] and len(n) == 9


def is_nie(text):
    n = bare(text)
    return is_nif(str("XYZ".index(n[0])) + n[1:])


def is_cif(text):
    n = bare(text)
    even = sum(int(n[at]) for at in (2, 4, 6))
    odd = sum(DOUBLED[int(n[at])] for at in (1, 3, 5, 7))
    check = (10 - (even + odd) % 10) % 10
    return n[8] == ("JABCDEFGHI"[check] if n[0] in "NPQRSW" else str(check)) and len(n) == 9


def is_ccc(text):
    n = bare(text)
    one, two = (
        dot(n[:8], (4, 8, 5, 10, 9, 7, 3, 6)) + int(n[8]),
        dot(n[10:], (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)) + int(n[9]),
    )
    fits = lambda total, mark: total % 11 == 0 or (mark == 1 and (total - 1 + 10) % 11 == 0)
    return len(n) == 20 and fits(one, int(n[8])) and fits(two, int(n[9]))


def is_nuss(text):
    n = bare(text)
    return len(n) == 12 and (int(n[:2]) * 10**8 + int(n[2:10])) % 97 == int(n[10:])


def is_nir(text):
    n = bare(text)
    return len(n) == 15 and (int(n[:13]) + int(n[13:])) % 97 == 0


def is_de_tax(text):
    n = bare(text)
    state = 10
    for digit in numbers(n[:10]):
        state = ((digit + state) % 10 or 10) * 2 % 11
    counts = sorted(collections.Counter(n[:10]).values())
    return (state + int(n[10])) % 10 == 1 and counts == [1] * 8 + [2] and len(n) == 11 and n[0] != "0"


def is_pt_nif(text):
    n = bare(text)
    rest = dot(n[:8], range(9, 1, -1)) % 11
    return int(n[8]) == (0 if rest < 2 else 11 - rest)


def is_cpf(text):
    n = bare(text)
    for size in (9, 10):
        rest = dot(n[:size], range(size + 1, 1, -1)) % 11
        if int(n[size]) != (0 if rest < 2 else 11 - rest):
            return False
    return len(n) == 11


def is_fiscal(text):
    n = bare(text)
    table = dict(
        zip(
            ALPHABET,
            [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] * 2 + [2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23],
        )
    )
    even = sum(int(c) if c.isdigit() else ALPHABET.index(c) - 10 for c in n[1:15:2])
    return (sum(table[c] for c in n[0:15:2]) + even) % 26 == ALPHABET.index(n[15]) - 10 and len(n) == 16


def is_aadhaar(text):
    turn, d = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]], 0
    while len(turn) < 8:
        turn.append([turn[-1][turn[1][at]] for at in range(10)])
    rows = [
        [
            (a + b) % 5
            if a < 5 and b < 5
            else (a - b) % 5
            if a > 4 and b > 4
            else 5 + ((a + b) % 5 if a < 5 else (a - 5 - b) % 5)
            for b in range(10)
        ]
        for a in range(10)
    ]
    for place, digit in enumerate(reversed(numbers(text))):
        d = rows[d][turn[place % 8][digit]]
    return d == 0 and len(numbers(text)) == 12


def is_vin(text):
    order = {
        c: v
        for run in ("ABCDEFGH", "JKLMN", "P", "R")
        for v, c in enumerate(run, {"J": 1, "P": 7, "R": 9}.get(run[0], 1))
    }
    order |= {c: v for v, c in enumerate("STUVWXYZ", 2)}
    total = sum(
        (int(c) if c.isdigit() else order[c]) * w
        for c, w in zip(text, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True)
    )
    return "0123456789X"[total % 11] == text[8]


def is_dea(text):
    n = numbers(text)
    return (n[0] + n[2] + n[4] + 2 * (n[1] + n[3] + n[5])) % 10 == n[6] and len(text) == 9


def is_nhs(text):
    return dot(text, range(10, 0, -1)) % 11 == 0


def is_btc(text):
    if text.startswith("bc1"):
        symbols = [chains.BECH32.index(c) for c in text[3:]]
        return chains.polymod([3, 3, 0, 2, 3] + symbols) == (1 if symbols[0] == 0 else 0x2BC830A3)
    number = 0
    for char in text:
        number = number * 58 + chains.BASE58.index(char)
    raw = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def is_eth(text):
    return text[2:].islower() or chains.eip55(text[2:].lower()) == text[2:]


def is_crc(text):
    if text.startswith("github_pat_"):
        return len(text) == 93
    value = 0
    for char in text[-6:]:
        value = value * 62 + (ALPHABET + "abcdefghijklmnopqrstuvwxyz").index(char)
    return value == zlib.crc32(text[4:-6].encode()) and len(text) == 40


def is_jwt(text):
    parts = text.split(".")
    return len(parts) == 3 and all(json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in parts[:2])


def is_pem(text):
    found = re.fullmatch(r"-----BEGIN ([A-Z ]+)-----\n(.+)\n-----END \1-----", text.replace("\\n", "\n"), re.S)
    return bool(found)


def is_ip(text):
    return bool(ipaddress.ip_address(text))


def shaped(pattern):
    return lambda text: re.fullmatch(pattern, text) is not None


CHECKS = {
    "CREDIT_CARD": is_card,
    "IBAN_CODE": is_iban,
    "ES_NIF": is_nif,
    "ES_NIE": is_nie,
    "ES_CIF": is_cif,
    "ES_CCC": is_ccc,
    "ES_NUSS": is_nuss,
    "FR_NIR": is_nir,
    "DE_TAX_ID": is_de_tax,
    "PT_NIF": is_pt_nif,
    "BR_CPF": is_cpf,
    "IT_FISCAL_CODE": is_fiscal,
    "IN_AADHAAR": is_aadhaar,
    "VIN": is_vin,
    "MEDICAL_LICENSE": is_dea,
    "UK_NHS": is_nhs,
    "CRYPTO": is_btc,
    "ETH_ADDRESS": is_eth,
    "GITHUB_TOKEN": is_crc,
    "NPM_TOKEN": is_crc,
    "JWT": is_jwt,
    "PRIVATE_KEY": is_pem,
    "IP_ADDRESS": is_ip,
    "CA_SIN": luhn,
    "IMEI": lambda text: luhn(text) and len(numbers(text)) == 15,
    "US_NPI": lambda text: luhn("80840" + text),
    "ABA_ROUTING_NUMBER": lambda text: dot(text, (3, 7, 1) * 3) % 10 == 0,
    "AU_TFN": lambda text: dot(text, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0,
    "AU_ABN": lambda text: (
        int(bare(text)[:2]) > 10
        and dot(str(int(bare(text)) - 10**10).zfill(11), (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0
    ),
    "NL_BSN": lambda text: dot(text, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0,
    "US_SSN": shaped(r"(?!000|666|9)\d{3}([ -]?)(?!00)\d\d\1(?!0000)\d{4}"),
    "US_ITIN": shaped(r"9\d\d([ -]?)(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}"),
    "UK_NINO": shaped(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ -]?\d\d){3}[ -]?[A-D]"),
    "US_MBI": lambda text: shaped(
        r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d\d"
    )(bare(text)),
    "IN_PAN": shaped(r"[A-Z]{3}[PCHFAT][A-Z]\d{4}[A-Z]"),
    "BIC": shaped(r"[A-Z]{6}[A-Z2-9][A-NP-Z2-9](?:[A-Z0-9]{3})?"),
    "MAC_ADDRESS": shaped(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"),
    "UUID": shaped(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "EMAIL_ADDRESS": shaped(r"[A-Za-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
    "URL": shaped(r"https?://[^\s\"<>]+"),
    "AWS_ACCESS_KEY": shaped(r"A[KS]IA[A-Z2-7]{16}"),
    "ES_PLATE": shaped(r"\d{4}[ -]?[B-DF-HJ-NPR-TV-Z]{3}|[A-Z]{1,2}-\d{4}-[A-Z]{2}"),
}

# What may not stand outside a span, for it would be a true item without its mark.
STRAYS = (
    (
        "EMAIL_ADDRESS",
        r"[\w.+-]+@[a-z][\w-]*\.[a-z]{2,}(?![\w.]*\d)",
        lambda text: not re.search(r"@(?:2x|types)", text),
    ),
    (
        "IP_ADDRESS",
        r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",
        lambda text: all(int(n) < 256 for n in text.split(".")),
    ),
    ("UUID", r"(?i)(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])", bool),
    ("MAC_ADDRESS", r"(?i)(?<![0-9a-f:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:])", bool),
    ("CREDIT_CARD", r"(?<![\w-])\d(?:[ -]?\d){14,15}(?![\w-])", is_card),
    ("IBAN_CODE", r"(?<!\w)[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?!\w)", is_iban),
    ("URL", r"https?://\S+", bool),
    ("ES_NIF", r"(?<![\w-])\d{8}-?[A-Z](?![\w-])", is_nif),
    (
        "DATE_TIME",
        r"(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?![\d./-])|(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?!\d)",
        bool,
    ),
    ("secret", r"-----BEGIN|\bgh[pousr]_\w{20}|\bsk-\w{20}|\bAKIA\w{16}|\bxox[bp]-|\beyJ\w+\.eyJ", bool),
)


def outside(row):
    """The text with every span blotted out by a character that belongs to no value."""
    chars = list(row["text"])
    for start, end, _, _ in row["spans"]:
        chars[start:end] = "\u2588" * (end - start)
    return "".join(chars)


def holds(kind, value):
    try:
        return kind not in CHECKS or bool(CHECKS[kind](value))
    except (ValueError, IndexError, KeyError, binascii.Error):
        return False


def faults(row, piece):
    text, last = row["text"], 0
    if not 300 <= len(text) <= 3_000:
        yield f"{len(text)} characters"
    if len(row["spans"]) != len(piece.planted):
        yield "spans and planted values differ in number"
    for (start, end, kind, context), value in zip(row["spans"], piece.planted):
        if not last <= start < end <= len(text):
            yield f"span {start}-{end} is out of order"
        if text[start:end] != value:
            yield f"{kind}: {text[start:end]!r} is not {value!r}"
        if not holds(kind, value):
            yield f"{kind}: {value!r} fails its check"
        if context not in (0, 1):
            yield f"{kind}: context {context}"
        last = end
    rest = outside(row)
    for kind, pattern, real in STRAYS:
        for found in re.finditer(pattern, rest):
            if real(found.group()):
                yield f"{kind} unmarked: {found.group()!r}"


def show(title, counter):
    print(
        f"{title}:",
        ", ".join(f"{name} {count}" for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))),
    )


def run(path, made):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(text) for text in file]
    wrong = [
        f"{row['id']}: {fault}"
        for row, (_, _, _, piece) in zip(rows, made, strict=True)
        for fault in faults(row, piece)
    ]
    types = collections.Counter(span[2] for row in rows for span in row["spans"])
    bare_types = collections.Counter(span[2] for row in rows for span in row["spans"] if not span[3])
    show("languages", collections.Counter(row["lang"] for row in rows))
    show("kinds", collections.Counter(row["kind"] for row in rows))
    show("types", types)
    show("of these without context", bare_types)
    print(
        f"{len(rows)} documents, {sum(types.values())} spans, {sum(piece.decoys for *_, piece in made)} distractors, {len(types)} types"
    )
    if len(rows) < 2_400:
        wrong.append(f"only {len(rows)} documents")
    if [row["id"] for row in rows] != list(range(len(rows))):
        wrong.append("ids are not in order")
    if wrong:
        raise SystemExit("\n".join([*wrong[:40], f"{len(wrong)} faults"]))
    print("check: ok")
