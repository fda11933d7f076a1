//! A GraphQL document with the types that belong to it.

use std::marker::PhantomData;

/// One query, mutation or subscription: its text, and the types of its variables and its `data`.
pub struct Operation<Variables, Data> {
    /// The operation itself.
    pub text: &'static str,
    /// The fragments it uses, directly or through another.
    pub fragments: &'static [&'static str],
    types: PhantomData<fn(Variables) -> Data>,
}

impl<Variables, Data> Operation<Variables, Data> {
    /// Ties a document to its types; `schema_check` proves that they fit.
    pub const fn new(text: &'static str, fragments: &'static [&'static str]) -> Self {
        Self { text, fragments, types: PhantomData }
    }

    /// The whole document as sent.
    pub fn document(&self) -> String {
        document(self.text, self.fragments)
    }
}

/// Kept apart from the generic type so that it is compiled once.
fn document(text: &str, fragments: &[&str]) -> String {
    let mut whole = String::with_capacity(text.len() + fragments.iter().map(|f| f.len() + 1).sum::<usize>());
    whole.push_str(text);
    for fragment in fragments {
        whole.push('\n');
        whole.push_str(fragment);
    }
    whole
}

/// Variables of an operation that takes none.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct NoVariables {}
