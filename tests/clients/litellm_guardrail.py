"""LiteLLM's own Presidio guardrail, unchanged, against running tacitds: prints what became of each request as one JSON
object, which tests/e2e/litellm.rs judges. One interpreter for all of them, because to import LiteLLM takes seconds.

    litellm_guardrail.py KEYED_BASE NARROW_KEY WIDE_KEY RECOGNIZERS

The tacitd that serves this machine without a key is named as LiteLLM's users do it, by PRESIDIO_ANALYZER_API_BASE and
PRESIDIO_ANONYMIZER_API_BASE; KEYED_BASE is one that asks for a key. RECOGNIZERS is a file of ad hoc recognizers. Every
text holds a word that stands nowhere else, so that the test can look for it in what the daemons said.
"""

import asyncio
import copy
import json
import sys

import litellm
from litellm.caching.caching import DualCache
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.guardrails.guardrail_hooks.presidio import _OPTIONAL_PresidioPIIMasking
from litellm.types.guardrails import PiiAction, PiiEntityType
from litellm.types.utils import Choices, Delta, Message, ModelResponse, ModelResponseStream, StreamingChoices

CANARY = "xanary7q"
EMAIL = "ana@example.org"
ENGLISH = f"{CANARY}: write to {EMAIL}, card 4111 1111 1111 1111, call +34 612 345 678."
SPANISH = f"Señora Núñez 😀 {CANARY}: DNI 12345678Z, cuenta ES91 2100 0418 4502 0005 1332, tel. 612 345 678."
CALLERS = 8
MADE = []


def guardrail(**settings):
    """A guardrail as LiteLLM makes it of a `guardrails:` entry with `mode: pre_call`."""
    settings = {"guardrail_name": "tacit", "event_hook": "pre_call", "default_on": True} | settings
    MADE.append(_OPTIONAL_PresidioPIIMasking(**settings))
    return MADE[-1]


def request(*contents, **more):
    """A chat request with one message for each of the contents."""
    messages = [{"role": "user", "content": content} for content in contents]
    return {"model": "any", "messages": messages} | more


async def before(rail, data):
    """What the model would get to see."""
    made = await rail.async_pre_call_hook(UserAPIKeyAuth(), DualCache(), data, "completion")
    return [message["content"] for message in made["messages"]]


def answer(content, arguments=None):
    """A model's answer."""
    message = Message(role="assistant", content=content)
    if arguments is not None:
        call = {"id": "1", "type": "function", "function": {"name": "send", "arguments": arguments}}
        message = Message(role="assistant", content=content, tool_calls=[call])
    return ModelResponse(choices=[Choices(index=0, finish_reason="stop", message=message)])


async def pieces(content, size):
    """A model's answer as it streams."""
    for at in range(0, len(content), size):
        delta = Delta(role="assistant", content=content[at : at + size])
        yield ModelResponseStream(choices=[StreamingChoices(index=0, delta=delta)])
    yield ModelResponseStream(choices=[StreamingChoices(index=0, delta=Delta(content=None), finish_reason="stop")])


