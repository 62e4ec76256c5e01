//! The types of the schema, read once from its printed form.

use async_graphql::Name;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{Error, parse_schema};
use std::collections::{HashMap, HashSet};

/// The types that every schema has and none prints.
const INTROSPECTION: &str = "
type __Schema { description: String types: [__Type!]! queryType: __Type! mutationType: __Type
  subscriptionType: __Type directives: [__Directive!]! }
type __Type { kind: __TypeKind! name: String description: String specifiedByURL: String
  fields(includeDeprecated: Boolean): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean): [__EnumValue!]
  inputFields(includeDeprecated: Boolean): [__InputValue!] ofType: __Type isOneOf: Boolean }
type __Field { name: String! description: String args(includeDeprecated: Boolean): [__InputValue!]!
  type: __Type! isDeprecated: Boolean! deprecationReason: String }
type __InputValue { name: String! description: String type: __Type! defaultValue: String
  isDeprecated: Boolean! deprecationReason: String }
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive { name: String! description: String locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean): [__InputValue!]! isRepeatable: Boolean! }
";

/// A field of an object or interface.
#[derive(Debug)]
pub(super) struct Field {
    /// Its type.
    pub(super) ty: Type,
    /// The types of its arguments.
    pub(super) arguments: HashMap<Name, Type>,
}

/// A field of an input object.
#[derive(Debug)]
pub(super) struct InputField {
    /// Its type.
    pub(super) ty: Type,
    /// Whether it may be left out though its type is not nullable.
    pub(super) has_default: bool,
}

/// What a type is.
#[derive(Debug)]
pub(super) enum Kind {
    /// An object or interface.
    Fields(HashMap<Name, Field>),
    /// A union.
    Union,
    /// A scalar of our own.
    Scalar,
    /// An enum with these values.
    Enum(HashSet<Name>),
    /// An input object.
    Input(HashMap<Name, InputField>),
}

/// All types of a schema.
#[derive(Debug)]
pub(super) struct Catalog(HashMap<Name, Kind>);

impl Catalog {
    /// The types of a schema in its printed form.
    pub(super) fn parse(sdl: &str) -> Result<Self, Error> {
        let mut types = HashMap::new();
        for text in [sdl, INTROSPECTION] {
            for definition in parse_schema(text)?.definitions {
                if let TypeSystemDefinition::Type(definition) = definition {
                    types.insert(definition.node.name.node.clone(), kind(definition.node));
                }
            }
        }
        Ok(Self(types))
    }

    /// The type of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Kind> {
        self.0.get(name)
    }

    /// A field of a type, those that every query root has included.
    pub(super) fn field(&self, parent: &str, name: &str) -> Option<&Field> {
        match self.get(parent)? {
            Kind::Fields(fields) => fields.get(name),
            _ => None,
        }
    }

    /// Every field of an object or interface, with its type's name.
    #[cfg(test)]
    pub(super) fn fields(&self) -> impl Iterator<Item = (&Name, &Name, &Field)> {
        self.0.iter().flat_map(|(name, kind)| match kind {
            Kind::Fields(fields) => fields.iter().map(|(field, it)| (name, field, it)).collect(),
            _ => Vec::new(),
        })
    }
}

/// The name of a type inside its lists.
pub(super) fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

/// Whether a type is a list.
pub(super) fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn kind(definition: TypeDefinition) -> Kind {
    match definition.kind {
        TypeKind::Object(object) => {
            fields(&definition.name.node, object.fields.into_iter().map(|it| it.node))
        }
        TypeKind::Interface(interface) => {
            fields(&definition.name.node, interface.fields.into_iter().map(|it| it.node))
        }
        TypeKind::Union(_) => Kind::Union,
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Enum(values) => {
            Kind::Enum(values.values.into_iter().map(|value| value.node.value.node).collect())
        }
        TypeKind::InputObject(input) => {
            let field = |it: InputValueDefinition| {
                (it.name.node, InputField { ty: it.ty.node, has_default: it.default_value.is_some() })
            };
            Kind::Input(input.fields.into_iter().map(|it| field(it.node)).collect())
        }
    }
}

fn fields(parent: &Name, definitions: impl Iterator<Item = FieldDefinition>) -> Kind {
    let field = |it: FieldDefinition| {
        let argument = |it: InputValueDefinition| (it.name.node, it.ty.node);
        let arguments = it.arguments.into_iter().map(|it| argument(it.node)).collect();
        (it.name.node, Field { ty: it.ty.node, arguments })
    };
    let mut fields: HashMap<_, _> = definitions.map(field).collect();
    if parent == "Query" {
        for (name, ty) in [("__schema", "__Schema!"), ("__type", "__Type")] {
            if let Some(ty) = Type::new(ty) {
                fields.insert(Name::new(name), Field { ty, arguments: HashMap::new() });
            }
        }
    }
    Kind::Fields(fields)
}
