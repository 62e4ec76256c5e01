//! (being written)

use async_graphql::Object;

#[derive(Default)]
pub(crate) struct ReminderQuery;

#[Object]
impl ReminderQuery {
    /// x
    async fn x_reminder(&self) -> i32 {
        0
    }
}

#[derive(Default)]
pub(crate) struct ReminderMutation;

#[Object]
impl ReminderMutation {
    /// x
    async fn y_reminder(&self) -> i32 {
        0
    }
}
