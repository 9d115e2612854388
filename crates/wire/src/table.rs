//! Which places of a JSON text mean something: paths, and what stands there.
//!
//! A path is member names with dots between them; `*` is any element of an array, `+` any member that no other path
//! names; `**` at the end is any value, however deep. The paths of a dialect are data, so that a new field is a line.

pub(crate) mod answer;
pub(crate) mod event;
pub(crate) mod request;

use crate::stream::Part;
use crate::{Opaque, Whose};

/// What a place means. Most places mean something for one type of value alone, and nothing for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A text, or a list of parts.
    Text(Whose),
    /// A text, or a list of parts, of whom the message says.
    Said,
    /// A string that holds JSON, whose strings are texts of the model.
    Arguments,
    /// What a tool is called with: strings at any depth.
    Input,

    /// The list of messages.
    Turns,
    /// A message.
    Turn,
    /// Who wrote the message.
    Role,
    /// A part of a message.
    Part,
    /// What kind of part; what kind of event.
    Type,
    /// Where a document comes from; its `type` and `data` are.
    Source,
    /// A document itself: text or not, as `type` says.
    SourceData,
    /// Texts, or numbers of tokens, or lists of those.
    Prompt,
    /// Something that cannot be read.
    Opaque(Opaque),

    Model,
    Streams,
    StreamOptions,
    IncludeUsage,
    Count,
    OutputMax,
    Previous,
    /// Whether Ollama shall take the prompt as it is.
    Raw,

    Id,
    /// One of several answers.
    Choice,
    /// The list of those.
    Choices,
    /// Which one.
    ChoiceIndex,
    /// One of several tool calls.
    Call,
    /// Which one, or which block of a message.
    Index,
    /// Log probabilities of what was said.
    Logprobs,
    /// Tokens of the request.
    InputTokens,
    /// Tokens of the request that are counted apart.
    MoreInputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// What the upstream counted.
    Usage,

    /// A piece of a text, and which of several of its kind in one event.
    Delta(Part, u32),
    /// A piece of whatever the type of the event says.
    TypedDelta,
    /// A whole text within a stream.
    Whole(Part),
    /// That the answer ends here: a reason, or true.
    End,
    /// Which event of the stream.
    Sequence,
}

/// A place in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node(u16);

impl Node {
    pub(crate) const ROOT: Self = Self(0);
    /// Nothing here or beneath means anything.
    pub(crate) const NONE: Self = Self(u16::MAX);

    fn at(self) -> usize {
        usize::from(self.0)
    }
}

/// Paths, made into a tree.
#[derive(Debug)]
pub(crate) struct Table {
    nodes: Vec<Branch>,
    /// Whether names in other letters than the table's are told.
    tells_letters: bool,
}

