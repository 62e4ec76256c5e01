//! Places in a list that many sources share: by instant, then by source, then by id.

use crate::clock::Instant;
use crate::page::{Cursor, Window};
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select};
use std::cmp::Ordering;
use uuid::Uuid;

/// More than there are sources: an instant and its source share the key of a cursor.
const SOURCES: i64 = 64;

/// The place of a row of a source.
pub(super) fn cursor(at: Instant, source: i64, id: Uuid) -> Cursor {
    Cursor { key: at.0.saturating_mul(SOURCES).saturating_add(source), id }
}

/// Narrows `find`, the rows of `source`, to the window and to one row more; newest first, from the end for a
/// backward window.
pub(super) fn select<E: EntityTrait>(
    window: &Window,
    source: i64,
    find: Select<E>,
    (at, id): (impl ColumnTrait, impl ColumnTrait),
) -> Select<E> {
    // Before or after a place: newer or older than it.
    let beyond = |place: Cursor, newer: bool| {
        let (instant, of) = (Instant(place.key.div_euclid(SOURCES)), place.key.rem_euclid(SOURCES));
        let side = if newer { at.gt(instant) } else { at.lt(instant) };
        let same = || Condition::all().add(at.eq(instant));
        let tie = match (source.cmp(&of), newer) {
            (Ordering::Equal, true) => Some(same().add(id.gt(place.id))),
            (Ordering::Equal, false) => Some(same().add(id.lt(place.id))),
            (Ordering::Greater, true) | (Ordering::Less, false) => Some(same()),
            (Ordering::Greater, false) | (Ordering::Less, true) => None,
        };
        Condition::any().add(side).add_option(tie)
    };
    let mut find = find;
    if let Some(after) = window.after {
        find = find.filter(beyond(after, false));
    }
    if let Some(before) = window.before {
        find = find.filter(beyond(before, true));
    }
    let order = if window.backward { Order::Asc } else { Order::Desc };
    find.order_by(at, order.clone()).order_by(id, order).limit(u64::from(window.limit) + 1)
}
