//! Variables and arguments held against their types, before anything runs.
//!
//! The executor checks a variable when it first needs it; by then the first field of a mutation
//! has run. So all of them are checked here.

use super::catalog::{Catalog, Kind, named};
use crate::http::refusal::Refusal;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Value as Const, Variables};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

/// What is wrong with a value: where in it, and why.
pub(super) struct Fault {
    path: Vec<String>,
    reason: String,
}

impl Fault {
    fn new(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    fn under(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }

    /// The refusal of a value that stands at `name`: a variable, or an argument.
    pub(super) fn refusal(mut self, kind: &str, name: &str) -> Refusal {
        self.path.push(name.to_owned());
        self.path.reverse();
        let message = format!("The {kind} {}: {}", self.path.join("."), self.reason);
        Refusal::malformed(message).with(kind, name).with("path", self.path)
    }
}

/// The variables of an operation: those it declares, checked against their types, with defaults
/// where none are given. Others are passed over, as the specification has it.
pub(super) fn variables(
    types: &Catalog,
    operation: &OperationDefinition,
    mut given: Map<String, Json>,
) -> Result<Variables, Refusal> {
    let mut variables = Variables::default();
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let refuse = |fault: Fault| fault.refusal("variable", name);
        if !matches!(types.get(named(ty)), Some(Kind::Input(_) | Kind::Enum(_) | Kind::Scalar) | None) {
            return Err(Refusal::invalid(format!("The variable {name} has a type that is not of input.")));
        }
        let value = match (given.remove(name.as_str()), &definition.node.default_value) {
            (Some(value), _) => Const::from_json(value).map_err(|_| refuse(Fault::new("is not a value.")))?,
            (None, Some(default)) => default.node.clone(),
            (None, None) if ty.nullable => continue,
            (None, None) => return Err(refuse(Fault::new(format!("is required: {ty}.")))),
        };
        check(types, ty, &value.clone().into_value()).map_err(refuse)?;
        variables.insert(name.clone(), value);
    }
    Ok(variables)
}

/// Checks a value against an input type. A variable within it has been checked by itself.
pub(super) fn check(types: &Catalog, ty: &Type, value: &Value) -> Result<(), Fault> {
    match value {
        Value::Variable(_) => Ok(()),
        Value::Null if ty.nullable => Ok(()),
        Value::Null => Err(Fault::new(format!("must not be null: {ty}."))),
        _ => match (&ty.base, value) {
            (BaseType::List(entry), Value::List(values)) => {
                for (at, value) in values.iter().enumerate() {
                    check(types, entry, value).map_err(|fault| fault.under(at.to_string()))?;
                }
                Ok(())
            }
            // A single value stands for a list of one.
            (BaseType::List(entry), single) => check(types, entry, single),
            (BaseType::Named(name), value) => check_named(types, name, value),
        },
    }
}

fn check_named(types: &Catalog, name: &Name, value: &Value) -> Result<(), Fault> {
    match (types.get(name), value) {
        (Some(Kind::Input(fields)), Value::Object(given)) => {
            if let Some(unknown) = given.keys().find(|key| !fields.contains_key(*key)) {
                return Err(Fault::new(format!("{name} has no such field.")).under(unknown.as_str()));
            }
            for (key, field) in fields {
                match given.get(key) {
                    Some(value) => {
                        check(types, &field.ty, value).map_err(|fault| fault.under(key.as_str()))?;
                    }
                    None if field.ty.nullable || field.has_default => {}
                    None => return Err(Fault::new(format!("is required: {}.", field.ty)).under(key.as_str())),
                }
            }
            Ok(())
        }
        (Some(Kind::Input(_)), _) => Err(Fault::new(format!("must be an object: {name}."))),
        (Some(Kind::Enum(values)), Value::Enum(value)) if values.contains(value) => Ok(()),
        (Some(Kind::Enum(values)), Value::String(value)) if values.contains(value.as_str()) => Ok(()),
        (Some(Kind::Enum(_)), _) => Err(Fault::new(format!("must be a value of {name}."))),
        (Some(Kind::Scalar), value) => match value.clone().into_const() {
            Some(value) => schema::check_scalar(name, value).map_err(Fault::new),
            None => Ok(()),
        },
        _ => check_built_in(name, value),
    }
}

fn check_built_in(name: &Name, value: &Value) -> Result<(), Fault> {
    let fits = match (name.as_str(), value) {
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|it| i32::try_from(it).is_ok()),
        ("Float", Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
        ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        // A type that does not exist is left to the rules of validation.
        ("Int" | "Float" | "String" | "Boolean" | "ID", _) => false,
        _ => true,
    };
    if fits { Ok(()) } else { Err(Fault::new(format!("must be of type {name}."))) }
}
