//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct LibraryQuery;

#[Object]
impl LibraryQuery {
    /// x
    async fn x_library(&self) -> i32 {
        0
    }
}
