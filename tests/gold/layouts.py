"""Documents of each genre: sentences are dealt from decks and laid out the way such documents look."""

import prose_de
import prose_en
import prose_es
import prose_fr
import prose_pt
import tables
from piece import Piece, fill

PROSE = {"en": prose_en, "es": prose_es, "fr": prose_fr, "de": prose_de, "pt": prose_pt}
NEAR = 200


def lines_of(block):
    return [line for line in block.split("\n") if line.strip()]


class Maker:
    """Deals lines without repeating one before its deck is through, and fills them."""

    def __init__(self, rng):
        self.rng, self.decks, self.lang = rng, {}, "en"

    def deal(self, name, lines):
        deck = self.decks.setdefault((self.lang, name), [])
        if not deck:
            deck.extend(lines)
            self.rng.shuffle(deck)
        return deck.pop()

    def fill(self, template):
        return fill(self.rng, self.lang, template)

    def prose(self, genre):
        return self.fill(self.deal(genre, lines_of(getattr(PROSE[self.lang], genre.upper()))))

    def title(self, genre):
        words = self.rng.choice(PROSE[self.lang].TITLES[genre])
        return self.fill(words.replace("{}", "<=product>" if genre == "email" else "<#small>"))

    def target(self):
        return self.rng.randrange(360, 1100) if self.rng.random() < 0.55 else self.rng.randrange(1100, 2500)


def paragraphs(make, genre, piece, target, bullet=""):
    rng = make.rng
    while len(piece.text) < target:
        for at in range(rng.randrange(1, 5)):
            piece.plain(" " if at and not bullet else bullet).join(make.prose(genre))
            if bullet:
                piece.plain("\n")
        piece.plain("" if bullet else rng.choice(["\n", "\n\n"]))
    return piece


def contract(make):
    rng, piece = make.rng, make.title("contract").plain("\n\n")
    if rng.random() < 0.4:
        target, number = make.target(), 1
        while len(piece.text) < target:
            piece.plain(f"{number}. ").join(make.prose("contract")).plain("\n")
            number += 1
        return piece
    paragraphs(make, "contract", piece, make.target())
    return piece.wrapped(rng.choice([72, 80, 96])) if rng.random() < 0.3 else piece


def clinical(make):
    piece = make.title("clinical").plain("\n")
    bullet = make.rng.choice(["", "", "- ", "* ", "• "])
    return paragraphs(make, "clinical", piece, make.target(), bullet)


def email(make):
    rng, piece = make.rng, Piece()
    if rng.random() < 0.6:
        piece.join(
            make.fill("From: <PERSON?> <<EMAIL>>\nTo: <EMAIL>\n" if make.lang == "en" else "<PERSON?> <<EMAIL?>>\n")
        )
    piece.join(make.title("email")).plain("\n\n")
    paragraphs(make, "email", piece, make.target())
    return piece.wrapped(rng.choice([68, 76])) if rng.random() < 0.35 else piece


def ticket(make):
    piece = make.fill("[<#ticket>] <=product> | v<#small>.<#small> | <#clock>\n")
    piece.join(make.title("email")).plain("\n---\n")
    return paragraphs(make, "email", piece, make.target(), make.rng.choice(["", "> ", "- "]))


def chat(make):
    rng, piece, target = make.rng, Piece(), make.target()
    while len(piece.text) < target:
        piece.join(make.title("chat")).plain(" ")
        for _ in range(rng.randrange(1, 4)):
            piece.join(make.prose("chat")).plain(" ")
        if rng.random() < 0.4:
            piece.plain('\n"""\n').join(make.prose(rng.choice(["email", "clinical", "contract"]))).plain('\n"""')
        piece.plain("\n\n")
    return piece


def markdown(make):
    rng, piece, target = make.rng, make.title("notes").plain("\n\n"), make.target()
    if rng.random() < 0.35:
        piece.join(pipe_table(make)).plain("\n")
    while len(piece.text) < target:
        piece.join(make.prose("notes")).plain("\n")
        if rng.random() < 0.06:
            piece.plain("\n```\n").join(make.fill(make.deal("env", lines_of(tables.ENV)))).plain("\n```\n\n")
    return piece


def log(make):
    rng, piece, target = make.rng, Piece(), make.target()
    if rng.random() < 0.3:
        piece.join(make.title("log")).plain("\n")
    while len(piece.text) < target:
        piece.join(make.prose("log")).plain("\n")
    return piece


def listed(make, genre, target):
    piece = make.title(genre).plain("\n" + make.rng.choice(["", "=" * 24 + "\n", "\n"]))
    while len(piece.text) < target:
        piece.join(make.prose(genre)).plain("\n")
    return piece


def invoice(make):
    return listed(make, "invoice", make.target())


def form(make):
    return listed(make, "hr", make.target())


