//! A GraphQL document with the types that belong to it.

use std::marker::PhantomData;

use serde::Serialize;

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
    #[cfg(test)]
    pub fn document(&self) -> String {
        document(self.text, self.fragments)
    }
}

impl<Variables: Serialize, Data> Operation<Variables, Data> {
    /// What the server is sent, as JSON.
    pub fn question(&self, variables: &Variables) -> String {
        // Structs of texts and numbers always serialise.
        question(self.text, self.fragments, &serde_json::to_string(variables).unwrap_or_default())
    }
}

/// Kept apart from the generic type so that it is compiled once.
fn question(text: &str, fragments: &[&str], variables: &str) -> String {
    let document = serde_json::to_string(&document(text, fragments)).unwrap_or_default();
    format!(r#"{{"query":{document},"variables":{variables}}}"#)
}

fn document(text: &str, fragments: &[&str]) -> String {
    let mut whole = text.to_owned();
    for fragment in fragments {
        whole.push('\n');
        whole.push_str(fragment);
    }
    whole
}

/// Variables of an operation that takes none.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NoVariables {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_carries_the_document_with_its_fragments_and_the_variables() {
        #[derive(Serialize)]
        struct Variables {
            name: &'static str,
        }
        let operation: Operation<Variables, ()> = Operation::new("query { \"a\" }", &["fragment F"]);
        let question: serde_json::Value =
            serde_json::from_str(&operation.question(&Variables { name: "Zo\u{eb}" })).unwrap();
        assert_eq!(question["query"], "query { \"a\" }\nfragment F");
        assert_eq!(question["variables"]["name"], "Zo\u{eb}");
    }
}
