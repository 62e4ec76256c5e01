//! Giving a link to the calendar, renewing it and taking it back.

use super::super::table::calendar_feed::{Column, Entity, Model};
use crate::access::Scope;
use crate::account;
use crate::audit;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::sealed::digest;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// A link to the calendar of the patient who acts.
#[derive(Clone)]
pub struct Feed {
    /// The secret of the link: known only when it is made.
    pub token: Option<String>,
    /// Whether the patient's own words are shown as titles.
    pub include_titles: bool,
    /// When it was made.
    pub created_at: Instant,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Feed").field("created_at", &self.created_at).finish_non_exhaustive()
    }
}

/// Makes a link to the calendar of the patient who acts. One that was made before opens nothing from then on.
pub async fn create(scope: &Scope, include_titles: bool) -> Result<Feed> {
    let services = scope.services();
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    delete(&tx, &chart).await?;
    let (token, now) = (account::token(services), services.now());
    let row = Model {
        clinic_id: chart.clinic_id(),
        id: services.new_id(),
        patient_id: chart.id(),
        token_hash: digest(&token),
        include_titles,
        created_at: now,
        free_at: Instant::default(),
    };
    row.into_active_model().reset_all().insert(&tx).await?;
    end(tx, scope, &mut chart, "calendar.create").await?;
    Ok(Feed { token: Some(token), include_titles, created_at: now })
}

/// Takes the link back: it opens nothing any more. Whether there was one.
pub async fn revoke(scope: &Scope) -> Result<bool> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let revoked = delete(&tx, &chart).await?;
    if revoked {
        end(tx, scope, &mut chart, "calendar.revoke").await?;
    }
    Ok(revoked)
}

/// The link of the patient who acts, its secret apart; none where there is none.
pub async fn get(scope: &Scope) -> Result<Option<Feed>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.patient_id()?).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let feed =
        |row: Model| Feed { token: None, include_titles: row.include_titles, created_at: row.created_at };
    Ok(find.one(tx.as_ref()).await?.map(feed))
}

async fn delete(tx: &Tx, chart: &Chart) -> Result<bool> {
    let gone = Entity::delete_many()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected > 0)
}

async fn end(tx: Tx, scope: &Scope, chart: &mut Chart, action: &'static str) -> Result<()> {
    let change = chart.raise(&tx, None).await?;
    let object = (Kind::Patient, chart.id());
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(())
}
