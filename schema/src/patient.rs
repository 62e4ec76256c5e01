//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct PatientQuery;

#[Object]
impl PatientQuery {
    /// x
    async fn x_patient(&self) -> i32 {
        0
    }
}

#[derive(Default)]
pub(crate) struct PatientMutation;

#[Object]
impl PatientMutation {
    /// x
    async fn y_patient(&self) -> i32 {
        0
    }
}
