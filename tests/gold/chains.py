"""Wallet addresses of the gold set: base58check, bech32 and bech32m for bitcoin, EIP-55 or lower case for ether."""

import hashlib

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def base58check(payload):
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def polymod(symbols):
    state = 1
    for symbol in symbols:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ symbol
        for bit, factor in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= factor if top >> bit & 1 else 0
    return state


def bech32(version, program):
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    data = [version] + [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    head = [3, 3, 0, 2, 3]
    left = polymod(head + data + [0] * 6) ^ (1 if version == 0 else 0x2BC830A3)
    tail = [left >> 5 * (5 - at) & 31 for at in range(6)]
    return "bc1" + "".join(BECH32[symbol] for symbol in data + tail)


def bitcoin(rng, lang, ctx):
    kind = rng.choice(["one", "three", "short", "long", "taproot"])
    if kind in ("one", "three"):
        return base58check((b"\0" if kind == "one" else b"\5") + rng.randbytes(20))
    if kind == "short":
        return bech32(0, rng.randbytes(20))
    return bech32(0 if kind == "long" else 1, rng.randbytes(32))


def _turn(value, by):
    by %= 64
    return (value << by | value >> 64 - by) & 0xFFFFFFFFFFFFFFFF


def _permute(lanes):
    lfsr = 1
    for _ in range(24):
        column = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        mix = [column[(x + 4) % 5] ^ _turn(column[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ mix[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _turn(current, (step + 1) * (step + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
        for bit in range(7):
            lfsr = (lfsr << 1 ^ (lfsr >> 7) * 0x71) % 256
            if lfsr & 2:
                lanes[0][0] ^= 1 << (1 << bit) - 1
    return lanes


def keccak256(message):
    """Keccak as Ethereum has it: the padding is not the one of SHA-3. One block is all an address needs."""
    block = bytearray(message + b"\1" + bytes(135 - len(message)))
    block[135] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for at in range(17):
        lanes[at % 5][at // 5] = int.from_bytes(block[8 * at : 8 * at + 8], "little")
    lanes = _permute(lanes)
    return b"".join(lanes[at][0].to_bytes(8, "little") for at in range(4))


def eip55(body):
    marks = keccak256(body.encode()).hex()
    return "".join(c.upper() if int(mark, 16) > 7 else c for c, mark in zip(body, marks))


def ether(rng, lang, ctx):
    body = rng.randbytes(20).hex()
    return "0x" + (eip55(body) if rng.random() < 0.6 else body)
