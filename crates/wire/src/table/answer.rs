//! Where texts stand in whole answers.

use super::Mark::{
    Arguments, Choice, Id, Input, InputTokens, Logprobs, Model, MoreInputTokens, OutputTokens,
    Said, Text,
};
use super::request::ITEM;
use super::{Mark, Paths, Table};
use crate::{Dialect, Whose};
use std::sync::LazyLock;

const TOOL: Mark = Text(Whose::Tool);

const OPENAI: &[(&str, Mark)] = &[
    ("id", Id),
    ("model", Model),
    ("usage.prompt_tokens", InputTokens),
    ("usage.completion_tokens", OutputTokens),
];

const CHAT: &[(&str, Mark)] = &[
    ("", Choice),
    ("logprobs", Logprobs),
    ("message.content", Said),
    ("message.content.*.text", Said),
    ("message.content.*.thinking.*.text", Said),
    ("message.refusal", Said),
    ("message.reasoning", Said),
    ("message.reasoning_content", Said),
    ("message.reasoning_details.*.text", Said),
    ("message.reasoning_details.*.summary", Said),
    ("message.audio.transcript", Said),
    ("message.tool_calls.*.function.arguments", Arguments),
    ("message.tool_calls.*.function.arguments.**", Input),
    ("message.tool_calls.*.custom.input", Said),
    ("message.function_call.arguments", Arguments),
];

const COMPLETION: &[(&str, Mark)] = &[("", Choice), ("text", Said), ("logprobs", Logprobs)];

/// What an answer of responses holds beside its items: much of the request comes back.
pub(super) const RESPONSES: &[(&str, Mark)] = &[
    ("id", Id),
    ("model", Model),
    ("usage.input_tokens", InputTokens),
    ("usage.output_tokens", OutputTokens),
    ("instructions", Said),
    ("instructions.*.content", Said),
    ("instructions.*.content.*.text", Said),
    ("metadata.**", Said),
    ("user", Said),
    ("safety_identifier", Said),
    ("prompt_cache_key", Said),
];

/// What an item of an answer has and one of a request has not.
pub(super) const OUTPUT: &[(&str, Mark)] = &[("", Choice), ("content.*.logprobs", Logprobs)];

const MESSAGES: &[(&str, Mark)] = &[
    ("id", Id),
    ("model", Model),
    ("usage.input_tokens", InputTokens),
    ("usage.cache_creation_input_tokens", MoreInputTokens),
    ("usage.cache_read_input_tokens", MoreInputTokens),
    ("usage.output_tokens", OutputTokens),
];

/// A block of an answer of Anthropic's.
pub(super) const BLOCK: &[(&str, Mark)] = &[
    ("text", Said),
    ("thinking", Said),
    ("input.**", Input),
    ("citations.*.cited_text", Said),
    ("citations.*.document_title", Said),
    ("content", TOOL),
    ("content.stdout", TOOL),
    ("content.stderr", TOOL),
    ("content.*.text", TOOL),
    ("content.*.title", TOOL),
];

const OLLAMA: &[(&str, Mark)] = &[
    ("", Choice),
    ("model", Model),
    ("prompt_eval_count", InputTokens),
    ("eval_count", OutputTokens),
    ("logprobs", Logprobs),
    ("message.content", Said),
    ("message.thinking", Said),
    ("message.tool_calls.*.function.arguments", Arguments),
    ("message.tool_calls.*.function.arguments.**", Input),
    ("response", Said),
    ("thinking", Said),
];

/// The table of a dialect's answers.
pub(crate) fn table(dialect: Dialect) -> &'static Table {
    const LISTS: [&[Paths]; 7] = [
        &[("", OPENAI), ("choices.*", CHAT)],
        &[("", OPENAI), ("choices.*", COMPLETION)],
        &[("", OPENAI)],
        &[("", RESPONSES), ("output.*", OUTPUT), ("output.*", ITEM)],
        &[("", MESSAGES), ("content.*", BLOCK)],
        &[("", OLLAMA)],
        &[("", OLLAMA)],
    ];
    static TABLES: LazyLock<[Table; 7]> = LazyLock::new(|| LISTS.map(Table::of));
    &TABLES[dialect as usize]
}
