//! What a GraphQL document may cost, judged before anything runs.

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet,
};
use async_graphql::{Positioned, Value, parser};
use serde_json::{Map, Value as Json};

const DOCUMENT_BYTES_MAX: usize = 16 * 1024;
const TOKENS_MAX: usize = 2_000;
const ALIASES_MAX: usize = 15;
const ROOT_MUTATIONS_MAX: usize = 5;
const DIRECTIVES_MAX: usize = 20;
const FRAGMENTS_MAX: usize = 20;
const OPERATIONS_MAX: usize = 5;
const DEPTH_MAX: usize = 12;
/// Objects that one operation may resolve at most, list sizes multiplied in.
const COST_MAX: u64 = 1_000;
const PAGE_MAX: u64 = 100;
/// Fields that are tried against secrets: one a request, whatever alias they hide behind.
const ONCE_ONLY: [&str; 7] = [
    "signIn",
    "requestPasswordReset",
    "resetPassword",
    "acceptInvitation",
    "changePassword",
    "confirmPassword",
    "setUp",
];

/// Refuses what is too large, too deep or too dear.
///
/// # Errors
/// What is over which bound, in words; anonymous callers are told less by the caller.
pub fn check(document: &str, variables: &Map<String, Json>, signed_in: bool) -> Result<(), String> {
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("the document is longer than {DOCUMENT_BYTES_MAX} bytes"));
    }
    if token_count(document) > TOKENS_MAX {
        return Err(format!("the document has more than {TOKENS_MAX} tokens"));
    }
    let parsed = parser::parse_query(document)
        .map_err(|error| if signed_in { error.to_string() } else { "the query is not valid".to_owned() })?;
    if parsed.fragments.len() > FRAGMENTS_MAX {
        return Err(format!("more than {FRAGMENTS_MAX} fragments"));
    }
    let operations = operations(&parsed);
    if operations.len() > OPERATIONS_MAX {
        return Err(format!("more than {OPERATIONS_MAX} operations"));
    }
    for operation in operations {
        let mut walk =
            Walk { document: &parsed, variables, aliases: 0, directives: 0, once_only: 0, visits: 0 };
        let cost = walk.selection(&operation.selection_set.node, 1, 1)?;
        if cost > COST_MAX {
            return Err(format!("the operation costs {cost}, more than {COST_MAX}: ask for smaller pages"));
        }
        if operation.ty == parser::types::OperationType::Mutation
            && root_count(&parsed, &operation.selection_set.node) > ROOT_MUTATIONS_MAX
        {
            return Err(format!("more than {ROOT_MUTATIONS_MAX} mutations"));
        }
    }
    Ok(())
}

