//! The committed schema is the one that is served: clients are checked against it.

/// `switchboard schema > schema.graphql` brings it up to date.
#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../../schema.graphql");
    let served = server::graphql::sdl();
    assert!(
        committed.trim_end() == served.trim_end(),
        "schema.graphql is stale: write it anew with `cargo run -p switchboard -- schema > schema.graphql`"
    );
}

/// An expected outcome needs a place to stand: no mutation answers with a bare value.
#[test]
fn every_mutation_answers_with_a_payload_of_its_own() {
    let served = server::graphql::sdl();
    let (_, from) = served.split_once("type Mutation {").unwrap();
    let (mutations, _) = from.split_once("\n}").unwrap();
    let fields: Vec<&str> = mutations
        .lines()
        .map(str::trim)
        .filter(|line| {
            line.split(['(', ':']).next().is_some_and(|name| !name.is_empty() && !name.contains([' ', '"']))
        })
        .collect();
    assert!(fields.len() >= 25, "{fields:#?}");
    for field in fields {
        assert!(field.ends_with("Payload!"), "{field}");
    }
}
