//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct ProgressQuery;

#[Object]
impl ProgressQuery {
    /// x
    async fn x_progress(&self) -> i32 {
        0
    }
}

#[derive(Default)]
pub(crate) struct ProgressMutation;

#[Object]
impl ProgressMutation {
    /// x
    async fn y_progress(&self) -> i32 {
        0
    }
}
