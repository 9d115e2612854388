//! Where texts stand in requests. What is listed nowhere passes as it came: tools, schemas, ids, stop sequences.

use super::Mark::{
    Arguments, Count, IncludeUsage, Input, Model, Opaque, OutputMax, Part, Previous, Prompt, Raw,
    Role, Said, Source, SourceData, StreamOptions, Streams, Text, Turn, Turns, Type,
};
use super::{Mark, Paths, Table};
use crate::Opaque::{Image, Other, Tokens};
use crate::{Dialect, Whose};
use std::sync::LazyLock;

const ASSISTANT: Mark = Text(Whose::Assistant);
const SYSTEM: Mark = Text(Whose::System);
const TOOL: Mark = Text(Whose::Tool);
const USER: Mark = Text(Whose::User);

/// What OpenAI's requests share, and others imitate.
const ANY: &[(&str, Mark)] = &[
    ("model", Model),
    ("stream", Streams),
    ("user", USER),
    ("safety_identifier", USER),
    ("prompt_cache_key", USER),
    ("metadata.**", USER),
    // What llama.cpp takes before `max_tokens`, whatever the dialect.
    ("n_predict", OutputMax),
];

const CHAT: &[(&str, Mark)] = &[
    ("stream_options", StreamOptions),
    ("stream_options.include_usage", IncludeUsage),
    ("n", Count),
    ("max_tokens", OutputMax),
    ("max_completion_tokens", OutputMax),
    ("messages", Turns),
    ("prediction.content", ASSISTANT),
    ("prediction.content.*", Part),
    ("prediction.content.*.type", Type),
    ("prediction.content.*.text", ASSISTANT),
    // What servers for retrieval take beside the messages.
    ("documents.**", USER),
];

const CHAT_TURN: &[(&str, Mark)] = &[
    ("", Turn),
    ("role", Role),
    ("name", Text(Whose::Name)),
    ("content", Said),
    ("content.*", Part),
    ("content.*.type", Type),
    ("content.*.text", Said),
    ("content.*.refusal", Said),
    ("content.*.thinking", Said),
    ("content.*.thinking.*", Part),
    ("content.*.thinking.*.type", Type),
    ("content.*.thinking.*.text", Said),
    ("refusal", Said),
    ("reasoning", ASSISTANT),
    ("reasoning_content", ASSISTANT),
    ("reasoning_details.*.text", ASSISTANT),
    ("reasoning_details.*.summary", ASSISTANT),
    ("reasoning_details.*.data", Opaque(Other)),
    ("audio", Opaque(crate::Opaque::Audio)),
    ("tool_calls.*.function.arguments", Arguments),
    ("tool_calls.*.function.arguments.**", Input),
    ("tool_calls.*.custom.input", ASSISTANT),
    ("function_call.arguments", Arguments),
    ("function_call.arguments.**", Input),
];

const COMPLETIONS: &[(&str, Mark)] = &[
    ("stream_options", StreamOptions),
    ("stream_options.include_usage", IncludeUsage),
    ("n", Count),
    ("best_of", Count),
    ("max_tokens", OutputMax),
    ("prompt", Prompt),
    ("prompt.*", Prompt),
    // Texts among tokens, and in an object beside pictures, as llama.cpp takes them.
    ("prompt.*.*", Prompt),
    ("prompt.prompt_string", USER),
    ("prompt.*.prompt_string", USER),
    ("suffix", USER),
];

const EMBEDDINGS: &[(&str, Mark)] = &[
    ("input", Prompt),
    ("input.*", Prompt),
    ("input.*.*", Prompt),
    ("input.prompt_string", USER),
    ("input.*.prompt_string", USER),
    // Objects with a text or a picture.
    ("input.text", USER),
    ("input.*.text", USER),
    // Servers that take messages or pictures here are asked with `messages`, which is read as a chat's.
    ("messages", Turns),
];

const RESPONSES: &[(&str, Mark)] = &[
    ("instructions", SYSTEM),
    ("max_output_tokens", OutputMax),
    ("previous_response_id", Previous),
    ("conversation", Previous),
    ("input", Text(Whose::User)),
    ("prompt.variables.+", USER),
    ("prompt.variables.+.text", USER),
    ("prompt.variables.+.type", Type),
];

