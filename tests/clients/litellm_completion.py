"""LiteLLM as a client, unchanged, against a model server: prints what each flow came to as one JSON object, which
tests/e2e/clients.rs judges.

    litellm_completion.py BASE KEY

BASE is a tacitd, or the fake model server itself: nothing here knows which, and the answers must be the same.
"""

import asyncio
import json
import sys

import litellm

BASE, KEY = sys.argv[1:3]
CANARY = "xanary7q"
TEXT = f'Señora Núñez 😀 {CANARY}: write to ana@example.org about "yes\\no",\ncard 4111 1111 1111 1111, call +34 612 345 678.'
TURN = [{"role": "system", "content": "You answer for carla@example.org."}, {"role": "user", "content": TEXT}]
TOOL = {
    "type": "function",
    "function": {"name": "send", "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}},
}


def ask(model, base=f"{BASE}/v1", **more):
    settings = {"api_base": base, "api_key": KEY, "max_retries": 0, "timeout": 60}
    return litellm.completion(model=model, messages=TURN, **settings, **more)


def completion():
    pieces = [chunk.choices[0].delta.content or "" for chunk in ask("openai/fake-large", stream=True)]
    return {
        "whole": ask("openai/fake-large").choices[0].message.content,
        "streamed": "".join(pieces),
        "in_pieces": len(pieces) > 5,
    }


def tools():
    message = ask("openai/fake-tool", tools=[TOOL]).choices[0].message
    chunks = list(ask("openai/fake-tool", tools=[TOOL], stream=True))
    gathered = litellm.stream_chunk_builder(chunks).choices[0].message
    arguments = lambda message: json.loads(message.tool_calls[0].function.arguments)
    return {"whole": arguments(message), "streamed": arguments(gathered)}


def anthropic():
    pieces = [chunk.choices[0].delta.content or "" for chunk in ask("anthropic/fake-large", BASE, stream=True)]
    return {"whole": ask("anthropic/fake-large", BASE).choices[0].message.content, "streamed": "".join(pieces)}


def ollama():
    # Left to itself, this client says no content type, which Ollama forgives and tacitd does not.
    json_type = {"extra_headers": {"Content-Type": "application/json"}}
    pieces = [
        chunk.choices[0].delta.content or ""
        for chunk in ask("ollama_chat/fake-large", BASE, stream=True, **json_type)
    ]
    whole = ask("ollama_chat/fake-large", BASE, **json_type)
    return {"whole": whole.choices[0].message.content, "streamed": "".join(pieces)}


def asynchronous():
    async def many():
        settings = {"api_base": f"{BASE}/v1", "api_key": KEY, "max_retries": 0, "timeout": 60}
        work = (litellm.acompletion(model="openai/fake-large", messages=TURN, **settings) for _ in range(4))
        return [answer.choices[0].message.content for answer in await asyncio.gather(*work)]

    return asyncio.run(many())


def errors():
    def refusal(model):
        try:
            list(ask(f"openai/{model}", stream=True))
        except Exception as error:
            return {"type": type(error).__name__, "status": getattr(error, "status_code", None)}

    return {"limited": refusal("fake-limited"), "none": refusal("fake-none"), "page": refusal("fake-page")}


def outcome(flow):
    try:
        return flow()
    except Exception as error:
        return {"failed": type(error).__name__, "message": str(error)}


litellm.suppress_debug_info = True
litellm.telemetry = False
report = {flow.__name__: outcome(flow) for flow in [completion, tools, anthropic, ollama, asynchronous, errors]}
report["text"] = TEXT
json.dump(report, sys.stdout)
