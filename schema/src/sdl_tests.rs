//! The printed schema: everything in it is explained, and lists that grow are connections.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(crate::sdl()).unwrap();
    document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        })
        .collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn inputs(definition: &TypeDefinition) -> Vec<&InputValueDefinition> {
    match &definition.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|field| &field.node).collect(),
        _ => fields(definition)
            .iter()
            .flat_map(|field| &field.arguments)
            .map(|argument| &argument.node)
            .collect(),
    }
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let mut silent = Vec::new();
    for definition in types() {
        let name = &definition.name.node;
        // The roots are what the whole schema is about; the library's connections explain each of
        // their fields.
        let plain =
            ["Query", "Mutation", "Subscription"].contains(&name.as_str()) || name.ends_with("Connection");
        if definition.description.is_none() && !plain {
            silent.push(name.to_string());
        }
        for field in fields(&definition) {
            if field.description.is_none() {
                silent.push(format!("{name}.{}", field.name.node));
            }
        }
        for input in inputs(&definition) {
            if input.description.is_none() {
                silent.push(format!("{name}({})", input.name.node));
            }
        }
        if let TypeKind::Enum(values) = &definition.kind {
            let undescribed = values.values.iter().filter(|value| value.node.description.is_none());
            silent.extend(undescribed.map(|value| format!("{name}.{}", value.node.value.node)));
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}

#[test]
fn every_mutation_takes_one_input_and_answers_user_errors() {
    let types = types();
    let mutation = types.iter().find(|definition| definition.name.node == "Mutation").unwrap();
    for field in fields(mutation) {
        let name = field.name.node.as_str();
        let arguments: Vec<_> =
            field.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
        let needs_none = ["signOut", "enrollTotp", "exportMyData", "deleteMyAccount", "revokeCalendarFeed"];
        assert!(arguments == ["input"] || needs_none.contains(&name), "{name} takes {arguments:?}");
        let payload = field.ty.node.to_string();
        let payload = types.iter().find(|other| format!("{}!", other.name.node) == payload);
        let errors = fields(payload.unwrap()).into_iter().find(|field| field.name.node == "userErrors");
        assert_eq!(errors.unwrap().ty.node.to_string(), "[UserError!]!", "{name}");
    }
}
