//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct ServerInfoQuery;

#[Object]
impl ServerInfoQuery {
    /// x
    async fn x_server_info(&self) -> i32 {
        0
    }
}
