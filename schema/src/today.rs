//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct TodayQuery;

#[Object]
impl TodayQuery {
    /// x
    async fn x_today(&self) -> i32 {
        0
    }
}
