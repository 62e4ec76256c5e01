//! Finding exercises.

use super::search::Words;
use super::table::{Column, Entity, Model};
use crate::access::Scope;
use crate::error::{Code, Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::store::Tx;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};
use std::collections::HashMap;
use uuid::Uuid;

/// The most characters that are looked for.
const LONGEST: usize = 100;
/// The bits of a place in the library's order; those above are the rank in a search.
const PLACE_BITS: u32 = 42;

/// Which exercises are looked for; a missing part does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The name or words of it in any language, in any order, case and accents left aside, a letter off;
    /// at most 100 characters.
    pub search: Option<String>,
    /// The key of a category.
    pub category: Option<String>,
    /// The key of a condition that it is commonly used for.
    pub condition: Option<String>,
    /// What it takes.
    pub equipment: Option<String>,
    /// A movement tag.
    pub movement: Option<String>,
}

impl Filter {
    fn typed(&self) -> Result<Option<Words>> {
        let text = self.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > LONGEST) {
            return Err(Error::field("search", Code::TooLong, "Give at most 100 characters."));
        }
        Ok(text.map(Words::of))
    }

    fn admits(&self, row: &Model) -> bool {
        [
            (&self.category, &row.categories),
            (&self.condition, &row.conditions),
            (&self.equipment, &row.equipment),
            (&self.movement, &row.tags),
        ]
        .into_iter()
        .all(|(wanted, words)| wanted.as_ref().is_none_or(|wanted| words.0.contains(wanted)))
    }
}

/// Where the row stands in the list: the library's own order, the clinic's own after it, and before that,
/// where something was typed, how well a name answers to it. None when no name does.
fn place(typed: Option<&Words>, row: &Model) -> Option<Cursor> {
    let rank = match typed {
        None => 0,
        Some(typed) => row.texts().filter_map(|(_, text)| typed.rank(&Words::of(&text.name))).min()?,
    };
    let order = row.created_at.map_or(i64::from(row.number), |at| at.0);
    Some(Cursor { key: (rank << PLACE_BITS) | order.clamp(0, (1 << PLACE_BITS) - 1), id: row.id })
}

/// One page of the exercises that the clinic has, those best found first, else in the library's order.
pub async fn list(scope: &Scope, filter: &Filter, request: &Request) -> Result<Page<Model>> {
    let window = request.check("exercises")?;
    let typed = filter.typed()?;
    let tx = scope.read().await?;
    let rows = visible(scope.clinic_id()).filter(Column::ArchivedAt.is_null()).all(tx.as_ref()).await?;
    let mut found: Vec<_> = rows
        .into_iter()
        .filter(|row| filter.admits(row))
        .filter_map(|row| Some((place(typed.as_ref(), &row)?, row)))
        .collect();
    found.sort_by_key(|(place, _)| (place.key, place.id));
    Ok(Page::of_all(&window, found))
}

/// The exercises of these ids; those unknown to the clinic are left out.
pub async fn by_ids(scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
    let tx = scope.read().await?;
    rows_by_ids(&tx, scope.clinic_id(), ids).await
}

/// The exercise of this id.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Model> {
    by_ids(scope, &[id]).await?.remove(&id).ok_or(Error::NotFound)
}

/// The rows that a clinic sees: the shared ones and its own, archived ones too.
pub(super) fn visible(clinic_id: Uuid) -> Select<Entity> {
    let own = Condition::any().add(Column::ClinicId.is_null()).add(Column::ClinicId.eq(clinic_id));
    Entity::find().filter(own)
}

pub(crate) async fn rows_by_ids(tx: &Tx, clinic_id: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = visible(clinic_id).filter(Column::Id.is_in(ids.iter().copied())).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
