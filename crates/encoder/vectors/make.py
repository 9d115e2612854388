#!/usr/bin/env python3
"""Makes the folders beside it: tiny token classifiers, some texts, and what PyTorch and transformers make of them.

    python3 -m venv venv && venv/bin/pip install torch==TORCH transformers==TRANSFORMERS sentencepiece==SENTENCEPIECE protobuf
    venv/bin/python crates/encoder/vectors/make.py              writes one folder for each model
    venv/bin/python crates/encoder/vectors/make.py --base OUT   a BERT-base with random weights, to measure on

The versions stand in tests/versions. A folder is what a user would download: config.json, tokenizer.json and
model.safetensors; expected.json holds, for each text, the ids and offsets (in code points) of its tokens and their logits.
Weights are random but not small, so that attention is far from even and a wrong sum cannot pass; the model "bert" has
learned a little instead, so that there are spans to find. Special tokens in a text are text.
"""

import json
import pathlib
import random
import sys
import tempfile

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForTokenClassification,
    CamembertConfig,
    CamembertForTokenClassification,
    DebertaV2Config,
    DebertaV2ForTokenClassification,
    DistilBertConfig,
    DistilBertForTokenClassification,
    RobertaConfig,
    RobertaForTokenClassification,
    XLMRobertaConfig,
    XLMRobertaForTokenClassification,
)
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

HERE = pathlib.Path(__file__).resolve().parent
SEED = 4_711
POSITIONS = 64

FIRST = "Anna Bruno Clara David Elena Farid Greta Hassan Irène João Katarzyna Luís Märta Noël Olga Pedro".split()
LAST = "Müller Schmidt García Nowak O'Brien Smith Dupont Åkesson Rossi Weiß".split()
PLACES = "Berlin Paris Kraków Genève München Lyon Roma Zürich Oslo Porto".split()
FORMS = [
    "{p} lives in {l}.",
    "Yesterday {p} met {p} near {l}, and paid in cash.",
    "{p} aus {l} hat geschrieben.",
    "The report was sent to {l} by {p}!",
    "Nothing happened here today.",
    "We wrote a letter and nobody answered.",
    "Le courrier de {p} est arrivé à {l}.",
    "Signed: {p}",
    "In {l} it was raining again.",
]
TEXTS = [
    "Anna Müller lives in Berlin.",
    "Yesterday Farid O'Brien met Greta Weiß near Kraków, and paid in cash.",
    "  Irène   Dupont\taus Zürich\nhat geschrieben. ",
    "ANNA MU\u0308LLER e\u0301crit a\u0300 Gene\u0300ve \u2014 \ufb01n.",
    "In Oslo \U0001f600 it was \U0001f468\u200d\U0001f469\u200d\U0001f467 raining\u2026 \u5f20\u4e09\u5728\u5317\u4eac\u3002",
    "Signed:\u0000 Pedro\u00a0Nowak \u200b(Lyon) \uff21\uff22\uff23",
    "[CLS] Olga [SEP] <s> Rossi </s> <pad> [PAD] <mask>",
    "xqzw unanswerablenesses 0123456789 a_b-c.d@e",
    "x",
]


def random_text(rng):
    """A sentence, and where persons and places stand in it."""
    text, spans = "", []
    for piece in rng.choice(FORMS).replace("{", "|{").replace("}", "}|").split("|"):
        if piece in ("{p}", "{l}"):
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)}" if piece == "{p}" else rng.choice(PLACES)
            spans.append((len(text), len(text) + len(name), "PER" if piece == "{p}" else "LOC"))
            piece = name
        text += piece
    return text, spans


def corpus(count):
    rng = random.Random(SEED)
    return [random_text(rng) for _ in range(count)]


def pages(count):
    """Sentences one after the other, as many as a window may hold, so that every position is taught."""
    rng = random.Random(SEED)
    for _ in range(count):
        text, spans = "", []
        for _ in range(rng.randint(1, 6)):
            sentence, inside = random_text(rng)
            spans += [(len(text) + start, len(text) + end, kind) for start, end, kind in inside]
            text += sentence + rng.choice((" ", "\n"))
        yield text, spans


def word_piece(specials):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=260, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator([text for text, _ in corpus(400)], trainer)
    frame(tokenizer, "[CLS]", "[SEP]")
    return tokenizer


def byte_level(specials):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([text for text, _ in corpus(400)], trainer)
    ends = [(word, tokenizer.token_to_id(word)) for word in ("</s>", "<s>")]
    tokenizer.post_processor = processors.RobertaProcessing(*ends, trim_offsets=True, add_prefix_space=False)
    return tokenizer


