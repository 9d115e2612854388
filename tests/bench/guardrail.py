"""What a call of LiteLLM's Presidio guardrail costs tacitd: CPU of the server by its own count, and the time of the whole
call, most of which is LiteLLM's. The address of a release tacitd on this machine, and how many calls:

    LITELLM_LOCAL_MODEL_COST_MAP=True PYTHON tests/bench/guardrail.py http://127.0.0.1:8000 2000
"""

import asyncio
import statistics
import sys
import time
import urllib.request

from litellm.caching.caching import DualCache
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.guardrails.guardrail_hooks.presidio import _OPTIONAL_PresidioPIIMasking

BASE, CALLS = sys.argv[1], int(sys.argv[2])
WARM_UP = 50
# About 1 KB with seven items of personal data.
LETTER = (
    "Dear Ms. Example, write to ana@example.org or call +34 612 345 678. Your DNI 12345678Z and the account "
    "ES91 2100 0418 4502 0005 1332 are on file, and so is the card 4111 1111 1111 1111. The server 192.0.2.17 "
    "keeps the papers, and bea@example.org looks after them. "
) + "What follows is ordinary text without anything of anybody's in it, as most letters are. " * 8


def cpu_seconds():
    """What tacitd has used so far."""
    with urllib.request.urlopen(f"{BASE}/metrics") as metrics:
        lines = metrics.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith("process_cpu_seconds")).split()[1])


async def main():
    rail = _OPTIONAL_PresidioPIIMasking(
        guardrail_name="bench",
        event_hook="pre_call",
        default_on=True,
        presidio_analyzer_api_base=BASE,
        presidio_anonymizer_api_base=BASE,
    )
    times = []
    for call in range(WARM_UP + CALLS):
        if call == WARM_UP:
            before = cpu_seconds()
        data = {"model": "any", "messages": [{"role": "user", "content": LETTER}]}
        started = time.perf_counter()
        made = await rail.async_pre_call_hook(UserAPIKeyAuth(), DualCache(), data, "completion")
        times.append(time.perf_counter() - started)
        assert made["messages"][0]["content"].count("<") == 7, made
    used = cpu_seconds() - before
    await rail._close_http_session()
    print(f"{CALLS} calls of {len(LETTER)} bytes: {used / CALLS * 1e6:.0f} us of tacitd's CPU each,", end=" ")
    print(f"{statistics.median(times[WARM_UP:]) * 1e3:.2f} ms in all (median)")


asyncio.run(main())