def fields(make, count):
    rng, taken = make.rng, {}
    while len(taken) < count:
        source = "json" if rng.random() < (0.45 if make.lang in ("en", "es") else 0.35) else "tech"
        block = tables.JSON[make.lang] if source == "json" else tables.JSON_TECH
        key, template = make.deal(source, lines_of(block)).split(": ", 1)
        taken[key.rstrip(":")] = (template, key.endswith(":"))
    return taken


def json_object(make, depth, indent, level):
    rng, piece = make.rng, Piece("{")
    pad = "\n" + " " * indent * (level + 1) if indent else ""
    colon = ": " if indent else ":"
    first = True
    for key, (template, raw) in fields(make, rng.randrange(3, 7)).items():
        piece.plain("" if first else ",").plain(f'{pad}"{key}"{colon}')
        value = make.fill(template)
        piece.plain("" if raw else '"').join(value).plain("" if raw else '"')
        first = False
    if depth and rng.random() < 0.8:
        key = rng.choice(["data", "profile", "items", "meta", "payload", "owner", "history"])
        piece.plain(f',{pad}"{key}"{colon}')
        many = rng.randrange(1, 4) if key in ("items", "history") else 0
        if many:
            piece.plain("[")
            for at in range(many):
                piece.plain(", " if at else "").join(json_object(make, depth - 1, indent, level + 1))
            piece.plain("]")
        else:
            piece.join(json_object(make, depth - 1, indent, level + 1))
    return piece.plain(("\n" + " " * indent * level if indent else "") + "}")


def json_doc(make):
    rng = make.rng
    indent, depth = rng.choice([0, 0, 2, 4]), rng.randrange(1, 4)
    if rng.random() < 0.25:
        piece, target = Piece(), make.target()
        while len(piece.text) < target:
            piece.join(json_object(make, 0, 0, 0)).plain("\n")
        return piece
    return json_object(make, depth, indent, 0)


def columns(make, count):
    chosen = {}
    for at in range(20 * count):
        if len(chosen) == count:
            break
        local = at % 2 == 0
        block = tables.COLUMNS[make.lang] if local else tables.COLUMNS_TECH
        key, template = make.deal("columns" if local else "columns_tech", lines_of(block)).split(": ", 1)
        chosen[key] = template
    keys = list(chosen)
    make.rng.shuffle(keys)
    return keys, [chosen[key] for key in keys]


def table(make, sep):
    rng = make.rng
    keys, templates = columns(make, rng.randrange(4, 9))
    piece, target = Piece(sep.join(keys) + "\n"), make.target()
    head = len(piece.text)
    while len(piece.text) < target:
        for at, template in enumerate(templates):
            value = make.fill(template)
            if len(piece.text) - head > NEAR:
                for span in value.spans:
                    span[3] = 0
            mark = '"' if sep in value.text else ""
            piece.plain(sep if at else "").plain(mark).join(value).plain(mark)
        piece.plain("\n")
    return piece


def csv(make):
    return table(make, make.rng.choice([",", ",", ";"]))


def tsv(make):
    return table(make, "\t")


def pipe_table(make):
    keys, templates = columns(make, 4)
    piece = Piece(f"| {' | '.join(keys)} |\n|{'---|' * 4}\n")
    for _ in range(make.rng.randrange(2, 4)):
        for template in templates:
            piece.plain("| ").join(make.fill(template)).plain(" ")
        piece.plain("|\n")
    return piece


def config(make):
    rng, target = make.rng, make.target()
    if rng.random() < 0.55:
        piece = make.fill(rng.choice(["# .env.staging\n", "# <#file>\n", "[service]\n", ""]))
        while len(piece.text) < target:
            piece.join(make.fill(make.deal("env", lines_of(tables.ENV)))).plain("\n")
        return piece
    piece = Piece()
    while len(piece.text) < target:
        piece.plain(rng.choice(["service", "worker", "gateway", "billing", "mailer", "search"]) + ":\n")
        for _ in range(rng.randrange(3, 7)):
            piece.plain("  ").join(make.fill(make.deal("yaml", lines_of(tables.YAML)))).plain("\n")
    return piece


def shell(make):
    piece, target = Piece(), make.target()
    while len(piece.text) < target:
        piece.join(make.fill(make.deal("shell", lines_of(tables.SHELL[make.lang])))).plain("\n")
    return piece


BUILD = {
    "contract": contract,
    "clinical": clinical,
    "email": email,
    "ticket": ticket,
    "chat": chat,
    "markdown": markdown,
    "log": log,
    "invoice": invoice,
    "form": form,
    "json": json_doc,
    "csv": csv,
    "tsv": tsv,
    "config": config,
    "shell": shell,
}
SHARE = {
    "contract": 6,
    "clinical": 6,
    "email": 4,
    "ticket": 3,
    "chat": 6,
    "json": 6,
    "csv": 3,
    "tsv": 2,
    "invoice": 4,
    "form": 5,
}
SHARE_MORE = {"markdown": 4, "log": 5, "config": 4, "shell": 3}


def kinds(lang):
    share = {**SHARE, **(SHARE_MORE if lang in ("en", "es") else {})}
    return [kind for kind, count in share.items() for _ in range(count)]
