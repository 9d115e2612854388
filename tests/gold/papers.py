"""National numbers of the gold set: papers, taxes, health and cars, each with the check digit its office gives it."""

import values
from values import NIF_LETTERS, UPPER, cut, digits, letters, luhn_digit


def ssn(rng, lang, ctx):
    area = rng.choice([n for n in (rng.randrange(1, 900) for _ in range(4)) if n != 666])
    number = f"{area:03}{rng.randrange(1, 100):02}{rng.randrange(1, 10000):04}"
    return cut(number, (3, 2, 4), rng.choice(["-", "-", " ", ""] if ctx else ["-"]))


def itin(rng, lang, ctx):
    group = rng.choice([*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)])
    number = f"9{rng.randrange(100):02}{group}{rng.randrange(10000):04}"
    return cut(number, (3, 2, 4), rng.choice(["-", "-", " ", ""] if ctx else ["-"]))


def us_passport(rng, lang, ctx):
    return rng.choice([digits(rng, 9, "123456"), rng.choice("ABC") + digits(rng, 8)])


def us_license(rng, lang, ctx):
    letter = rng.choice(UPPER)
    return rng.choice(
        [
            letter + digits(rng, 7),
            digits(rng, 8, "123"),
            letters(rng, 2) + digits(rng, 6),
            digits(rng, 9, "123456789"),
            f"{letter}{digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 3)}-{digits(rng, 1)}",
            f"{letter}{digits(rng, 3)}-{digits(rng, 4)}-{digits(rng, 4)}",
        ]
    )


def npi(rng, lang, ctx):
    body = digits(rng, 9, "12")
    return body + luhn_digit("80840" + body)


def mbi(rng, lang, ctx):
    alpha, number = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
    shape = ("123456789", alpha, alpha + number, number, alpha, alpha + number, number, alpha, alpha, number, number)
    text = "".join(rng.choice(of) for of in shape)
    return cut(text, (4, 3, 4), "-") if rng.random() < 0.55 or not ctx else text


def us_bank(rng, lang, ctx):
    return digits(rng, rng.choice([8, 9, 10, 10, 11, 12]), "123456789")


def aba(rng, lang, ctx):
    body = rng.choice([f"{n:02}" for n in (*range(1, 13), *range(21, 33))]) + digits(rng, 6)
    check = -sum(int(c) * w for c, w in zip(body, (3, 7, 1, 3, 7, 1, 3, 7))) % 10
    return f"{body}{check}"


def dea(rng, lang, ctx):
    body = digits(rng, 6)
    total = sum(int(c) for c in body[::2]) + 2 * sum(int(c) for c in body[1::2])
    return f"{rng.choice('ABFGMPR')}{rng.choice(UPPER)}{body}{total % 10}"


def nhs(rng, lang, ctx):
    while True:
        body = digits(rng, 9, "46789")
        check = 11 - sum(int(c) * w for c, w in zip(body, range(10, 1, -1))) % 11
        if check != 10:
            return cut(f"{body}{check % 11}", (3, 3, 4), rng.choice([" ", " ", "-", ""]))


def nino(rng, lang, ctx):
    while True:
        pair = rng.choice("ABCEGHJKLMNOPRSTWXYZ") + rng.choice("ABCEGHJKLMNPRSTWXYZ")
        if pair not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
            break
    return cut(
        pair + digits(rng, 6) + rng.choice("ABCD"), (2, 2, 2, 2, 1), rng.choice([" ", "", "", "-" if ctx else ""])
    )


def nif(rng, lang, ctx):
    number = rng.randrange(1_000_000, 79_000_000)
    letter, text = NIF_LETTERS[number % 23], f"{number:08}"
    dotted = cut(text, (2, 3, 3), ".")
    return rng.choice(
        [
            text + letter,
            text + letter,
            f"{text}-{letter}",
            f"{dotted}-{letter}",
            f"{dotted}{letter}",
            f"{text} {letter}" if ctx else text + letter,
            f"{text}{letter.lower()}" if ctx else text + letter,
        ]
    )