async def masks():
    parts = [{"type": "text", "text": SPANISH}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    parts.append({"type": "text", "text": f"{CANARY} again {EMAIL}"})
    return await before(guardrail(), request(ENGLISH, parts, "", "  ", None, f"{CANARY} nothing here"))


async def shows_again():
    rail = guardrail(output_parse_pii=True)
    data = request(ENGLISH)
    hidden = (await before(rail, data))[0]
    arguments = json.dumps({"to": "<EMAIL_ADDRESS_1>", "body": CANARY})
    reply = answer(f"I wrote to <EMAIL_ADDRESS_1> and not to <EMAIL_ADDRESS_9>: {hidden}", arguments)
    shown = await rail.async_post_call_success_hook(data, UserAPIKeyAuth(), reply)
    message = shown.choices[0].message
    stream = rail.async_post_call_streaming_iterator_hook(UserAPIKeyAuth(), pieces(hidden, 7), data)
    streamed = [chunk.choices[0].delta.content or "" async for chunk in stream]
    return {
        "hidden": hidden,
        "shown": message.content,
        "arguments": json.loads(message.tool_calls[0].function.arguments),
        "streamed": "".join(streamed),
    }


async def entities_have_actions():
    actions = {PiiEntityType.CREDIT_CARD: PiiAction.BLOCK, PiiEntityType.EMAIL_ADDRESS: PiiAction.MASK}
    rail = guardrail(pii_entities_config=actions)
    ours = guardrail(pii_entities_config={"SECRET": PiiAction.BLOCK})
    key = "ghp_" + "k7Q2mZ9xT4bW8nR3vL6cY1sD5fH0jA2gE9uP"[:36]
    return {
        "masked": await before(rail, request(f"{CANARY} {EMAIL}, call +34 612 345 678")),
        "blocked": await outcome(before(rail, request(ENGLISH))),
        "ours": await outcome(before(ours, request(f"{CANARY} token {key}"))),
    }


async def every_entity_can_be_asked_for():
    actions = {entity: PiiAction.MASK for entity in PiiEntityType}
    return {"asked": len(actions), "masked": await before(guardrail(pii_entities_config=actions), request(SPANISH))}


async def scores_and_types_can_be_left_out():
    sure = guardrail(presidio_score_thresholds={"EMAIL_ADDRESS": 0.99, "ALL": 0.2})
    denied = guardrail(presidio_entities_deny_list=[PiiEntityType.CREDIT_CARD, "PHONE_NUMBER"])
    return {
        "sure": await before(sure, request(ENGLISH)),
        "denied": await before(denied, request(ENGLISH)),
    }


async def languages():
    asked = request(SPANISH, metadata={"guardrail_config": {"language": "es-MX"}})
    wrong = guardrail(presidio_language=f"no language {CANARY}", output_parse_pii=True)
    return {
        "own": await before(guardrail(presidio_language="es"), request(SPANISH)),
        "of_the_request": await before(guardrail(), asked),
        "wrong": await outcome(before(wrong, request(ENGLISH))),
    }


async def recognizers_of_the_operator():
    rail = guardrail(presidio_ad_hoc_recognizers=sys.argv[4])
    return await before(rail, request(f"{CANARY} order AB-123 for {EMAIL}"))


async def answers_are_masked():
    rail = guardrail(apply_to_output=True)
    masked = await rail.async_post_call_success_hook(request(CANARY), UserAPIKeyAuth(), answer(ENGLISH))
    stream = rail.async_post_call_streaming_iterator_hook(UserAPIKeyAuth(), pieces(ENGLISH, 5), request(CANARY))
    streamed = [chunk.choices[0].delta.content or "" async for chunk in stream]
    return {"whole": masked.choices[0].message.content, "streamed": "".join(streamed)}


async def logs_are_masked():
    rail = guardrail(logging_only=True)
    sent = request(ENGLISH)
    untouched = await before(rail, copy.deepcopy(sent))
    logged, _ = await asyncio.to_thread(rail.logging_hook, copy.deepcopy(sent), answer(SPANISH), "completion")
    return {"sent": untouched, "logged": [message["content"] for message in logged["messages"]]}


async def long_texts_go_in_pieces():
    """With pieces as small as this, nothing is left of most cues: what needs none must be found all the same."""
    lines = [f"{CANARY} línea {number} 😀 persona{number}@example.org y más palabras" for number in range(60)]
    rail = guardrail(presidio_analyze_chunk_size_bytes=2_000)
    return {"lines": lines, "masked": (await before(rail, request("\n".join(lines))))[0].split("\n")}


async def callers_do_not_meet():
    """Each has a guardrail of its own, because one guardrail sends its requests one after another."""

    async def caller(number):
        rail = guardrail(output_parse_pii=True)
        kept = []
        for turn in range(5):
            mine = f"p{number}.{turn}@example.org"
            data = request(f"{CANARY} {mine}", f"{CANARY} Señora {turn}, card 4111 1111 1111 1111")
            hidden = await before(rail, data)
            shown = await rail.async_post_call_success_hook(data, UserAPIKeyAuth(), answer(hidden[0]))
            kept.append([mine, hidden, shown.choices[0].message.content])
        return kept

    return await asyncio.gather(*(caller(number) for number in range(CALLERS)))


async def keys_stand_in_the_path():
    def with_base(base):
        return guardrail(presidio_analyzer_api_base=base, presidio_anonymizer_api_base=base, output_parse_pii=True)

    base, narrow, wide = sys.argv[1:4]
    return {
        "narrow": await before(with_base(f"{base}/k/{narrow}"), request(ENGLISH)),
        "none": await outcome(before(with_base(base), request(ENGLISH))),
        "wide": await outcome(before(with_base(f"{base}/k/{wide}"), request(ENGLISH))),
    }


async def outcome(work):
    """What came of it, or how it was refused."""
    try:
        return await work
    except Exception as error:
        return {"error": type(error).__name__, "entity": getattr(error, "entity_type", None), "message": str(error)}


CHECKS = [
    masks,
    shows_again,
    entities_have_actions,
    every_entity_can_be_asked_for,
    scores_and_types_can_be_left_out,
    languages,
    recognizers_of_the_operator,
    answers_are_masked,
    logs_are_masked,
    long_texts_go_in_pieces,
    callers_do_not_meet,
    keys_stand_in_the_path,
]


async def main():
    report = {check.__name__: await outcome(check()) for check in CHECKS}
    for rail in MADE:
        await rail._http_session.close() if rail._http_session else None
    json.dump(report, sys.stdout)


litellm.suppress_debug_info = True
asyncio.run(main())