/// Fields at the root, those in fragments included. Only of a document whose walk was bounded before.
fn root_count(document: &ExecutableDocument, set: &SelectionSet) -> usize {
    set.items.iter().fold(0, |count: usize, item| {
        count.saturating_add(match &item.node {
            Selection::Field(_) => 1,
            Selection::InlineFragment(fragment) => root_count(document, &fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => document
                .fragments
                .get(&spread.node.fragment_name.node)
                .map_or(0, |fragment| root_count(document, &fragment.node.selection_set.node)),
        })
    })
}

/// How many root fields a document asks for that passed [`check`]; at least one. For rate limits.
#[must_use]
pub fn root_fields(document: &str) -> u32 {
    parser::parse_query(document)
        .ok()
        .and_then(|parsed| {
            let counts = operations(&parsed).into_iter().map(|o| root_count(&parsed, &o.selection_set.node));
            counts.max()
        })
        .and_then(|count| u32::try_from(count).ok())
        .map_or(1, |count| count.max(1))
}

fn operations(document: &ExecutableDocument) -> Vec<&parser::types::OperationDefinition> {
    match &document.operations {
        DocumentOperations::Single(one) => vec![&one.node],
        DocumentOperations::Multiple(many) => many.values().map(|one| &one.node).collect(),
    }
}

/// Words and punctuation, strings as one: a bound, not a lexer.
fn token_count(document: &str) -> usize {
    let (mut count, mut in_word, mut in_string) = (0_usize, false, false);
    for byte in document.bytes() {
        match byte {
            b'"' => {
                in_string = !in_string;
                count += 1;
            }
            _ if in_string => {}
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {
                count += usize::from(!in_word);
                in_word = true;
                continue;
            }
            b' ' | b'\n' | b'\r' | b'\t' | b',' => {}
            _ => count += 1,
        }
        in_word = false;
    }
    count
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Json>,
    aliases: usize,
    directives: usize,
    once_only: usize,
    visits: usize,
}

impl Walk<'_> {
    /// The cost of a selection that is resolved `times` times.
    fn selection(&mut self, set: &SelectionSet, depth: usize, times: u64) -> Result<u64, String> {
        if depth > DEPTH_MAX {
            return Err(format!("nested deeper than {DEPTH_MAX}"));
        }
        let mut cost = 0_u64;
        for item in &set.items {
            // Fragments can name each other many times over: bound the walk itself.
            self.visits += 1;
            if self.visits > 5_000 {
                return Err("the document unfolds to too many fields".to_owned());
            }
            cost = cost.saturating_add(match &item.node {
                Selection::Field(field) => self.field(&field.node, depth, times)?,
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives)?;
                    self.selection(&fragment.node.selection_set.node, depth + 1, times)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives)?;
                    match self.document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => {
                            self.selection(&fragment.node.selection_set.node, depth + 1, times)?
                        }
                        None => 0,
                    }
                }
            });
        }
        Ok(cost)
    }

    fn field(&mut self, field: &Field, depth: usize, times: u64) -> Result<u64, String> {
        self.directives(&field.directives)?;
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > ALIASES_MAX {
                return Err(format!("more than {ALIASES_MAX} aliases"));
            }
        }
        if ONCE_ONLY.contains(&field.name.node.as_str()) {
            self.once_only += 1;
            if self.once_only > 1 {
                return Err(format!("{} may stand in a request once", field.name.node));
            }
        }
        if field.selection_set.node.items.is_empty() {
            return Ok(0); // a plain value costs nothing of its own
        }
        let times = times.saturating_mul(self.page_of(field)?);
        Ok(times.saturating_add(self.selection(&field.selection_set.node, depth + 1, times)?))
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) -> Result<(), String> {
        self.directives += directives.len();
        if self.directives > DIRECTIVES_MAX {
            Err(format!("more than {DIRECTIVES_MAX} directives"))
        } else {
            Ok(())
        }
    }

    /// `first` or `last`, checked before it is multiplied with anything. Lists without either count once.
    fn page_of(&self, field: &Field) -> Result<u64, String> {
        for name in ["first", "last"] {
            let Some(argument) = field.get_argument(name) else { continue };
            let value = argument.node.clone().into_const_with(|variable| {
                let given = self.variables.get(variable.as_str()).cloned().unwrap_or(Json::Null);
                Value::from_json(given)
            });
            match value {
                Ok(Value::Null) => {}
                Ok(Value::Number(number)) if number.as_u64().is_some_and(|n| (1..=PAGE_MAX).contains(&n)) => {
                    return Ok(number.as_u64().unwrap_or(1));
                }
                _ => return Err(format!("{name} must be between 1 and {PAGE_MAX}")),
            }
        }
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_plain(document: &str) -> Result<(), String> {
        check(document, &Map::new(), true)
    }

    #[test]
    fn an_ordinary_page_passes() {
        let page = "{ conversations(view: ALL, first: 50) { nodes { id contact { name } channel { name } assignee { name } } } }";
        assert_eq!(check_plain(page), Ok(()));
    }

    #[test]
    fn pages_inside_pages_multiply() {
        let nested = "{ a(first: 100) { nodes { b(first: 100) { nodes { id } } } } }";
        assert!(check_plain(nested).unwrap_err().contains("costs"));
    }

    #[test]
    fn a_page_size_out_of_range_is_refused_before_it_is_multiplied() {
        assert!(check_plain("{ a(first: 0) { id } }").is_err());
        assert!(check_plain("{ a(first: 1000000000000) { id } }").is_err());
        let variables = serde_json::json!({ "n": 5000 });
        assert!(
            check("query($n: Int!) { a(first: $n) { id } }", variables.as_object().unwrap(), true).is_err()
        );
    }

    #[test]
    fn depth_aliases_directives_and_secret_guessing_are_bounded() {
        let deep = format!("{}id{}", "{ a ".repeat(13), "}".repeat(13));
        assert!(check_plain(&deep).is_err());
        let aliases: String = (0..16).map(|n| format!("a{n}: b ")).collect();
        assert!(check_plain(&format!("{{ {aliases} }}")).is_err());
        let directives = "@skip(if: false) ".repeat(21);
        assert!(check_plain(&format!("{{ a {directives} }}")).is_err());
        let twice = "mutation { a: signIn(email: \"a\", password: \"b\") { viewer { id } } b: signIn(email: \"a\", password: \"c\") { viewer { id } } }";
        assert!(check_plain(twice).is_err());
    }

    #[test]
    fn fragments_that_unfold_without_end_are_stopped() {
        let mut document = String::from("{ ...f0 }");
        for n in 0..12 {
            document.push_str(&format!(
                " fragment f{n} on Q {{ a {{ ...f{m} }} b {{ ...f{m} }} c {{ ...f{m} }} }}",
                m = n + 1
            ));
        }
        document.push_str(" fragment f12 on Q { id }");
        assert!(check_plain(&document).is_err());
    }

    #[test]
    fn mutations_and_fields_are_counted_however_they_are_wrapped() {
        let plain = "mutation { a { id } b { id } c { id } d { id } e { id } f { id } }";
        let inline =
            "mutation { ... on M { a { id } b { id } c { id } } ... on M { d { id } e { id } f { id } } }";
        let spread = "mutation { ...F ...F } fragment F on M { a { id } b { id } c { id } }";
        for document in [plain, inline, spread] {
            assert!(check_plain(document).unwrap_err().contains("mutations"), "{document}");
            assert_eq!(root_fields(document), 6, "{document}");
        }
        assert_eq!(check_plain("mutation { ...F } fragment F on M { a { id } b { id } }"), Ok(()));
    }

    #[test]
    fn a_document_of_many_small_tokens_is_refused() {
        assert!(check_plain(&format!("{{ {} }}", "a ".repeat(2_100))).unwrap_err().contains("tokens"));
    }

    #[test]
    fn the_parser_says_nothing_to_strangers() {
        assert_eq!(check("{ conversations(", &Map::new(), false).unwrap_err(), "the query is not valid");
    }
}
