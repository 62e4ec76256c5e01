//! Asking for the rows of many at once.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The rows of these (clinic, id): clinic by clinic, as the indices of the tables have them. Asked for by the ids
/// alone a table would be read whole.
pub(crate) fn among<C: ColumnTrait>((clinic, id): (C, C), keys: &[(Uuid, Uuid)]) -> Condition {
    let mut by_clinic: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (clinic_id, id) in keys {
        by_clinic.entry(*clinic_id).or_default().push(*id);
    }
    by_clinic.into_iter().fold(Condition::any(), |any, (clinic_id, ids)| {
        any.add(Condition::all().add(clinic.eq(clinic_id)).add(id.is_in(ids)))
    })
}
