"""Text with its annotations: templates are filled here, and pieces are put together so that offsets stay right.

In a template <NAME> plants a value that a word nearby explains, <NAME?> one that stands alone, <#name> something that
looks like one and is not, and <=name> an ordinary word.
"""

import re

import chains
import distractors
import papers
import people
import tokens
import values

MAKERS = {
    "EMAIL": ("EMAIL_ADDRESS", values.email),
    "PHONE": ("PHONE_NUMBER", values.phone),
    "CARD": ("CREDIT_CARD", values.card),
    "IBAN": ("IBAN_CODE", values.iban),
    "IP": ("IP_ADDRESS", values.ip),
    "MAC": ("MAC_ADDRESS", values.mac),
    "URL": ("URL", values.url),
    "UUID": ("UUID", values.uuid),
    "BIRTH": ("DATE_TIME", values.birth),
    "DATE": ("DATE_TIME", values.date),
    "PERSON": ("PERSON", values.person),
    "FIRST": ("PERSON", values.first_name),
    "CITY": ("LOCATION", values.city),
    "ADDRESS": ("LOCATION", values.address),
    "SSN": ("US_SSN", papers.ssn),
    "ITIN": ("US_ITIN", papers.itin),
    "USPASS": ("US_PASSPORT", papers.us_passport),
    "USDL": ("US_DRIVER_LICENSE", papers.us_license),
    "NPI": ("US_NPI", papers.npi),
    "MBI": ("US_MBI", papers.mbi),
    "USBANK": ("US_BANK_NUMBER", papers.us_bank),
    "ABA": ("ABA_ROUTING_NUMBER", papers.aba),
    "DEA": ("MEDICAL_LICENSE", papers.dea),
    "NHS": ("UK_NHS", papers.nhs),
    "NINO": ("UK_NINO", papers.nino),
    "NIF": ("ES_NIF", papers.nif),
    "NIE": ("ES_NIE", papers.nie),
    "CIF": ("ES_CIF", papers.cif),
    "NUSS": ("ES_NUSS", papers.nuss),
    "CCC": ("ES_CCC", papers.ccc),
    "ESPASS": ("ES_PASSPORT", papers.es_passport),
    "PLATE": ("ES_PLATE", papers.plate),
    "NIR": ("FR_NIR", papers.nir),
    "DETAX": ("DE_TAX_ID", papers.de_tax),
    "PTNIF": ("PT_NIF", papers.pt_nif),
    "CPF": ("BR_CPF", papers.cpf),
    "ITCF": ("IT_FISCAL_CODE", papers.fiscal_code),
    "TFN": ("AU_TFN", papers.tfn),
    "ABN": ("AU_ABN", papers.abn),
    "SIN": ("CA_SIN", papers.sin),
    "AADHAAR": ("IN_AADHAAR", papers.aadhaar),
    "PAN": ("IN_PAN", papers.pan),
    "BSN": ("NL_BSN", papers.bsn),
    "VIN": ("VIN", papers.vin),
    "IMEI": ("IMEI", papers.imei),
    "BIC": ("BIC", papers.bic),
    "BTC": ("CRYPTO", chains.bitcoin),
    "ETH": ("ETH_ADDRESS", chains.ether),
    "AWS": ("AWS_ACCESS_KEY", tokens.aws),
    "GITHUB": ("GITHUB_TOKEN", tokens.github),
    "OPENAI": ("OPENAI_KEY", tokens.openai),
    "ANTHROPIC": ("ANTHROPIC_KEY", tokens.anthropic),
    "SLACK": ("SLACK_TOKEN", tokens.slack),
    "STRIPE": ("STRIPE_KEY", tokens.stripe),
    "GOOGLE": ("GOOGLE_API_KEY", tokens.google),
    "GITLAB": ("GITLAB_TOKEN", tokens.gitlab),
    "NPM": ("NPM_TOKEN", tokens.npm),
    "HF": ("HF_TOKEN", tokens.hugging),
    "SENDGRID": ("SENDGRID_KEY", tokens.sendgrid),
    "JWT": ("JWT", tokens.jwt),
    "PEM": ("PRIVATE_KEY", tokens.pem),
    "PEMLINE": ("PRIVATE_KEY", tokens.pem_escaped),
    "DBURL": ("DB_URL", tokens.db_url),
    "PASSWORD": ("PASSWORD", tokens.password),
}
WORDS = {"company": people.COMPANY, "product": people.PRODUCT}
HOLE = re.compile(r"<([#=]?)([A-Za-z0-9_]+)(\??)>")


class Piece:
    """A stretch of text, its spans as [start, end, TYPE, has_context], what was planted, and how much was not."""

    def __init__(self, text=""):
        self.text, self.spans, self.planted, self.decoys = text, [], [], 0

    def plain(self, text):
        self.text += text
        return self

    def plant(self, value, kind, context):
        self.spans.append([len(self.text), len(self.text) + len(value), kind, context])
        self.planted.append(value)
        return self.plain(value)

    def join(self, other):
        at = len(self.text)
        self.spans += [[start + at, end + at, kind, context] for start, end, kind, context in other.spans]
        self.planted += other.planted
        self.decoys += other.decoys
        return self.plain(other.text)

    def wrapped(self, width):
        """Breaks lines at spaces that lie in no value: lengths stay, and so do offsets."""
        inside = {at for start, end, _, _ in self.spans for at in range(start, end)}
        chars, begin, last = list(self.text), 0, None
        for at, char in enumerate(chars):
            if char == "\n":
                begin, last = at + 1, None
                continue
            if char == " " and at not in inside and at > begin:
                last = at
            if at - begin >= width and last is not None:
                chars[last], begin, last = "\n", last + 1, None
        self.text = "".join(chars)
        return self


def planted(rng, lang, name, context=True):
    kind, make = MAKERS[name]
    return Piece().plant(make(rng, lang, context), kind, int(context))


def decoy(rng, lang, name):
    piece = Piece(getattr(distractors, name)(rng, lang))
    piece.decoys = 1
    return piece


def fill(rng, lang, template):
    piece, at = Piece(), 0
    for hole in HOLE.finditer(template):
        mark, name, alone = hole.groups()
        piece.plain(template[at : hole.start()])
        if mark == "#":
            piece.join(decoy(rng, lang, name))
        elif mark == "=":
            piece.plain(rng.choice(WORDS[name][lang]))
        else:
            piece.join(planted(rng, lang, name, not alone))
        at = hole.end()
    return piece.plain(template[at:])
