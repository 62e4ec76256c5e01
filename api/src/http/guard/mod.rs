//! The document guard: no document can hurt the server, over any wire.
//!
//! Text pre-scan → one parse → variables held against their types → a cost that takes each
//! fragment once → the budgets. Only then the executor sees the document. The types come from
//! the schema in its printed form, the lengths of lists from one table.

mod catalog;
mod coerce;
mod cost;
mod lists;
mod prescan;

#[cfg(test)]
mod guard_tests;

use super::refusal::Refusal;
use async_graphql::Variables;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
};
use async_graphql::parser::{self, parse_query};
use axum::http::StatusCode;
use catalog::Catalog;
pub(crate) use cost::Cost;
use cost::Counter;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ptr;

/// The most that a document may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Fields within fields.
    pub depth: u64,
    /// Fields, spreads and inline fragments of the whole document, fragments written out.
    pub selections: u64,
    /// Aliases among them.
    pub aliases: u64,
    /// Directives among them.
    pub directives: u64,
    /// Values that the answer may hold.
    pub values: u64,
    /// Fields at the top of an operation.
    pub roots: u64,
    /// Operations and fragments of a document, and variables of an operation.
    pub definitions: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            depth: 16,
            selections: 2_000,
            aliases: 100,
            directives: 100,
            values: 50_000,
            roots: 20,
            definitions: 100,
        }
    }
}

/// Holds documents against the budgets.
#[derive(Debug)]
pub struct Guard {
    types: Catalog,
    budgets: Budgets,
    introspection: bool,
}

/// A document that may run.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    /// The document.
    pub(crate) document: ExecutableDocument,
    /// What the operation to run is.
    pub(crate) kind: OperationType,
    /// The variables it declares.
    pub(crate) variables: Variables,
    /// What it costs.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests read it"))]
    pub(crate) cost: Cost,
}

impl Guard {
    /// A guard over the schema in its printed form, which clients may ask for with `introspection`.
    ///
    /// # Errors
    ///
    /// Where the text is not a schema.
    pub fn new(sdl: &str, budgets: Budgets, introspection: bool) -> Result<Self, parser::Error> {
        Ok(Self { types: Catalog::parse(sdl)?, budgets, introspection })
    }

    /// Whether a document of one operation may run with these variables.
    pub fn admits(&self, text: &str, variables: Map<String, Value>) -> bool {
        self.check(text, None, variables).is_ok()
    }

    /// Checks the text of a document, and the variables of the operation that is to run.
    pub(crate) fn check(
        &self,
        text: &str,
        operation_name: Option<&str>,
        variables: Map<String, Value>,
    ) -> Result<Checked, Refusal> {
        prescan::check(text)?;
        let document = parse_query(text).map_err(|_| {
            let message = "The document is not valid GraphQL.";
            Refusal::new(StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED", message)
        })?;
        let operation = chosen(&document.operations, operation_name)?;
        let definitions = document.operations.iter().len() + document.fragments.len();
        self.hold("definitions", definitions.max(operation.variable_definitions.len()) as u64, |budgets| {
            budgets.definitions
        })?;
        let variables = coerce::variables(&self.types, operation, variables)?;
        let cost = self.cost(&document, operation, &variables)?;
        let kind = operation.ty;
        if kind == OperationType::Subscription && !has_one_root(operation) {
            return Err(Refusal::invalid("A subscription has one field at the top, outside of fragments."));
        }
        Ok(Checked { document, kind, variables, cost })
    }

    /// Whether a document may be trusted: one named operation within the budgets, taken with its
    /// variables at their defaults. Answers its name and kind.
    ///
    /// # Errors
    ///
    /// What is wrong, in one sentence.
    pub fn check_trusted(&self, text: &str) -> Result<(String, &'static str), String> {
        let told = |refusal: Refusal| refusal.message;
        prescan::check(text).map_err(told)?;
        let document = parse_query(text).map_err(|error| format!("{error}."))?;
        let mut operations = document.operations.iter();
        let (Some((Some(name), operation)), None) = (operations.next(), operations.next()) else {
            return Err("A document has one operation, and that has a name.".to_owned());
        };
        self.cost(&document, &operation.node, &Variables::default()).map_err(told)?;
        let kind = match operation.node.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        Ok((name.to_string(), kind))
    }

    /// The cost of the operation, where the document keeps within every budget.
    fn cost(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<Cost, Refusal> {
        let mut counter = Counter::new(&self.types, document, variables, self.introspection);
        let own = counter.operation(operation)?;
        // The rules of validation walk the whole document, so all of it counts for the selections.
        let mut selections = own.selections;
        let others =
            document.operations.iter().filter(|(_, other)| !ptr::eq(&raw const other.node, operation));
        for (_, other) in others {
            selections = selections.saturating_add(counter.operation(&other.node)?.selections);
        }
        for name in document.fragments.keys() {
            let cost = counter.fragment(name, 1)?;
            self.hold("depth", cost.levels, |_| cost::LEVELS)?;
            selections = selections.saturating_add(cost.selections);
        }
        self.hold("depth", own.levels, |_| cost::LEVELS)?;
        self.hold("depth", own.depth, |budgets| budgets.depth)?;
        self.hold("selections", selections, |budgets| budgets.selections)?;
        self.hold("aliases", own.aliases, |budgets| budgets.aliases)?;
        self.hold("directives", own.directives, |budgets| budgets.directives)?;
        self.hold("values", own.values, |budgets| budgets.values)?;
        self.hold("roots", own.roots, |budgets| budgets.roots)?;
        Ok(own)
    }

    fn hold(&self, budget: &'static str, cost: u64, limit: impl Fn(&Budgets) -> u64) -> Result<(), Refusal> {
        let limit = limit(&self.budgets);
        if cost > limit { Err(Refusal::too_complex(budget, cost, limit)) } else { Ok(()) }
    }
}

/// The operation that is to run, as the specification chooses it.
fn chosen<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let mut all = operations.iter();
    let chosen = match name {
        Some(name) => all.find(|(own, _)| own.is_some_and(|own| own == name)).ok_or(()),
        None => match (all.next(), all.next()) {
            (Some(only), None) => Ok(only),
            _ => return Err(Refusal::invalid("Say by operationName which operation is to run.")),
        },
    };
    let (_, operation) = chosen
        .map_err(|()| Refusal::invalid("The document has no operation of the name in operationName."))?;
    Ok(&operation.node)
}

fn has_one_root(operation: &OperationDefinition) -> bool {
    let items = &operation.selection_set.node.items;
    items.len() == 1 && items.iter().all(|item| matches!(item.node, Selection::Field(_)))
}
