//! Where pieces of texts stand in the events of a stream, and what ends them.

use super::Mark::{
    Call, Choice, ChoiceIndex, Choices, Delta, End, Id, Index, InputTokens, Logprobs, Model,
    MoreInputTokens, OutputTokens, Sequence, Type, TypedDelta, Usage, Whole,
};
use super::{Mark, Paths, Table};
use crate::Dialect;
use crate::stream::Part::{self, Arguments, Content, Free, Reasoning, Refusal, WholeArguments};
use std::sync::LazyLock;

const WHOLE: Mark = Whole(Part::Whole);

const OPENAI: &[(&str, Mark)] = &[
    ("id", Id),
    ("model", Model),
    ("error", End),
    ("choices", Choices),
    ("usage", Usage),
    ("usage.prompt_tokens", InputTokens),
    ("usage.completion_tokens", OutputTokens),
];

const CHOICE: &[(&str, Mark)] =
    &[("", Choice), ("index", ChoiceIndex), ("finish_reason", End), ("logprobs", Logprobs)];

/// The second numbers keep apart what some servers send beside each other.
const CHAT: &[(&str, Mark)] = &[
    ("content", Delta(Content, 0)),
    ("content.*.text", Delta(Content, 0)),
    ("content.*.thinking.*.text", Delta(Reasoning, 0)),
    ("refusal", Delta(Refusal, 0)),
    ("reasoning_content", Delta(Reasoning, 0)),
    ("reasoning", Delta(Reasoning, 1)),
    ("reasoning_details.*.text", Delta(Reasoning, 2)),
    ("reasoning_details.*.summary", Delta(Reasoning, 3)),
    ("audio.transcript", Delta(Content, 1)),
    ("tool_calls.*", Call),
    ("tool_calls.*.index", Index),
    ("tool_calls.*.function.arguments", Delta(Arguments, 0)),
    ("tool_calls.*.function.arguments.**", WHOLE),
    ("tool_calls.*.custom.input", Delta(Free, 0)),
    ("function_call.arguments", Delta(Arguments, u32::MAX)),
];

const COMPLETION: &[(&str, Mark)] = &[("text", Delta(Content, 0))];

const RESPONSES: &[(&str, Mark)] = &[
    ("type", Type),
    ("sequence_number", Sequence),
    ("output_index", ChoiceIndex),
    ("content_index", Index),
    ("summary_index", Index),
    ("delta", TypedDelta),
    ("logprobs", Logprobs),
    ("text", WHOLE),
    ("refusal", WHOLE),
    ("transcript", WHOLE),
    ("input", WHOLE),
    ("code", WHOLE),
    ("arguments", Whole(WholeArguments)),
    ("part.text", WHOLE),
    ("part.refusal", WHOLE),
    ("part.logprobs", Logprobs),
    ("response.id", Id),
    ("response.model", Model),
    ("response.usage.input_tokens", InputTokens),
    ("response.usage.output_tokens", OutputTokens),
    ("response.instructions", WHOLE),
    ("response.instructions.*.content", WHOLE),
    ("response.instructions.*.content.*.text", WHOLE),
    ("response.metadata.**", WHOLE),
    ("response.user", WHOLE),
    ("response.safety_identifier", WHOLE),
    ("response.prompt_cache_key", WHOLE),
];

/// An item, whole: what a final event repeats.
const ITEM: &[(&str, Mark)] = &[
    ("content.*.text", WHOLE),
    ("content.*.refusal", WHOLE),
    ("content.*.transcript", WHOLE),
    ("content.*.logprobs", Logprobs),
    ("summary.*.text", WHOLE),
    ("arguments", Whole(WholeArguments)),
    ("input", WHOLE),
    ("output", WHOLE),
    ("output.*.text", WHOLE),
    ("output.*.stdout", WHOLE),
    ("output.*.stderr", WHOLE),
    ("queries.*", WHOLE),
    ("results.*.text", WHOLE),
    ("code", WHOLE),
    ("outputs.*.logs", WHOLE),
    ("action.text", WHOLE),
    ("action.query", WHOLE),
    ("action.queries.*", WHOLE),
    ("action.command.*", WHOLE),
    ("action.commands.*", WHOLE),
    ("operation.diff", WHOLE),
];

const MESSAGES: &[(&str, Mark)] = &[
    ("type", Type),
    ("index", Index),
    ("message.id", Id),
    ("message.model", Model),
    ("message.usage.input_tokens", InputTokens),
    ("message.usage.cache_creation_input_tokens", MoreInputTokens),
    ("message.usage.cache_read_input_tokens", MoreInputTokens),
    ("message.usage.output_tokens", OutputTokens),
    ("usage.input_tokens", InputTokens),
    ("usage.cache_creation_input_tokens", MoreInputTokens),
    ("usage.cache_read_input_tokens", MoreInputTokens),
    ("usage.output_tokens", OutputTokens),
    ("delta.text", Delta(Content, 0)),
    ("delta.thinking", Delta(Reasoning, 0)),
    ("delta.partial_json", Delta(Arguments, 0)),
    ("delta.citation.cited_text", WHOLE),
    ("delta.citation.document_title", WHOLE),
    ("content_block.text", Delta(Content, 0)),
    ("content_block.thinking", Delta(Reasoning, 0)),
    ("content_block.input.**", WHOLE),
    ("content_block.content", WHOLE),
    ("content_block.content.stdout", WHOLE),
    ("content_block.content.stderr", WHOLE),
    ("content_block.content.*.text", WHOLE),
    ("content_block.content.*.title", WHOLE),
];

const OLLAMA: &[(&str, Mark)] = &[
    ("", Choice),
    ("model", Model),
    ("error", End),
    ("done", End),
    ("logprobs", Logprobs),
    ("prompt_eval_count", InputTokens),
    ("eval_count", OutputTokens),
    ("message.content", Delta(Content, 0)),
    ("message.thinking", Delta(Reasoning, 0)),
    ("message.tool_calls.*.function.arguments", Whole(WholeArguments)),
    ("message.tool_calls.*.function.arguments.**", WHOLE),
    ("response", Delta(Content, 0)),
    ("thinking", Delta(Reasoning, 0)),
];

/// The table of the events of a dialect's streams.
pub(crate) fn table(dialect: Dialect) -> &'static Table {
    const LISTS: [&[Paths]; 7] = [
        &[("", OPENAI), ("choices.*", CHOICE), ("choices.*.delta", CHAT)],
        &[("", OPENAI), ("choices.*", CHOICE), ("choices.*", COMPLETION)],
        &[("", OPENAI)],
        &[("", RESPONSES), ("item", ITEM), ("response.output.*", ITEM)],
        &[("", MESSAGES)],
        &[("", OLLAMA)],
        &[("", OLLAMA)],
    ];
    static TABLES: LazyLock<[Table; 7]> = LazyLock::new(|| LISTS.map(Table::of));
    &TABLES[dialect as usize]
}