#[derive(Debug)]
struct Branch {
    mark: Option<Mark>,
    members: Vec<(&'static str, Node)>,
    /// The elements of an array.
    any: Node,
    /// Members without a name of their own here.
    rest: Node,
}

impl Branch {
    const EMPTY: Self = Self { mark: None, members: Vec::new(), any: Node::NONE, rest: Node::NONE };
}

/// Paths that begin with the same.
pub(crate) type Paths = (&'static str, &'static [(&'static str, Mark)]);

impl Table {
    /// Makes a table of lists of paths, each with what goes before every one of it.
    pub(crate) fn of(lists: &[Paths]) -> Self {
        let mut table = Self { nodes: Vec::new(), tells_letters: false };
        table.grow();
        for (before, paths) in lists {
            for (path, mark) in *paths {
                let names =
                    before.split('.').chain(path.split('.')).filter(|name| !name.is_empty());
                table.put(names, *mark);
            }
        }
        table
    }

    /// Tells of names in other letters. Servers written in Go take `Messages` for `messages`, others pass it over: what
    /// is read here must be what each of them reads.
    pub(crate) fn telling_letters(self) -> Self {
        Self { tells_letters: true, ..self }
    }

    fn grow(&mut self) -> Node {
        let node = u16::try_from(self.nodes.len()).expect("tables have some hundred nodes");
        self.nodes.push(Branch::EMPTY);
        Node(node)
    }

    fn put(&mut self, names: impl Iterator<Item = &'static str>, mark: Mark) {
        let mut node = Node::ROOT;
        for name in names {
            if name == "**" {
                // What lies beneath means the same as what stands here.
                let deep = self.grow();
                let beneath = Branch { mark: Some(mark), any: deep, rest: deep, ..Branch::EMPTY };
                self.nodes[deep.at()] = beneath;
                self.nodes[node.at()].any = deep;
                self.nodes[node.at()].rest = deep;
                break;
            }
            node = match name {
                "*" => self.any_of(node),
                "+" => self.rest_of(node),
                _ => self.member_of(node, name),
            };
        }
        let mark_here = &mut self.nodes[node.at()].mark;
        *mark_here = mark_here.or(Some(mark));
    }

    fn any_of(&mut self, node: Node) -> Node {
        if self.nodes[node.at()].any == Node::NONE {
            self.nodes[node.at()].any = self.grow();
        }
        self.nodes[node.at()].any
    }

    fn rest_of(&mut self, node: Node) -> Node {
        if self.nodes[node.at()].rest == Node::NONE {
            self.nodes[node.at()].rest = self.grow();
        }
        self.nodes[node.at()].rest
    }

    fn member_of(&mut self, node: Node, name: &'static str) -> Node {
        let mut members = self.nodes[node.at()].members.iter();
        if let Some((_, found)) = members.find(|(known, _)| *known == name) {
            return *found;
        }
        let new = self.grow();
        self.nodes[node.at()].members.push((name, new));
        new
    }

    /// What a place means.
    pub(crate) fn mark(&self, node: Node) -> Option<Mark> {
        self.nodes.get(node.at())?.mark
    }

    /// Where the elements of an array stand.
    pub(crate) fn any(&self, node: Node) -> Node {
        self.nodes.get(node.at()).map_or(Node::NONE, |branch| branch.any)
    }

    /// Where a member of an object stands.
    pub(crate) fn member(&self, node: Node, name: &[u8]) -> Node {
        let Some(branch) = self.nodes.get(node.at()) else { return Node::NONE };
        let found = branch.members.iter().find(|(known, _)| known.as_bytes() == name);
        found.map_or(branch.rest, |(_, node)| *node)
    }

    /// Whether a member without a place here has one in other letters. Where any name has a place, none is told.
    pub(crate) fn is_in_other_letters(&self, node: Node, name: &[u8]) -> bool {
        let Some(branch) = self.nodes.get(node.at()).filter(|_| self.tells_letters) else {
            return false;
        };
        let folds = |known: &str| folds_to(name, known.as_bytes());
        branch.rest == Node::NONE && branch.members.iter().any(|(known, _)| folds(known))
    }
}

/// Whether a name is that one of ASCII but for case. Two signs beyond ASCII have small letters of ASCII.
fn folds_to(name: &[u8], known: &[u8]) -> bool {
    const LONG_S: &[u8] = "\u{17f}".as_bytes();
    const KELVIN: &[u8] = "\u{212a}".as_bytes();
    if name.len() < known.len() || name.len() > known.len() * KELVIN.len() {
        return false;
    }
    let mut rest = name;
    for letter in known {
        let sign = match letter.to_ascii_lowercase() {
            b's' if rest.starts_with(LONG_S) => LONG_S.len(),
            b'k' if rest.starts_with(KELVIN) => KELVIN.len(),
            _ if rest.first().is_some_and(|first| first.eq_ignore_ascii_case(letter)) => 1,
            _ => return false,
        };
        rest = &rest[sign..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_what_it_says() {
        let table = Table::of(&[
            ("a", &[("*.b", Mark::Model), ("*", Mark::Turn), ("c", Mark::Id), ("+", Mark::Raw)]),
            ("", &[("d.**", Mark::Said)]),
        ]);
        let member = |node, name: &str| table.member(node, name.as_bytes());
        let a = member(Node::ROOT, "a");
        assert_eq!(table.mark(a), None);
        assert_eq!(table.mark(table.any(a)), Some(Mark::Turn));
        assert_eq!(table.mark(member(a, "x")), Some(Mark::Raw));
        assert_eq!(table.mark(member(a, "c")), Some(Mark::Id));
        assert_eq!(table.mark(member(table.any(a), "b")), Some(Mark::Model));
        let d = member(Node::ROOT, "d");
        let deep = table.any(member(table.any(d), "x"));
        assert_eq!((table.mark(d), table.mark(deep)), (Some(Mark::Said), Some(Mark::Said)));
        assert_eq!(member(Node::ROOT, "e"), Node::NONE);
        assert_eq!(table.mark(Node::NONE), None);
        assert_eq!(member(Node::NONE, "e"), Node::NONE);
    }

    #[test]
    fn a_name_folds_to_the_one_that_differs_in_case_alone() {
        let folds = |name: &str, known: &str| folds_to(name.as_bytes(), known.as_bytes());
        for name in ["Task", "TASK", "ta\u{17f}k", "tas\u{212a}", "TA\u{17f}\u{212a}", "task"] {
            assert!(folds(name, "task"), "{name}");
        }
        for name in ["", "tas", "tasks", "t\u{17f}sk", "ta\u{212a}s", "tä\u{17f}k", "ta k"] {
            assert!(!folds(name, "task"), "{name}");
        }
    }
}
