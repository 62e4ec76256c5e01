//! Single-use invitations: a link of 128 random bits, or a short code that needs the birth date.

use super::Email;
use super::table::invitation;
use crate::access::{Role, Services};
use crate::clock::{Instant, random_bytes};
use crate::error::Result;
use crate::sealed::{Place, digest};
use crate::store::Tx;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// Seven days.
const LIFETIME: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Wrong birth dates after which a code is dead.
pub(crate) const TRIES: i32 = 5;
/// Crockford's alphabet: no I, L, O or U to misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// An invitation as it is handed over, once.
#[derive(Clone)]
pub struct Invited {
    /// The secret of the link.
    pub token: String,
    /// Ten characters to read out or type.
    pub code: String,
    /// When it ends.
    pub expires_at: Instant,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Invited")
    }
}

/// Whom an invitation is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct For<'a> {
    pub(crate) clinic_id: Uuid,
    pub(crate) role: Role,
    pub(crate) patient_id: Option<Uuid>,
    pub(crate) created_by: Option<Uuid>,
    /// The only address that may accept it.
    pub(crate) email: Option<&'a Email>,
}

/// Makes an invitation. Earlier ones of the same patient end with it.
pub(crate) async fn issue(tx: &Tx, services: &Services, whom: For<'_>) -> Result<Invited> {
    let now = services.now();
    if let Some(patient_id) = whom.patient_id {
        end_earlier(tx, whom.clinic_id, patient_id, now).await?;
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<16>(services.random.as_ref()));
    let code = typed_code(services);
    let (id, expires_at) = (services.new_id(), now.plus(LIFETIME));
    let email = whom
        .email
        .map(|email| services.keys.installation.seal(services.random.as_ref(), place(id), email.as_str()))
        .transpose()?;
    invitation::ActiveModel {
        id: Set(id),
        clinic_id: Set(whom.clinic_id),
        role: Set(whom.role),
        patient_id: Set(whom.patient_id),
        email: Set(email),
        link_hash: Set(digest(&token)),
        code_hash: Set(services.keys.installation.index("invitation.code", code.as_bytes())),
        tries: Set(0),
        created_by: Set(whom.created_by),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(Invited { token, code, expires_at })
}

/// Ten random characters that can be read out and typed.
pub(super) fn typed_code(services: &Services) -> String {
    random_bytes::<10>(services.random.as_ref())
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter)))
        .collect()
}

/// A typed code as it was made.
pub(super) fn normalized(code: &str) -> String {
    code.trim().to_uppercase().replace(['-', ' '], "")
}

/// Ends the invitations of a patient that are still open.
pub(crate) async fn end_earlier(tx: &Tx, clinic_id: Uuid, patient_id: Uuid, now: Instant) -> Result<()> {
    invitation::Entity::update_many()
        .col_expr(invitation::Column::ExpiresAt, Expr::value(now))
        .filter(invitation::Column::ClinicId.eq(clinic_id))
        .filter(invitation::Column::PatientId.eq(patient_id))
        .filter(invitation::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

fn place(id: Uuid) -> Place {
    Place::new("invitation.email", Uuid::nil(), id)
}

/// Whether `email` may accept the invitation.
pub(crate) fn admits(services: &Services, row: &invitation::Model, email: &Email) -> Result<bool> {
    let Some(sealed) = &row.email else { return Ok(true) };
    Ok(services.keys.installation.open(place(row.id), sealed)? == email.as_str())
}

/// The open invitation of this link secret or code, with whether it was found by its code.
pub(crate) async fn find(
    tx: &Tx,
    services: &Services,
    secret: &str,
) -> Result<Option<(invitation::Model, bool)>> {
    let code_hash = services.keys.installation.index("invitation.code", normalized(secret).as_bytes());
    let find = invitation::Entity::find().filter(
        Condition::any()
            .add(invitation::Column::LinkHash.eq(digest(secret.trim())))
            .add(invitation::Column::CodeHash.eq(code_hash.clone())),
    );
    // One try at a time: otherwise many at once would all be counted as the first.
    let found = tx.locking(find).one(tx).await?;
    let now = services.now();
    Ok(found.filter(|row| row.used_at.is_none() && row.expires_at > now && row.tries < TRIES).map(|row| {
        let by_code = row.code_hash == code_hash;
        (row, by_code)
    }))
}

/// Counts a wrong birth date.
pub(crate) async fn count_try(tx: &Tx, id: Uuid) -> Result<()> {
    invitation::Entity::update_many()
        .col_expr(invitation::Column::Tries, Expr::col(invitation::Column::Tries).add(1))
        .filter(invitation::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Uses the invitation up; `false` when somebody was faster.
pub(crate) async fn consume(tx: &Tx, id: Uuid, now: Instant) -> Result<bool> {
    let consumed = invitation::Entity::update_many()
        .col_expr(invitation::Column::UsedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::UsedAt.is_null())
        .filter(invitation::Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(consumed.rows_affected == 1)
}
