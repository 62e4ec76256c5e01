//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// x
    async fn x_account(&self) -> i32 {
        0
    }
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// x
    async fn y_account(&self) -> i32 {
        0
    }
}
