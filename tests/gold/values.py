"""Identifiers, numbers and addresses of the gold set, drawn from a seeded source, with check digits that hold.

Every function takes (rng, lang, ctx): ctx is false where no word nearby says what the value is, and then a form is
drawn that stands by itself.
"""

import ipaddress
import unicodedata

import people

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def digits(rng, count, first="0123456789"):
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1)) if count else ""


def letters(rng, count, of=UPPER):
    return "".join(rng.choice(of) for _ in range(count))


def cut(text, sizes, sep):
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return sep.join(parts)


def luhn_digit(body):
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def plain(text):
    flat = unicodedata.normalize("NFKD", text)
    return "".join(c for c in flat if c.isascii() and c.isalnum())


def person(rng, lang, ctx):
    first, last = rng.choice(people.FIRST[lang]), rng.choice(people.LAST[lang])
    if lang in ("es", "pt") and rng.random() < 0.6:
        return f"{first} {last} {rng.choice(people.LAST[lang])}"
    if lang == "en" and rng.random() < 0.2:
        return f"{first} {rng.choice(UPPER)}. {last}"
    return f"{first} {last}"


def first_name(rng, lang, ctx):
    return rng.choice(people.FIRST[lang])


def city(rng, lang, ctx):
    return rng.choice(people.CITY[lang])


def address(rng, lang, ctx):
    street, town, number = rng.choice(people.STREET[lang]), rng.choice(people.CITY[lang]), rng.randrange(2, 190)
    code = f"{rng.randrange(1001, 52080):05}"
    if lang == "en":
        if rng.random() < 0.5:
            return f"{number} {street}, {town.split(',')[0]}, {rng.choice(['OH', 'WA', 'NM', 'MN', 'TN'])} {code}"
        outward = rng.choice(["SY", "NR", "IV", "WV", "HX"]) + str(rng.randrange(1, 20))
        return f"{number} {street}, {town.split(',')[0]} {outward} {rng.randrange(1, 10)}{letters(rng, 2, 'ABDEFGHJLNPQRSTUWXYZ')}"
    if lang == "es":
        return f"{street}, {number}, {rng.randrange(1, 9)}.º {rng.choice('ABCD')}, {code} {town}"
    if lang == "fr":
        return f"{number} {street}, {code} {town}"
    if lang == "de":
        return f"{street} {number}, {code} {town}"
    return f"{street}, {number}, {rng.randrange(1000, 9000)}-{rng.randrange(100, 999)} {town}"


def email(rng, lang, ctx):
    first, last = plain(rng.choice(people.FIRST[lang])), plain(rng.choice(people.LAST[lang]))
    low, fam = first.lower(), last.lower()
    year = str(rng.randrange(60, 99))
    local = rng.choice(
        [
            f"{low}.{fam}",
            f"{low[0]}{fam}",
            f"{fam}_{low}{year}",
            f"{low}-{fam}",
            f"{low}.{fam}+{rng.choice(['news', 'trips', 'bank'])}",
            f"{low}{year}",
            f"{first}.{last}",
            f"{low[0]}.{fam[:4]}.{year}",
            rng.choice(people.ROLES),
            f"{fam}{low[0]}",
        ]
    )
    return f"{local}@{rng.choice(people.DOMAINS)}"


def _us_phone(rng, ctx):
    area = rng.choice("206 312 404 419 505 509 612 615 702 718 801 865 918 971".split())
    exchange = digits(rng, 1, "2346789") + digits(rng, 1, "023456789") + digits(rng, 1, "23456789")
    line = digits(rng, 4)
    forms = [
        f"+1{area}{exchange}{line}",
        f"+1 {area} {exchange} {line}",
        f"({area}) {exchange}-{line}",
        f"{area}-{exchange}-{line}",
        f"+1-{area}-{exchange}-{line}",
        f"+1 ({area}) {exchange}-{line}",
        f"{area}.{exchange}.{line}",
    ]
    if ctx:
        forms += [f"{area}{exchange}{line}", f"{area} {exchange} {line}", f"1-{area}-{exchange}-{line}"]
    return rng.choice(forms)


