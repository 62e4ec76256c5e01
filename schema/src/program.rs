//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct ProgramQuery;

#[Object]
impl ProgramQuery {
    /// x
    async fn x_program(&self) -> i32 {
        0
    }
}

#[derive(Default)]
pub(crate) struct ProgramMutation;

#[Object]
impl ProgramMutation {
    /// x
    async fn y_program(&self) -> i32 {
        0
    }
}
