//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct CaseloadQuery;

#[Object]
impl CaseloadQuery {
    /// x
    async fn x_caseload(&self) -> i32 {
        0
    }
}