def _es_phone(rng, ctx):
    head = rng.choice(["6", "6", "6", "72", "91", "93", "945", "956", "981"])
    n = head + digits(rng, 1, "2345678") + digits(rng, 8 - len(head))
    spaced = rng.choice([cut(n, (3, 3, 3), " "), cut(n, (3, 2, 2, 2), " ")])
    forms = [f"+34{n}", f"+34 {spaced}", f"0034 {spaced}", f"(+34) {spaced}", f"+34-{cut(n, (3, 3, 3), '-')}"]
    if ctx:
        forms += [n, n, spaced, spaced, cut(n, (3, 3, 3), "-"), cut(n, (3, 2, 2, 2), "."), cut(n, (2, 3, 2, 2), " ")]
    return rng.choice(forms)


def _uk_phone(rng, ctx):
    mobile = "7" + rng.choice("4789") + digits(rng, 1, "123458") + digits(rng, 7)
    london = "20" + rng.choice("378") + digits(rng, 7)
    forms = [
        f"+44{mobile}",
        f"+44 {cut(mobile, (4, 6), ' ')}",
        f"+44 (0)20 {cut(london[2:], (4, 4), ' ')}",
        f"+44 {cut(london, (2, 4, 4), ' ')}",
    ]
    if ctx:
        manchester = "0161 " + rng.choice("2346789") + digits(rng, 2) + " " + digits(rng, 4)
        forms += [
            f"0{mobile}",
            f"0{cut(mobile, (4, 6), ' ')}",
            f"0{cut(mobile, (4, 3, 3), ' ')}",
            f"0{cut(london, (2, 4, 4), ' ')}",
            f"(020) {cut(london[2:], (4, 4), ' ')}",
            manchester,
        ]
    return rng.choice(forms)


def _fr_phone(rng, ctx):
    n = rng.choice("16234569") + digits(rng, 1, "12345678") + digits(rng, 7)
    pairs = cut(n, (1, 2, 2, 2, 2), " ")
    forms = [f"+33{n}", f"+33 {pairs}", f"+33 (0){pairs}"]
    if ctx:
        forms += [f"0{pairs}", f"0{pairs.replace(' ', '.')}", f"0{n}", f"0{pairs.replace(' ', '-')}"]
    return rng.choice(forms)


def _de_phone(rng, ctx):
    code, count = rng.choice([("30", 8), ("89", 8), ("221", 7), ("40", 8), ("151", 8), ("170", 7), ("176", 8)])
    rest = digits(rng, count, "23456789")
    forms = [f"+49{code}{rest}", f"+49 {code} {rest}", f"+49 (0){code} {rest}", f"+49 {code} {rest[:4]} {rest[4:]}"]
    if ctx:
        forms += [f"0{code} {rest}", f"0{code}/{rest}", f"(0{code}) {rest}", f"0{code}-{rest}", f"0{code}{rest}"]
    return rng.choice(forms)


def _pt_phone(rng, ctx):
    n = rng.choice(["91", "92", "93", "96", "21", "22"]) + digits(rng, 1, "2345678") + digits(rng, 6)
    spaced = cut(n, (3, 3, 3), " ")
    return rng.choice([f"+351{n}", f"+351 {spaced}"] + ([n, spaced, cut(n, (2, 3, 2, 2), " ")] if ctx else []))


def phone(rng, lang, ctx):
    home = {
        "en": [_us_phone, _us_phone, _uk_phone],
        "es": [_es_phone],
        "fr": [_fr_phone],
        "de": [_de_phone],
        "pt": [_pt_phone],
    }[lang]
    if rng.random() < 0.12:
        return rng.choice([_us_phone, _uk_phone, _es_phone, _fr_phone, _de_phone])(rng, False)
    return rng.choice(home)(rng, ctx)


