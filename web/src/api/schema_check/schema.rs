//! The committed schema, and the rules of GraphQL that our operations could break.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql_parser::types::{
    BaseType, ExecutableDocument, FieldDefinition, InputValueDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql_parser::{Positioned, parse_query, parse_schema};
use async_graphql_value::Value as Argument;
use serde_json::Value;

/// The types of the schema by name.
pub(super) struct Schema {
    types: BTreeMap<String, TypeKind>,
}

/// The name under all lists and non-nulls.
pub(super) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

impl Schema {
    /// Reads `schema.graphql` at the repository's root, which the server's own test keeps true.
    pub(super) fn read() -> Self {
        let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(manifest.join("../schema.graphql")).unwrap();
        let document = parse_schema(text).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node.kind)),
            _ => None,
        });
        Self { types: types.collect() }
    }

    pub(super) fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.types.get(name)
    }

    fn fields(&self, ty: &str) -> &[Positioned<FieldDefinition>] {
        match self.kind(ty) {
            Some(TypeKind::Object(object)) => &object.fields,
            Some(TypeKind::Interface(interface)) => &interface.fields,
            _ => panic!("{ty} has no fields"),
        }
    }

    pub(super) fn field(&self, ty: &str, name: &str) -> &FieldDefinition {
        let found = self.fields(ty).iter().find(|field| field.node.name.node == name);
        &found.unwrap_or_else(|| panic!("{ty} has no field `{name}`")).node
    }

    /// Parses a document with one operation and checks its selections and arguments.
    pub(super) fn check_document(&self, text: &str) -> ExecutableDocument {
        let document = parse_query(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut used = BTreeSet::new();
        let operation = operation(&document);
        let variables = operation.variable_definitions.iter();
        let variables = variables.map(|v| (v.node.name.node.to_string(), &v.node.var_type.node)).collect();
        let mut visit = Visit { schema: self, document: &document, variables: &variables, used: &mut used };
        visit.selection(root(operation), &operation.selection_set.node);
        for name in variables.keys() {
            assert!(used.contains(&format!("${name}")), "variable ${name} is not used: {text}");
        }
        for name in document.fragments.keys() {
            assert!(used.contains(&format!("...{name}")), "fragment {name} is not used: {text}");
        }
        document
    }

    /// Checks what is sent as variables: all that is needed, nothing that is unknown.
    pub(super) fn check_variables(&self, document: &ExecutableDocument, sent: &Value) {
        let definitions = &operation(document).variable_definitions;
        let sent = sent.as_object().unwrap();
        for name in sent.keys() {
            assert!(definitions.iter().any(|v| v.node.name.node == *name), "unknown variable `{name}`");
        }
        for definition in definitions {
            let name = definition.node.name.node.as_str();
            self.check_input(&definition.node.var_type.node, sent.get(name).unwrap_or(&Value::Null), name);
        }
    }

    fn check_input(&self, ty: &Type, sent: &Value, place: &str) {
        if sent.is_null() {
            assert!(ty.nullable, "{place} is needed");
            return;
        }
        let name = match &ty.base {
            BaseType::List(inner) => {
                let items = sent.as_array().unwrap_or_else(|| panic!("{place} is a list"));
                items.iter().for_each(|item| self.check_input(inner, item, place));
                return;
            }
            BaseType::Named(name) => name.as_str(),
        };
        match (self.kind(name), name) {
            (Some(TypeKind::InputObject(object)), _) => {
                let sent = sent.as_object().unwrap_or_else(|| panic!("{place} is an object"));
                for key in sent.keys() {
                    assert!(
                        object.fields.iter().any(|f| f.node.name.node == *key),
                        "{name} has no field `{key}`"
                    );
                }
                for field in &object.fields {
                    let key = field.node.name.node.as_str();
                    self.check_input(&field.node.ty.node, sent.get(key).unwrap_or(&Value::Null), key);
                }
            }
            (Some(TypeKind::Enum(values)), _) => {
                let sent = sent.as_str().unwrap_or_default();
                assert!(
                    values.values.iter().any(|v| v.node.value.node == sent),
                    "{name} has no value `{sent}`"
                );
            }
            (_, "Int") => assert!(sent.is_i64() || sent.is_u64(), "{place} is a whole number"),
            (_, "Float") => assert!(sent.is_number(), "{place} is a number"),
            (_, "Boolean") => assert!(sent.is_boolean(), "{place} is true or false"),
            _ => assert!(sent.is_string(), "{place} is text"),
        }
    }
}

/// The one operation of a document.
pub(super) fn operation(document: &ExecutableDocument) -> &OperationDefinition {
    let mut operations = document.operations.iter();
    let operation = &operations.next().unwrap().1.node;
    assert!(operations.next().is_none(), "one operation a document");
    operation
}

/// The type at which an operation begins.
pub(super) fn root(operation: &OperationDefinition) -> &'static str {
    match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

struct Visit<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a BTreeMap<String, &'a Type>,
    used: &'a mut BTreeSet<String>,
}

impl Visit<'_> {
    fn selection(&mut self, ty: &str, selection: &SelectionSet) {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) => {
                    let definition = self.schema.field(ty, &field.node.name.node);
                    self.arguments(ty, definition, &field.node.arguments);
                    let inner = named(&definition.ty.node);
                    let nested = &field.node.selection_set.node;
                    let composite = matches!(
                        self.schema.kind(inner),
                        Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
                    );
                    assert_eq!(
                        composite,
                        !nested.items.is_empty(),
                        "selection of {ty}.{}",
                        definition.name.node
                    );
                    if composite {
                        self.selection(inner, nested);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.to_string();
                    let fragment = &self.document.fragments.get(name.as_str());
                    let fragment = &fragment.unwrap_or_else(|| panic!("fragment {name} is missing")).node;
                    assert_eq!(
                        fragment.type_condition.node.on.node, ty,
                        "fragment {name} is on another type"
                    );
                    self.used.insert(format!("...{name}"));
                    self.selection(ty, &fragment.selection_set.node);
                }
                Selection::InlineFragment(_) => panic!("inline fragments are not in use"),
            }
        }
    }

    fn arguments(
        &mut self,
        ty: &str,
        field: &FieldDefinition,
        given: &[(Positioned<async_graphql_value::Name>, Positioned<Argument>)],
    ) {
        let place = format!("{ty}.{}", field.name.node);
        for (name, value) in given {
            let wanted = field.arguments.iter().find(|argument| argument.node.name.node == name.node);
            let wanted = wanted.unwrap_or_else(|| panic!("{place} has no argument `{}`", name.node));
            if let Argument::Variable(variable) = &value.node {
                let declared = self.variables.get(variable.as_str());
                let declared = declared.unwrap_or_else(|| panic!("${variable} is not declared"));
                self.used.insert(format!("${variable}"));
                assert_eq!(named(declared), named(&wanted.node.ty.node), "type of ${variable} at {place}");
                assert!(
                    wanted.node.ty.node.nullable || !declared.nullable,
                    "${variable} may be null at {place}"
                );
            }
        }
        let lacking = |argument: &&Positioned<InputValueDefinition>| {
            !argument.node.ty.node.nullable
                && argument.node.default_value.is_none()
                && !given.iter().any(|(name, _)| name.node == argument.node.name.node)
        };
        if let Some(argument) = field.arguments.iter().find(lacking) {
            panic!("{place} lacks its argument `{}`", argument.node.name.node);
        }
    }
}
