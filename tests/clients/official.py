"""The official clients of OpenAI and Anthropic, and LangChain's chat model, unchanged, against a model server: prints what
each flow came to as one JSON object, which tests/e2e/clients.rs judges. One interpreter for all, because to import them
takes seconds.

    official.py BASE KEY

BASE is a tacitd, or the fake model server itself: nothing here knows which, and the answers must be the same. What the
server says to the models fake-tool, fake-broken and so on stands in the test.
"""

import asyncio
import json
import sys

import anthropic
import openai
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

BASE, KEY = sys.argv[1:3]
CANARY = "xanary7q"
TEXT = f'Señora Núñez 😀 {CANARY}: write to ana@example.org about "yes\\no",\ncard 4111 1111 1111 1111, call +34 612 345 678.'
SYSTEM = "You answer for carla@example.org."
SCHEMA = {
    "type": "object",
    "properties": {"to": {"type": "string"}, "body": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["to", "body", "count"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "send", "description": "Sends a letter.", "parameters": SCHEMA}}
CALLERS = 8

plain = {"max_retries": 0, "timeout": 60}
gpt = openai.OpenAI(base_url=f"{BASE}/v1", api_key=KEY, **plain)
claude = anthropic.Anthropic(base_url=BASE, api_key=KEY, **plain)


def user(text=TEXT):
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def refusal(work):
    """How a request was refused, as those that catch it see it."""
    try:
        work()
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        return {"type": type(error).__name__, "status": error.status_code, "quoted": CANARY in str(error)}
    except (openai.APIError, anthropic.APIError) as error:
        return {"type": type(error).__name__, "quoted": CANARY in str(error)}
    return None


def openai_chat():
    parts = [{"type": "text", "text": TEXT}, {"type": "text", "text": "and more"}]
    parsed = gpt.chat.completions.with_raw_response.create(model="fake-large", messages=user(), n=2)
    answer = parsed.parse()
    history = user() + [{"role": "assistant", "content": answer.choices[0].message.content}]
    history.append({"role": "user", "content": parts})
    again = gpt.chat.completions.create(model="fake-large", messages=history, user=CANARY, temperature=0.5)
    return {
        "whole": [choice.message.content for choice in answer.choices],
        "finish": answer.choices[0].finish_reason,
        "model": answer.model,
        "usage": answer.usage.total_tokens > 0,
        "unknown_fields": answer.model_extra.get("not_of_ours"),
        "again": again.choices[0].message.content,
    }


def openai_chat_streaming():
    options = {"stream_options": {"include_usage": True}}
    chunks = list(gpt.chat.completions.create(model="fake-large", messages=user(), stream=True, n=2, **options))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    said = lambda index: "".join(choice.delta.content or "" for choice in choices if choice.index == index)
    with gpt.chat.completions.stream(model="fake-large", messages=user()) as stream:
        final = stream.get_final_completion()
    without = list(gpt.chat.completions.create(model="fake-large", messages=user(), stream=True))
    return {
        "streamed": [said(0), said(1)],
        "in_pieces": len(choices) > 10,
        "finish": [choice.finish_reason for choice in choices if choice.finish_reason],
        "usage": chunks[-1].usage.total_tokens > 0,
        "usage_unasked": [chunk.usage is not None or not chunk.choices for chunk in without].count(True),
        "gathered": final.choices[0].message.content,
    }


def openai_tools():
    asked = {"model": "fake-tool", "messages": user(), "tools": [TOOL]}
    message = gpt.chat.completions.create(**asked).choices[0].message
    call = message.tool_calls[0]
    with gpt.chat.completions.stream(**asked) as stream:
        streamed = stream.get_final_completion().choices[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": TEXT}
    history = user() + [message.model_dump(exclude_none=True), result, {"role": "user", "content": TEXT}]
    after = gpt.chat.completions.create(model="fake-large", messages=history, tools=[TOOL])
    return {
        "id": call.id,
        "name": call.function.name,
        "arguments": json.loads(call.function.arguments),
        "streamed": json.loads(streamed.message.tool_calls[0].function.arguments),
        "streamed_name": streamed.message.tool_calls[0].function.name,
        "finish": streamed.finish_reason,
        "after": after.choices[0].message.content,
    }


def openai_completions():
    whole = gpt.completions.create(model="fake-large", prompt=TEXT)
    stream = gpt.completions.create(model="fake-large", prompt=TEXT, stream=True)
    return {"whole": whole.choices[0].text, "streamed": "".join(chunk.choices[0].text for chunk in stream)}


def openai_embeddings():
    packed = gpt.embeddings.create(model="fake-large", input=[CANARY, CANARY + CANARY])
    floats = gpt.embeddings.create(model="fake-large", input=CANARY, encoding_format="float")
    return {"packed": [item.embedding for item in packed.data], "floats": floats.data[0].embedding}


def openai_models():
    return {
        "listed": "fake-large" in [model.id for model in gpt.models.list()],
        "one": gpt.models.retrieve("fake-large").id,
        "other": refusal(lambda: gpt.models.retrieve("nobodys")),
    }


def openai_responses():
    whole = gpt.responses.create(model="fake-large", input=TEXT, instructions=SYSTEM)
    deltas = []
    with gpt.responses.stream(model="fake-large", input=user(), instructions=SYSTEM) as stream:
        deltas.extend(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    tool = {"type": "function", "name": "send", "parameters": SCHEMA, "strict": True}
    with gpt.responses.stream(model="fake-tool", input=TEXT, tools=[tool]) as stream:
        called = stream.get_final_response().output[0]
    return {
        "whole": whole.output_text,
        "streamed": "".join(deltas),
        "in_pieces": len(deltas) > 5,
        "final": final.output_text,
        "arguments": json.loads(called.arguments),
    }


def openai_many():
    """Each gets its own back."""

    async def ask():
        client = openai.AsyncOpenAI(base_url=f"{BASE}/v1", api_key=KEY, **plain)

        async def caller(number):
            mine = f"{CANARY} p{number}@example.org"
            stream = await client.chat.completions.create(
                model="fake-large", messages=user(mine), stream=True
            )
            said = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
            return "".join(said) == mine

        return await asyncio.gather(*(caller(number) for number in range(CALLERS)))

    return asyncio.run(ask())


def openai_errors():
    def ask(model, **more):
        return refusal(lambda: list(gpt.chat.completions.create(model=model, messages=user(), stream=True, **more)))

    wrong = openai.OpenAI(base_url=f"{BASE}/v1", api_key=f"wrong-{CANARY}", **plain)
    return {
        "limited": ask("fake-limited"),
        "limited_whole": refusal(lambda: gpt.chat.completions.create(model="fake-limited", messages=user())),
        "none": ask("fake-none"),
        "page": ask("fake-page"),
        "page_whole": refusal(lambda: gpt.chat.completions.create(model="fake-page", messages=user())),
        "breaks": ask("fake-breaks"),
        "key": refusal(lambda: wrong.chat.completions.create(model="fake-wrong", messages=user())),
    }


def anthropic_messages():
    asked = {"model": "fake-large", "max_tokens": 512, "system": SYSTEM}
    turn = [{"role": "user", "content": TEXT}]
    whole = claude.messages.create(messages=turn, **asked)
    with claude.messages.stream(messages=turn, **asked) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    events = list(claude.messages.create(messages=turn, stream=True, **asked))
    history = turn + [{"role": "assistant", "content": whole.content}, {"role": "user", "content": "And now?"}]
    again = claude.messages.create(messages=history, **asked)
    return {
        "whole": whole.content[0].text,
        "usage": whole.usage.output_tokens > 0,
        "streamed": "".join(pieces),
        "in_pieces": len(pieces) > 5,
        "final": final.content[0].text,
        "finish": final.stop_reason,
        "first_and_last": [events[0].type, events[-1].type],
        "again": again.content[0].text,
    }


def anthropic_tools():
    tool = {"name": "send", "description": "Sends a letter.", "input_schema": SCHEMA}
    asked = {"model": "fake-tool", "max_tokens": 512, "tools": [tool]}
    turn = [{"role": "user", "content": TEXT}]
    whole = claude.messages.create(messages=turn, **asked)
    with claude.messages.stream(messages=turn, **asked) as stream:
        final = stream.get_final_message()
    called = final.content[0]
    result = {"type": "tool_result", "tool_use_id": called.id, "content": TEXT}
    history = turn + [{"role": "assistant", "content": final.content}]
    history.append({"role": "user", "content": [result, {"type": "text", "text": TEXT}]})
    after = claude.messages.create(messages=history, **(asked | {"model": "fake-large"}))
    return {
        "whole": whole.content[0].input,
        "streamed": called.input,
        "name": called.name,
        "finish": final.stop_reason,
        "after": after.content[0].text,
    }


def anthropic_errors():
    def ask(model, key=KEY):
        client = anthropic.Anthropic(base_url=BASE, api_key=key, **plain)
        asked = {"model": model, "max_tokens": 512, "messages": [{"role": "user", "content": TEXT}]}
        return refusal(lambda: list(client.messages.create(stream=True, **asked)))

    return {
        "limited": ask("fake-limited"),
        "none": ask("fake-none"),
        "page": ask("fake-page"),
        "key": ask("fake-wrong", f"wrong-{CANARY}"),
    }


def langchain_chat():
    model = ChatOpenAI(base_url=f"{BASE}/v1", api_key=KEY, model="fake-large", **plain)
    turn = [SystemMessage(SYSTEM), HumanMessage(TEXT)]
    pieces = [piece.content for piece in model.stream(turn)]
    history = turn + [AIMessage("".join(pieces)), HumanMessage(TEXT)]
    through_responses = ChatOpenAI(
        base_url=f"{BASE}/v1", api_key=KEY, model="fake-large", use_responses_api=True, **plain
    )
    return {
        "invoked": model.invoke(turn).content,
        "streamed": "".join(pieces),
        "in_pieces": len(pieces) > 5,
        "again": model.invoke(history).content,
        "batched": [answer.content for answer in model.batch([turn, turn])],
        "responses": through_responses.invoke(turn).text,
    }


def langchain_tools():
    model = ChatOpenAI(base_url=f"{BASE}/v1", api_key=KEY, model="fake-tool", **plain).bind_tools([TOOL])
    turn = [HumanMessage(TEXT)]
    called = model.invoke(turn)
    gathered = None
    for piece in model.stream(turn):
        gathered = piece if gathered is None else gathered + piece
    large = ChatOpenAI(base_url=f"{BASE}/v1", api_key=KEY, model="fake-large", **plain)
    result = ToolMessage(TEXT, tool_call_id=called.tool_calls[0]["id"])
    after = large.invoke(turn + [called, result, HumanMessage(TEXT)])
    return {
        "invoked": called.tool_calls[0]["args"],
        "streamed": gathered.tool_calls[0]["args"],
        "name": called.tool_calls[0]["name"],
        "after": after.content,
    }


def langchain_embeddings():
    model = OpenAIEmbeddings(
        base_url=f"{BASE}/v1", api_key=KEY, model="fake-large", check_embedding_ctx_length=False, **plain
    )
    return model.embed_documents([CANARY])


FLOWS = [
    openai_chat,
    openai_chat_streaming,
    openai_tools,
    openai_completions,
    openai_embeddings,
    openai_models,
    openai_responses,
    openai_many,
    openai_errors,
    anthropic_messages,
    anthropic_tools,
    anthropic_errors,
    langchain_chat,
    langchain_tools,
    langchain_embeddings,
]


def outcome(flow):
    try:
        return flow()
    except Exception as error:
        return {"failed": type(error).__name__, "message": str(error)}


report = {flow.__name__: outcome(flow) for flow in FLOWS}
report["text"] = TEXT
json.dump(report, sys.stdout)
