//! Finding templates and protocols.

use super::table::{Column, Entity};
use super::{Template, shipped};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::library::Language;
use crate::page::{Cursor, Page, Request};
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// Which templates are looked for; a missing part does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The key of a condition they are for.
    pub condition: Option<String>,
    /// Whether they are protocols.
    pub after_surgery: Option<bool>,
    /// Whether those taken out of the list and earlier versions are listed too.
    pub archived: bool,
}

impl Filter {
    fn admits(&self, template: &Template) -> bool {
        self.condition.as_ref().is_none_or(|key| template.conditions.contains(key))
            && self.after_surgery.is_none_or(|after| template.after_surgery == after)
            && (self.archived || template.archived_at.is_none())
    }
}

/// One page of the templates, the shipped ones first, then the clinic's own, oldest first. Shipped ones are
/// in this language. Clinicians only.
pub async fn list(
    scope: &Scope,
    filter: &Filter,
    request: &Request,
    language: Language,
) -> Result<Page<Template>> {
    scope.member_id()?;
    let window = request.check("programTemplates")?;
    let tx = scope.read().await?;
    let own = Entity::find()
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(tx.as_ref())
        .await?;
    let all = shipped::templates(language).chain(own.into_iter().map(Template::from));
    let place =
        |template: &Template| Cursor { key: template.created_at.map_or(0, |at| at.0), id: template.id };
    let found: Vec<_> =
        all.filter(|template| filter.admits(template)).map(|template| (place(&template), template)).collect();
    Ok(Page::of_all(&window, found))
}

/// The template of this id, also one that is no longer listed. Clinicians only.
pub async fn get(scope: &Scope, id: Uuid, language: Language) -> Result<Template> {
    scope.member_id()?;
    let tx = scope.read().await?;
    find(&tx, scope, id, language).await?.ok_or(Error::NotFound)
}

pub(super) async fn find(tx: &Tx, scope: &Scope, id: Uuid, language: Language) -> Result<Option<Template>> {
    if let Some(template) = shipped::templates(language).find(|template| template.id == id) {
        return Ok(Some(template));
    }
    Ok(Entity::find_by_id((scope.clinic_id(), id)).one(tx).await?.map(Template::from))
}
