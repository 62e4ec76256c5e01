//! TypeIDs at the edge.

use async_graphql::ID;
use care::error::{Code, Error, FieldError};
use care::id::Kind;
use uuid::Uuid;

/// The TypeID of `id`.
pub(crate) fn encode(kind: Kind, id: Uuid) -> ID {
    ID(kind.encode(id))
}

/// The UUID that an argument of a query names. An id of another kind names nothing.
pub(crate) fn named(kind: Kind, id: &ID) -> care::error::Result<Uuid> {
    kind.decode(id).ok_or(Error::NotFound)
}

/// The UUID in a field of an input. An id of another form or kind is not found, like any other
/// id that names nothing.
pub(crate) fn input(kind: Kind, field: &str, id: &ID) -> Result<Uuid, FieldError> {
    kind.decode(id).ok_or_else(|| {
        FieldError::new(field, Code::NotFound, "This does not exist, or is not visible to you.")
    })
}

/// The UUID that a client chose for what it creates: a TypeID of this kind.
pub(crate) fn chosen(kind: Kind, id: Option<&ID>) -> Result<Option<Uuid>, FieldError> {
    id.map(|id| {
        let message =
            format!("Give a TypeID of the form {}_… with a UUIDv7, or leave it out.", kind.prefix());
        kind.decode(id).ok_or_else(|| FieldError::new("id", Code::Malformed, message))
    })
    .transpose()
}