/// An item of the input of responses, and of their output.
pub(super) const ITEM: &[(&str, Mark)] = &[
    ("", Turn),
    ("type", Type),
    ("role", Role),
    ("content", Said),
    ("content.*", Part),
    ("content.*.type", Type),
    ("content.*.text", Said),
    ("content.*.refusal", Said),
    ("content.*.transcript", Said),
    ("encrypted_content", Opaque(Other)),
    ("arguments", Arguments),
    ("input", ASSISTANT),
    ("output", TOOL),
    ("output.*", Part),
    ("output.*.type", Type),
    ("output.*.text", TOOL),
    ("output.*.stdout", TOOL),
    ("output.*.stderr", TOOL),
    ("output.image_url", Opaque(Image)),
    ("error", TOOL),
    ("error.message", TOOL),
    ("reason", USER),
    ("summary.*.text", ASSISTANT),
    ("queries.*", ASSISTANT),
    ("results.*.text", TOOL),
    ("code", ASSISTANT),
    ("outputs.*.logs", TOOL),
    ("result", Opaque(Image)),
    ("action.text", ASSISTANT),
    ("action.query", ASSISTANT),
    ("action.queries.*", ASSISTANT),
    ("action.command.*", ASSISTANT),
    ("action.commands.*", ASSISTANT),
    ("operation.diff", ASSISTANT),
];

const MESSAGES: &[(&str, Mark)] = &[
    ("max_tokens", OutputMax),
    ("system", SYSTEM),
    ("system.*", Part),
    ("system.*.type", Type),
    ("system.*.text", SYSTEM),
    ("messages", Turns),
];

const MESSAGES_TURN: &[(&str, Mark)] = &[("", Turn), ("role", Role), ("content", Said)];

/// A part of a message of Anthropic's.
const BLOCK: &[(&str, Mark)] = &[
    ("", Part),
    ("type", Type),
    ("text", Said),
    ("thinking", Said),
    ("input.**", Input),
    ("title", USER),
    ("context", USER),
    ("citations.*.cited_text", USER),
    ("citations.*.document_title", USER),
    ("citations.*.title", USER),
    ("source", Source),
    ("source.type", Type),
    ("source.data", SourceData),
    ("source.content", USER),
    ("source.content.*", Part),
    ("source.content.*.type", Type),
    ("source.content.*.text", USER),
    ("content", TOOL),
    ("content.stdout", TOOL),
    ("content.stderr", TOOL),
    ("content.lines.*", TOOL),
    ("content.content", TOOL),
    ("content.content.title", TOOL),
    ("content.content.source", Source),
    ("content.content.source.type", Type),
    ("content.content.source.data", SourceData),
];

/// A part of what a tool of Anthropic's gave back.
const RESULT: &[(&str, Mark)] = &[
    ("", Part),
    ("type", Type),
    ("text", TOOL),
    ("title", TOOL),
    ("context", TOOL),
    ("source", Source),
    ("source.type", Type),
    ("source.data", SourceData),
    ("source.content", TOOL),
    ("source.content.*.text", TOOL),
    ("content", TOOL),
    ("content.*.text", TOOL),
    ("content.title", TOOL),
    ("content.source", Source),
    ("content.source.type", Type),
    ("content.source.data", SourceData),
];

const OLLAMA: &[(&str, Mark)] = &[("options.num_predict", OutputMax)];

const OLLAMA_CHAT: &[(&str, Mark)] = &[("messages", Turns)];

const OLLAMA_TURN: &[(&str, Mark)] = &[
    ("", Turn),
    ("role", Role),
    ("content", Said),
    ("thinking", ASSISTANT),
    ("images.*", Opaque(Image)),
    ("tool_calls.*.function.arguments", Arguments),
    ("tool_calls.*.function.arguments.**", Input),
];

const OLLAMA_GENERATE: &[(&str, Mark)] = &[
    ("prompt", USER),
    ("suffix", USER),
    ("system", SYSTEM),
    ("raw", Raw),
    ("images.*", Opaque(Image)),
    ("context", Opaque(Tokens)),
];

/// The table of a dialect's requests.
pub(crate) fn table(dialect: Dialect) -> &'static Table {
    const LISTS: [&[Paths]; 7] = [
        &[("", ANY), ("", CHAT), ("messages.*", CHAT_TURN)],
        &[("", ANY), ("", COMPLETIONS)],
        &[("", ANY), ("", EMBEDDINGS), ("messages.*", CHAT_TURN)],
        &[("", ANY), ("", RESPONSES), ("input.*", ITEM)],
        &[
            ("", ANY),
            ("", MESSAGES),
            ("messages.*", MESSAGES_TURN),
            ("messages.*.content.*", BLOCK),
            ("messages.*.content.*.content.*", RESULT),
        ],
        &[("", ANY), ("", OLLAMA), ("", OLLAMA_CHAT), ("messages.*", OLLAMA_TURN)],
        &[("", ANY), ("", OLLAMA), ("", OLLAMA_GENERATE)],
    ];
    static TABLES: LazyLock<[Table; 7]> =
        LazyLock::new(|| LISTS.map(|lists| Table::of(lists).telling_letters()));
    &TABLES[dialect as usize]
}
