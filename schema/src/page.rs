//! Relay connections from the pages of `care`.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{OutputType, SimpleObject};
use care::page::{Page, Request};

/// What a counted connection has beside its edges.
#[derive(SimpleObject)]
pub(crate) struct Total {
    /// Entries of the whole list.
    pub(crate) total_count: u64,
}

/// A connection without a count.
pub(crate) type Listed<T> = Connection<String, T>;
/// A connection that counts the whole list.
pub(crate) type Counted<T> = Connection<String, T, Total>;

/// The page that these arguments ask for.
pub(crate) fn request(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Request {
    Request { first, after, last, before }
}

/// The connection of a page of `list`.
pub(crate) fn listed<T, N: OutputType>(list: &str, page: Page<T>, node: impl Fn(T) -> N) -> Listed<N> {
    let mut connection = Connection::new(page.has_previous, page.has_next);
    let edge = |(cursor, entry): (care::page::Cursor, T)| {
        Edge::with_additional_fields(cursor.encode(list), node(entry), EmptyFields)
    };
    connection.edges.extend(page.entries.into_iter().map(edge));
    connection
}

/// The connection of a page of `list` that counts the whole list.
pub(crate) fn counted<T, N: OutputType>(list: &str, page: Page<T>, node: impl Fn(T) -> N) -> Counted<N> {
    let total = Total { total_count: page.total.unwrap_or_default() };
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    let edge = |(cursor, entry): (care::page::Cursor, T)| Edge::new(cursor.encode(list), node(entry));
    connection.edges.extend(page.entries.into_iter().map(edge));
    connection
}