def nie(rng, lang, ctx):
    lead, body = rng.choice("XYZ"), digits(rng, 7)
    letter = NIF_LETTERS[int(str("XYZ".index(lead)) + body) % 23]
    return rng.choice(
        [
            lead + body + letter,
            lead + body + letter,
            f"{lead}-{body}-{letter}",
            f"{lead}{body}-{letter}",
            f"{lead}.{cut(body, (1, 3, 3), '.')}-{letter}" if ctx else lead + body + letter,
        ]
    )


def cif(rng, lang, ctx):
    kind, body = (
        rng.choice("AABBBBCDEFGHJNPQRSUVW"),
        rng.choice(["08", "28", "41", "46", "48", "15", "50"]) + digits(rng, 5),
    )
    total = sum(int(c) for c in body[1::2]) + sum(sum(map(int, str(2 * int(c)))) for c in body[::2])
    check = -total % 10
    as_letter = kind in "NPQRSW"
    end = "JABCDEFGHI"[check] if as_letter else str(check)
    return rng.choice(
        [
            f"{kind}{body}{end}",
            f"{kind}{body}{end}",
            f"{kind}-{body}{end}",
            f"{kind}-{body}-{end}" if as_letter else f"{kind}{body}{end}",
        ]
    )


def nuss(rng, lang, ctx):
    province, body = f"{rng.randrange(1, 51):02}", digits(rng, 8, "123456789")
    check = int(province + body) % 97
    return cut(f"{province}{body}{check:02}", (2, 8, 2), rng.choice([" ", "/", "-", ""]))


def ccc(rng, lang, ctx):
    return cut(values._ccc(rng), (4, 4, 2, 10), rng.choice([" ", " ", "-", ""]))


def es_passport(rng, lang, ctx):
    return letters(rng, 3, "ABCDEFGHJKLMNPRSTUVWXYZ") + digits(rng, 6)


def plate(rng, lang, ctx):
    if rng.random() < 0.08:
        return f"{rng.choice(['M', 'B', 'SS', 'VA', 'Z'])}-{digits(rng, 4)}-{letters(rng, 2, 'BCDFGHJKLMNPSTVWXZ')}"
    return digits(rng, 4) + rng.choice([" ", " ", "-", ""]) + letters(rng, 3, "BCDFGHJKLMNPRSTVWXYZ")


def nir(rng, lang, ctx):
    body = f"{rng.choice('12')}{rng.randrange(40, 100)}{rng.randrange(1, 13):02}{rng.randrange(21, 96):02}{rng.randrange(1, 600):03}{rng.randrange(1, 999):03}"
    number = f"{body}{97 - int(body) % 97:02}"
    return number if rng.random() < 0.4 else cut(number, (1, 2, 2, 2, 3, 3, 2), " ")


