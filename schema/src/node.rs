//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// x
    async fn x_node(&self) -> i32 {
        0
    }
}
