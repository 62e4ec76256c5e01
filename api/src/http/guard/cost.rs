//! What a document would cost, from its text, the schema and the variables alone.
//!
//! Each fragment is costed once, so the work grows with the text and not with what it expands to.

use super::catalog::{Catalog, is_list, named};
use super::coerce;
use super::lists::{Length, length};
use crate::http::refusal::Refusal;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::Value;
use care::page;
use std::collections::HashMap;

/// The deepest nesting of selection sets, fragments included, that is looked at. Deeper ones are
/// over every budget.
pub(super) const LEVELS: u64 = 64;

/// What a document costs. Sums stop at the largest number instead of overflowing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Fields within fields.
    pub(crate) depth: u64,
    /// Selection sets within selection sets, those of fragments included.
    pub(crate) levels: u64,
    /// Fields, spreads and inline fragments, with fragments written out wherever they are spread.
    pub(crate) selections: u64,
    /// Aliases among them.
    pub(crate) aliases: u64,
    /// Directives among them.
    pub(crate) directives: u64,
    /// Values that the answer may hold, lists taken as long as they may be.
    pub(crate) values: u64,
    /// Fields at the top, fragments written out.
    pub(crate) roots: u64,
}

impl Cost {
    /// Both, one beside the other.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            values: self.values.saturating_add(other.values),
            roots: self.roots.saturating_add(other.roots),
        }
    }
}

/// Counts a document.
pub(super) struct Counter<'a> {
    types: &'a Catalog,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    introspection: bool,
    /// The cost of each fragment; none while it is being counted.
    counted: HashMap<&'a Name, Option<Cost>>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        types: &'a Catalog,
        document: &'a ExecutableDocument,
        variables: &'a Variables,
        introspection: bool,
    ) -> Self {
        Self { types, fragments: &document.fragments, variables, introspection, counted: HashMap::new() }
    }

    /// The cost of an operation.
    pub(super) fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, Refusal> {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let own = directives(&operation.directives);
        Ok(self.set(Some(root), &operation.selection_set.node, 1)?.beside(own))
    }

    /// The cost of a fragment by itself.
    pub(super) fn fragment(&mut self, name: &'a Name, level: u64) -> Result<Cost, Refusal> {
        match self.counted.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(Refusal::invalid(format!("The fragment {name} spreads itself."))),
            None => {}
        }
        // A fragment that does not exist is left to the rules of validation.
        let Some(fragment) = self.fragments.get(name).map(|fragment| &fragment.node) else {
            return Ok(Cost::default());
        };
        self.counted.insert(name, None);
        let on = fragment.type_condition.node.on.node.as_str();
        let own = directives(&fragment.directives);
        let cost = self.set(Some(on), &fragment.selection_set.node, level)?.beside(own);
        self.counted.insert(name, Some(cost));
        Ok(cost)
    }

    fn set(&mut self, parent: Option<&'a str>, set: &'a SelectionSet, level: u64) -> Result<Cost, Refusal> {
        if level > LEVELS {
            return Err(Refusal::too_complex("depth", level, LEVELS));
        }
        let mut sum = Cost::default();
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(parent, &field.node, level)?,
                Selection::FragmentSpread(spread) => {
                    let spread = &spread.node;
                    one(&spread.directives)
                        .beside(self.fragment(&spread.fragment_name.node, level.saturating_add(1))?)
                }
                Selection::InlineFragment(inline) => {
                    let inline = &inline.node;
                    let on = inline.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    one(&inline.directives).beside(self.set(
                        on.or(parent),
                        &inline.selection_set.node,
                        level.saturating_add(1),
                    )?)
                }
            };
            sum = sum.beside(cost);
        }
        sum.levels = sum.levels.saturating_add(1);
        Ok(sum)
    }

    fn field(&mut self, parent: Option<&'a str>, field: &'a Field, level: u64) -> Result<Cost, Refusal> {
        let name = field.name.node.as_str();
        let types = self.types;
        if !self.introspection && ["__schema", "__type"].contains(&name) {
            return Err(Refusal::invalid(
                "This server does not tell its schema. Its SDL comes with its release.",
            ));
        }
        let known = parent.and_then(|parent| types.field(parent, name));
        let within = known.map(|known| named(&known.ty).as_str());
        let inner = self.set(within, &field.selection_set.node, level.saturating_add(1))?;
        let length = match (known, parent.and_then(|parent| length(parent, name))) {
            (_, Some(length)) => self.entries(length, field),
            // A list that the table forgot is as long as a list may be.
            (Some(known), None) if is_list(&known.ty) && !of_connection(parent, name) => {
                u64::from(page::LARGEST)
            }
            _ => 1,
        };
        for (argument, value) in &field.arguments {
            if let Some(ty) = known.and_then(|known| known.arguments.get(&argument.node)) {
                coerce::check(types, ty, &value.node)
                    .map_err(|fault| fault.refusal("argument", &argument.node))?;
            }
        }
        let own = one(&field.directives);
        Ok(Cost {
            depth: inner.depth.saturating_add(1),
            levels: inner.levels,
            selections: inner.selections.saturating_add(1),
            aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: inner.directives.saturating_add(own.directives),
            values: if inner.selections == 0 {
                length
            } else {
                length.saturating_mul(inner.values).saturating_add(1)
            },
            roots: 1,
        })
    }

    /// The entries of a list, by its arguments.
    fn entries(&self, length: Length, field: &Field) -> u64 {
        match length {
            Length::About(entries) => entries,
            Length::Of(argument) => match self.argument(field, argument) {
                Some(Value::List(list)) => list.len() as u64,
                _ => 1,
            },
            Length::Page => {
                let asked =
                    ["first", "last"].into_iter().find_map(|name| match self.argument(field, name)? {
                        Value::Number(number) => number.as_i64(),
                        _ => None,
                    });
                // A size out of range is refused by the list itself, in its own words.
                let largest = i64::from(page::LARGEST);
                asked.map_or(page::DEFAULT.into(), |asked| asked.clamp(0, largest).unsigned_abs())
            }
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        match &field.get_argument(name)?.node {
            Value::Variable(variable) => self.variables.get(variable).cloned().map(Into::into),
            value => Some(value.clone()),
        }
    }
}

/// Whether this is the list of a connection, which is as long as the connection itself.
fn of_connection(parent: Option<&str>, field: &str) -> bool {
    parent.is_some_and(|parent| parent.ends_with("Connection")) && ["edges", "nodes"].contains(&field)
}

/// One selection with its directives.
fn one(directives: &[Positioned<Directive>]) -> Cost {
    Cost { selections: 1, ..self::directives(directives) }
}

fn directives(directives: &[Positioned<Directive>]) -> Cost {
    Cost { directives: directives.len() as u64, ..Cost::default() }
}