def card(rng, lang, ctx):
    kind = rng.choice("visa visa master master two amex discover".split())
    if kind == "two":
        head = str(rng.randrange(2221, 2721))
    elif kind == "amex":
        head = rng.choice(["34", "37"])
    elif kind == "discover":
        head = rng.choice(["6011", "65", str(rng.randrange(644, 650))])
    else:
        head = "4" if kind == "visa" else str(rng.randrange(51, 56))
    size = 15 if kind == "amex" else 16
    body = head + digits(rng, size - 1 - len(head))
    number = body + luhn_digit(body)
    sizes = (4, 6, 5) if kind == "amex" else (4, 4, 4, 4)
    return rng.choice([number, cut(number, sizes, " "), cut(number, sizes, " "), cut(number, sizes, "-")])


def _mod97_value(text):
    return int("".join(str(int(c, 36)) for c in text))


def _ccc_digit(ten):
    rest = 11 - sum(int(c) * w for c, w in zip(ten, (1, 2, 4, 8, 5, 10, 9, 7, 3, 6))) % 11
    return {10: "1", 11: "0"}.get(rest, str(rest))


def _ccc(rng):
    bank, account = digits(rng, 8, "0123"), digits(rng, 10)
    return bank + _ccc_digit("00" + bank) + _ccc_digit(account) + account


def _italian_cin(body):
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    total = 0
    for place, char in enumerate(body):
        value = int(char) if char.isdigit() else ord(char) - 65
        total += odd[value] if place % 2 == 0 else value
    return UPPER[total % 26]


def _bban(rng, country):
    if country == "ES":
        return _ccc(rng)
    if country == "FR":
        body = digits(rng, 21)
        key = 97 - (89 * int(body[:5]) + 15 * int(body[5:10]) + 3 * int(body[10:])) % 97
        return f"{body}{key:02}"
    if country == "IT":
        body = digits(rng, 22)
        return _italian_cin(body) + body
    if country == "BE":
        body = digits(rng, 10)
        return f"{body}{int(body) % 97 or 97:02}"
    if country == "PT":
        body = digits(rng, 19)
        return f"{body}{98 - int(body) * 100 % 97:02}"
    if country == "PL":
        bank = digits(rng, 7)
        check = -sum(int(c) * w for c, w in zip(bank, (3, 9, 7, 1, 3, 9, 7))) % 10
        return f"{bank}{check}{digits(rng, 16)}"
    if country in ("GB", "IE", "NL"):
        return letters(rng, 4) + digits(rng, 10 if country == "NL" else 14)
    if country == "RO":
        return letters(rng, 4) + letters(rng, 16, UPPER + "0123456789")
    return digits(rng, {"DE": 18, "AT": 16, "CH": 17, "DK": 14, "SE": 20, "LU": 16, "GR": 23, "LT": 16}[country])


def iban(rng, lang, ctx):
    home = {"en": ["GB", "IE"], "es": ["ES"], "fr": ["FR"], "de": ["DE"], "pt": ["PT"]}[lang]
    every = "ES FR IT BE PT PL GB IE NL RO DE AT CH DK SE LU GR LT".split()
    country = rng.choice(home) if rng.random() < 0.45 else rng.choice(every)
    body = _bban(rng, country)
    check = 98 - _mod97_value(body + country + "00") % 97
    number = f"{country}{check:02}{body}"
    if rng.random() < 0.4:
        return number
    sep = "-" if rng.random() < 0.08 else " "
    return sep.join(number[at : at + 4] for at in range(0, len(number), 4))


def ipv4(rng, lang, ctx):
    if rng.random() < 0.4:
        return rng.choice(["10.{}.{}.{}", "192.168.{1}.{2}", "172.{3}.{1}.{2}"]).format(
            rng.randrange(1, 255), rng.randrange(256), rng.randrange(2, 255), rng.randrange(16, 32)
        )
    first = rng.choice([n for n in range(23, 223) if n not in (127, 169, 172, 192, 198, 203)])
    return f"{first}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(2, 255)}"