def _mod_11_10(body):
    product = 10
    for char in body:
        product = ((int(char) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def de_tax(rng, lang, ctx):
    pool = rng.sample("0123456789", 9)
    pool.append(rng.choice(pool))
    rng.shuffle(pool)
    while pool[0] == "0":
        rng.shuffle(pool)
    number = "".join(pool)
    number += _mod_11_10(number)
    return cut(number, (2, 3, 3, 3), rng.choice([" ", " ", ""]))


def pt_nif(rng, lang, ctx):
    body = digits(rng, 8, "12356")
    check = 11 - sum(int(c) * w for c, w in zip(body, range(9, 1, -1))) % 11
    return cut(f"{body}{0 if check > 9 else check}", (3, 3, 3), rng.choice([" ", "", ""]))


def cpf(rng, lang, ctx):
    number = digits(rng, 9)
    for _ in range(2):
        total = sum(int(c) * w for c, w in zip(number, range(len(number) + 1, 1, -1)))
        number += str(total * 10 % 11 % 10)
    if ctx and rng.random() < 0.3:
        return number
    return f"{cut(number[:9], (3, 3, 3), '.')}-{number[9:]}"


def fiscal_code(rng, lang, ctx):
    name = letters(rng, 6, "BCDFGHLMNPRSTVZ")
    day = rng.randrange(1, 29) + rng.choice([0, 40])
    body = f"{name}{rng.randrange(100):02}{rng.choice('ABCDEHLMPRST')}{day:02}{rng.choice('ABCDEFGHIL')}{rng.randrange(101, 999)}"
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    total = 0
    for place, char in enumerate(body):
        value = int(char) if char.isdigit() else ord(char) - 65
        total += odd[value] if place % 2 == 0 else value
    text = body + UPPER[total % 26]
    return cut(text, (3, 3, 5, 5), " ") if ctx and rng.random() < 0.2 else text


def tfn(rng, lang, ctx):
    while True:
        number = digits(rng, 9, "123456789")
        if sum(int(c) * w for c, w in zip(number, (1, 4, 3, 7, 5, 8, 6, 9, 10))) % 11 == 0:
            return cut(number, (3, 3, 3), rng.choice([" ", " ", "", "-"]))


def abn(rng, lang, ctx):
    while True:
        number = str(rng.randrange(11, 100)) + digits(rng, 9)
        weighted = zip(number, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19))
        if (sum(int(c) * w for c, w in weighted) - 10) % 89 == 0:
            return cut(number, (2, 3, 3, 3), rng.choice([" ", " ", ""]))


def sin(rng, lang, ctx):
    body = digits(rng, 8, "1234567")
    return cut(body + luhn_digit(body), (3, 3, 3), rng.choice([" ", "-", ""]))


VERHOEFF_TURN = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def _dihedral(a, b):
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
    return (a - 5 - b) % 5 + 5 if b < 5 else (a - b) % 5


def aadhaar(rng, lang, ctx):
    body, state = digits(rng, 11, "23456789"), 0
    for place, char in enumerate(reversed(body), 1):
        state = _dihedral(state, int(VERHOEFF_TURN[place % 8][int(char)]))
    check = next(d for d in range(10) if _dihedral(state, d) == 0)
    return cut(f"{body}{check}", (4, 4, 4), rng.choice([" ", " ", "", "-"]))


def pan(rng, lang, ctx):
    return letters(rng, 3) + rng.choice("PPPPCHFAT") + letters(rng, 1) + digits(rng, 4) + letters(rng, 1)


def bsn(rng, lang, ctx):
    while True:
        number = digits(rng, 9, "123456789")
        if sum(int(c) * w for c, w in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1))) % 11 == 0:
            return rng.choice([number, number, cut(number, (4, 2, 3), ".")])


def vin(rng, lang, ctx):
    of = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    start = rng.choice(["1FT", "VSS", "WVW", "2HG", "5YJ", "JTD", "VF1", "KMH", "WBA", "SAJ"])
    text = list(start + letters(rng, 8, of) + letters(rng, 1, of[:23]) + digits(rng, 5))
    text.insert(11, rng.choice("ABCDEFGHJKLMNPRSTV"))
    text = text[:17]
    value = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(w * (int(c) if c.isdigit() else value[c]) for c, w in zip(text, weights)) % 11
    text[8] = "X" if rest == 10 else str(rest)
    return "".join(text)


def imei(rng, lang, ctx):
    body = rng.choice(["35", "86", "01"]) + digits(rng, 12)
    number = body + luhn_digit(body)
    return rng.choice([number, number, cut(number, (2, 6, 6, 1), "-"), cut(number, (2, 6, 6, 1), " ")])


def bic(rng, lang, ctx):
    country = rng.choice("ES DE FR GB PT IT NL BE AT IE CH PL US".split())
    place = rng.choice(UPPER + "23456789") + rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    branch = rng.choice(["", "", "XXX", letters(rng, 3), digits(rng, 3, "123")])
    return letters(rng, 4, "BCDKLMNPRSTV" if rng.random() < 0.7 else UPPER) + country + place + branch