def charsmap():
    """A small map of the kind that SentencePiece compiles into its models."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    rules = {"\uff21": "A", "\uff22": "B", "\uff23": "C", "\ufb01": "fi", "\u2026": "...", "\u00a0": " ", "\t": " "}
    rules |= {"\n": " ", "\u200b": " ", "u\u0308": "\u00fc", "U\u0308": "\u00dc", "e\u0301": "\u00e9"}
    spell = lambda word: " ".join(f"{ord(letter):X}" for letter in word)
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        (at / "rules.tsv").write_text("".join(f"{spell(a)}\t{spell(b)}\n" for a, b in rules.items()))
        (at / "text").write_text("\n".join(text for text, _ in corpus(400)))
        sentencepiece.SentencePieceTrainer.train(
            input=str(at / "text"),
            model_prefix=str(at / "model"),
            vocab_size=120,
            normalization_rule_tsv=str(at / "rules.tsv"),
            minloglevel=2,
        )
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString((at / "model.model").read_bytes())
        return proto.normalizer_spec.precompiled_charsmap


def unigram(specials, unknown, ends, split_first):
    tokenizer = Tokenizer(models.Unigram())
    steps = [normalizers.Precompiled(charsmap()), normalizers.Replace(" {2,}", " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    metaspace = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    before = [pre_tokenizers.WhitespaceSplit(), metaspace]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(before) if split_first else metaspace
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=230, special_tokens=specials, unk_token=unknown, show_progress=False
    )
    tokenizer.train_from_iterator([text for text, _ in corpus(400)], trainer)
    frame(tokenizer, *ends)
    return tokenizer


def frame(tokenizer, first, last):
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B {last}",
        special_tokens=[(word, tokenizer.token_to_id(word)) for word in (first, last)],
    )


def labels(names):
    return {"id2label": dict(enumerate(names)), "label2id": {name: at for at, name in enumerate(names)}}


def scatter(model):
    """Random weights large enough that every part of the sum shows in the logits."""
    for name, value in sorted(model.named_parameters()):
        noise = torch.randn(value.shape)
        with torch.no_grad():
            if value.dim() == 1 and "norm" in name.lower() and name.endswith("weight"):
                value.copy_(1 + 0.2 * noise)
            else:
                value.copy_((0.2 if value.dim() == 1 else 0.35) * noise)


def taught(model, tokenizer):
    """Has the model learn the sentences of the corpus, each word by its first piece."""
    names = model.config.label2id
    rows = []
    for text, spans in pages(1_200):
        encoding = tokenizer.encode(text)
        encoding.truncate(POSITIONS)
        wanted, last = [], None
        for start, end in encoding.offsets:
            inside = next((span for span in spans if span[0] <= start and end <= span[1] and start < end), None)
            wanted.append(names[("I-" if inside == last else "B-") + inside[2]] if inside else names["O"])
            last = inside
        rows.append((encoding.ids, wanted))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    order = random.Random(SEED)
    model.train()
    for _ in range(6):
        order.shuffle(rows)
        for at in range(0, len(rows), 16):
            batch = rows[at : at + 16]
            longest = max(len(ids) for ids, _ in batch)
            fill = lambda row, value: row + [value] * (longest - len(row))
            out = model(
                input_ids=torch.tensor([fill(ids, 0) for ids, _ in batch]),
                attention_mask=torch.tensor([fill([1] * len(ids), 0) for ids, _ in batch]),
                labels=torch.tensor([fill(wanted, -100) for _, wanted in batch]),
            )
            optimizer.zero_grad()
            out.loss.backward()
            optimizer.step()
    print(f"bert: loss {out.loss.item():.4f}")


def expected(model, tokenizer):
    """What the model says of each text; asserted to be the same alone and in a padded batch."""
    model.eval()
    tokenizer.encode_special_tokens = True
    found = []
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        assert len(encoding.ids) <= POSITIONS, (len(encoding.ids), text)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([encoding.ids])).logits[0]
        kept = [at for at, special in enumerate(encoding.special_tokens_mask) if not special]
        found.append(
            {
                "text": text,
                "ids": [encoding.ids[at] for at in kept],
                "offsets": [encoding.offsets[at] for at in kept],
                "logits": [[round(value, 6) for value in logits[at].tolist()] for at in kept],
            }
        )
    return found


def write(name, model, tokenizer, **more):
    folder = HERE / name
    model.save_pretrained(folder)
    tokenizer.encode_special_tokens = False
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    rows = {"texts": expected(model, tokenizer), **more}
    (folder / "expected.json").write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n")


SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)
BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
BIOES = ["O"] + [f"{place}-{kind}" for kind in ("PER", "LOC") for place in "BIES"]
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", AddedToken("[MASK]", lstrip=True, special=True)]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]


def make_bert():
    tokenizer = word_piece(BERT_SPECIALS)
    settings = dict(vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS, **SIZES, **labels(BIO))
    torch.manual_seed(SEED)
    model = BertForTokenClassification(BertConfig(hidden_dropout_prob=0.0, initializer_range=0.08, **settings))
    taught(model, tokenizer)
    write("bert", model, tokenizer)

    settings = dict(dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=POSITIONS)
    settings |= dict(vocab_size=tokenizer.get_vocab_size(), **labels(["O", "NAME"]))
    model = DistilBertForTokenClassification(DistilBertConfig(**settings))
    scatter(model)
    write("distilbert", model, tokenizer)


def make_roberta():
    tokenizer = byte_level(ROBERTA_SPECIALS)
    settings = dict(vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, pad_token_id=1)
    settings |= dict(type_vocab_size=1, layer_norm_eps=1e-5, **SIZES, **labels(BIOES))
    torch.manual_seed(SEED)
    model = RobertaForTokenClassification(RobertaConfig(**settings))
    scatter(model)
    write("roberta", model, tokenizer)


def make_xlm_roberta():
    specials = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]
    tokenizer = unigram(specials, "<unk>", ("<s>", "</s>"), split_first=True)
    settings = dict(vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS + 2, pad_token_id=1)
    settings |= dict(type_vocab_size=1, layer_norm_eps=1e-5, hidden_act="gelu_new", **SIZES, **labels(["O", "PER", "LOC"]))
    torch.manual_seed(SEED)
    model = XLMRobertaForTokenClassification(XLMRobertaConfig(**settings))
    scatter(model)
    write("xlm-roberta", model, tokenizer)

    # The same network under another name: the loader may treat them alike.
    twin = CamembertForTokenClassification(CamembertConfig(**settings))
    twin.load_state_dict(model.state_dict())
    assert expected(twin, tokenizer) == expected(model, tokenizer)


def make_deberta():
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", AddedToken("[MASK]", lstrip=True, special=True)]
    tokenizer = unigram(specials, "[UNK]", ("[CLS]", "[SEP]"), split_first=False)
    settings = dict(vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=POSITIONS, **SIZES)
    settings |= dict(relative_attention=True, max_relative_positions=-1, layer_norm_eps=1e-7)

    # As the third version has it: shared keys, buckets, a norm over the relative positions.
    torch.manual_seed(SEED)
    config = dict(position_buckets=8, share_att_key=True, norm_rel_ebd="layer_norm", pos_att_type="p2c|c2p")
    config |= dict(position_biased_input=False, type_vocab_size=0, pad_token_id=0)
    model = DebertaV2ForTokenClassification(DebertaV2Config(**settings, **config, **labels(BIO)))
    scatter(model)
    wide = make_log_bucket_position(torch.arange(-511, 512), 256, 512).to(torch.long).tolist()
    write("deberta-v2", model, tokenizer, buckets=wide)

    # The rarer half: a convolution, own keys for positions, no buckets, absolute positions besides, a narrow vocabulary.
    config = dict(position_buckets=-1, share_att_key=False, norm_rel_ebd="none", pos_att_type="c2p|p2c")
    config |= dict(position_biased_input=True, type_vocab_size=2, embedding_size=24, pad_token_id=0)
    config |= dict(conv_kernel_size=3, conv_act="gelu", conv_groups=1)
    model = DebertaV2ForTokenClassification(DebertaV2Config(**settings, **config, **labels(BIO)))
    scatter(model)
    write("deberta-v2-conv", model, tokenizer)


def make_base(folder):
    tokenizer = word_piece(BERT_SPECIALS)
    torch.manual_seed(SEED)
    model = BertForTokenClassification(BertConfig(vocab_size=30_522, **labels(BIO)))
    model.save_pretrained(folder)
    tokenizer.save(str(pathlib.Path(folder) / "tokenizer.json"))


def main():
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["--base"] and len(sys.argv) == 3:
        return make_base(sys.argv[2])
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    for make in (make_bert, make_roberta, make_xlm_roberta, make_deberta):
        make()


if __name__ == "__main__":
    main()