def ipv6(rng, lang, ctx):
    head = rng.choice([0x2A02, 0x2600, 0x2804, 0xFD4C, 0x2A0E, 0xFE80])
    groups = [head] + [rng.randrange(1, 65536) for _ in range(7)]
    if rng.random() < 0.6 or head == 0xFE80:
        start, stop = (1, 4) if head == 0xFE80 else rng.choice([(1, 4), (2, 6), (3, 7), (4, 7), (2, 7)])
        groups[start:stop] = [0] * (stop - start)
    address = ipaddress.IPv6Address(sum(g << (16 * (7 - i)) for i, g in enumerate(groups)))
    text = rng.choice([address.compressed, address.compressed, address.exploded])
    return text.upper() if rng.random() < 0.15 else text


def ip(rng, lang, ctx):
    return ipv4(rng, lang, ctx) if rng.random() < 0.72 else ipv6(rng, lang, ctx)


def mac(rng, lang, ctx):
    raw = f"{rng.randrange(0, 256) & 0xFC:02x}" + "".join(f"{rng.randrange(256):02x}" for _ in range(5))
    text = rng.choice(
        [cut(raw, (2,) * 6, ":"), cut(raw, (2,) * 6, ":"), cut(raw, (2,) * 6, "-"), cut(raw, (4, 4, 4), ".")]
    )
    return text.upper() if rng.random() < 0.4 and "." not in text else text


def url(rng, lang, ctx):
    host = rng.choice(["app.", "www.", "", "portal.", "files."]) + rng.choice(people.DOMAINS)
    word = lambda: letters(rng, rng.randrange(3, 9), "abcdefghiklmnoprstuvwy")
    path = rng.choice(
        [
            f"/{word()}",
            f"/{word()}/{word()}",
            f"/u/{word()}-{word()}",
            f"/{word()}/{rng.randrange(9999)}",
            f"/{word()}?{word()}={word()}&page={rng.randrange(9)}",
            f"/{word()}#{word()}",
            "/",
        ]
    )
    port = f":{rng.choice([8080, 8443, 3000])}" if rng.random() < 0.08 else ""
    return f"{rng.choice(['https', 'https', 'https', 'http'])}://{host}{port}{path}"


def uuid(rng, lang, ctx):
    raw = list(f"{rng.getrandbits(128):032x}")
    raw[12], raw[16] = rng.choice("144457"), rng.choice("89ab")
    text = cut("".join(raw), (8, 4, 4, 4, 12), "-")
    return text.upper() if rng.random() < 0.2 else text


def _date(rng, lang, first, last):
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(first, last)
    name = people.MONTHS[lang][month - 1]
    forms = [f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}"]
    if lang == "en":
        tail = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        forms += [
            f"{month:02}/{day:02}/{year}",
            f"{day:02}/{month:02}/{year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{day:02}-{name[:3]}-{year}",
            f"{name[:3]} {day}{tail}, {year}",
            f"the {day}{tail} of {name} {year}"[4:],
            f"{month}/{day}/{year}",
        ]
    elif lang == "es":
        forms += [
            f"{day:02}/{month:02}/{year}",
            f"{day} de {name} de {year}",
            f"{day} de {name} de {year}",
            f"{day:02}-{month:02}-{year}",
            f"{day} {name[:3]} {year}",
            f"{day} de {name} del {year}",
            f"{day}/{month}/{year}",
        ]
    elif lang == "fr":
        forms += [
            f"{day:02}/{month:02}/{year}",
            f"{'1er' if day == 1 else day} {name} {year}",
            f"{day:02}-{month:02}-{year}",
        ]
    elif lang == "de":
        forms += [f"{day}. {name} {year}", f"{day}.{month}.{year}", f"{day:02}.{month:02}.{year}"]
    else:
        forms += [f"{day:02}/{month:02}/{year}", f"{day} de {name} de {year}", f"{day:02}-{month:02}-{year}"]
    return rng.choice(forms)


def birth(rng, lang, ctx):
    return _date(rng, lang, 1934, 2008)


def date(rng, lang, ctx):
    return _date(rng, lang, 2017, 2027)
