//! Functions fit on a screen, files can be known by heart, and every file says what it is for.

use std::ops::RangeInclusive;
use syn::visit::{self, Visit};

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 600;

/// Lines of Rust without the tests at the end of the file.
fn without_tests(text: &str) -> usize {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
}

#[derive(Default)]
struct Functions {
    long: Vec<(String, RangeInclusive<usize>)>,
}

impl Functions {
    fn look(&mut self, name: &syn::Ident, body: &syn::Block) {
        let braces = body.brace_token.span;
        let lines = braces.open().start().line..=braces.close().end().line;
        if lines.end() - lines.start() + 1 > FUNCTION_LINES_MAX {
            self.long.push((name.to_string(), lines));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.look(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }
    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.look(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}

#[test]
fn functions_fit_on_a_screen() {
    for (name, text) in super::files(".rs") {
        let mut functions = Functions::default();
        functions
            .visit_file(&syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}")));
        assert!(functions.long.is_empty(), "{name}: {:?}", functions.long);
    }
}

#[test]
fn files_can_be_known_by_heart() {
    for (name, text) in super::files(".rs") {
        let lines = without_tests(&text);
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (name, text) in super::files(".rs") {
        assert!(text.starts_with("//! "), "{name} does not begin with what it is for");
    }
}
