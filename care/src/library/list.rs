//! Finding exercises.

use super::table::{Column, Entity, Model};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// Which exercises are looked for; a missing part does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A part of the name, in any case.
    pub search: Option<String>,
    /// The key of a category.
    pub category: Option<String>,
    /// A movement tag.
    pub movement: Option<String>,
}

impl Filter {
    fn admits(&self, row: &Model) -> bool {
        let named = |search: &String| {
            super::text(&row.key, "en")
                .is_ok_and(|text| text.name.to_lowercase().contains(&search.trim().to_lowercase()))
        };
        self.search.as_ref().is_none_or(named)
            && self.category.as_ref().is_none_or(|category| row.categories.0.contains(category))
            && self.movement.as_ref().is_none_or(|tag| row.tags.0.contains(tag))
    }
}

/// One page of the library in the order of its numbers.
pub async fn list(scope: &Scope, filter: &Filter, request: &Request) -> Result<Page<Model>> {
    let window = request.check("exercises")?;
    let tx = scope.read().await?;
    let rows = Entity::find()
        .filter(Column::ArchivedAt.is_null())
        .order_by_asc(Column::Number)
        .all(tx.as_ref())
        .await?;
    let found: Vec<_> = rows
        .into_iter()
        .filter(|row| filter.admits(row))
        .map(|row| (Cursor { key: i64::from(row.number), id: row.id }, row))
        .collect();
    let total = u64::try_from(found.len()).ok();
    let mut rest: Vec<_> = found
        .into_iter()
        .filter(|(place, _)| window.after.is_none_or(|after| place.key > after.key))
        .filter(|(place, _)| window.before.is_none_or(|before| place.key < before.key))
        .collect();
    if window.backward {
        rest.reverse();
    }
    Ok(Page::cut(&window, rest, total))
}

/// The exercises of these ids; unknown ids are left out.
pub async fn by_ids(scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
    let tx = scope.read().await?;
    rows_by_ids(&tx, ids).await
}

/// The exercise of this id.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Model> {
    by_ids(scope, &[id]).await?.remove(&id).ok_or(Error::NotFound)
}

pub(crate) async fn rows_by_ids(tx: &Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
