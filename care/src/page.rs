//! Pages of lists that grow: opaque cursors and what a page holds.

use crate::error::{Code, Error, Result};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

/// The most entries a page may hold.
pub const LARGEST: u32 = 100;
/// Entries of a page when none are asked for.
pub const DEFAULT: u32 = 20;

/// A place in one list: the sort key and the id of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the entry, as the list defines it.
    pub key: i64,
    /// The id of the entry, which breaks ties.
    pub id: Uuid,
}

impl Cursor {
    /// The opaque form of this place in `list`.
    pub fn encode(self, list: &str) -> String {
        let mut bytes = Vec::with_capacity(24 + list.len());
        bytes.extend_from_slice(&self.key.to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(list.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place in `list` that `text` names; `None` for anything else, another list's cursor included.
    pub fn decode(list: &str, text: &str) -> Option<Self> {
        if text.len() > 200 {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (key, rest) = bytes.split_first_chunk::<8>()?;
        let (id, name) = rest.split_first_chunk::<16>()?;
        (name == list.as_bytes()).then(|| Self { key: i64::from_be_bytes(*key), id: Uuid::from_bytes(*id) })
    }
}

/// What of a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// So many from the start of the list or from `after`.
    pub first: Option<i32>,
    /// Opaque cursor: only what follows it.
    pub after: Option<String>,
    /// So many from the end of the list or up to `before`.
    pub last: Option<i32>,
    /// Opaque cursor: only what precedes it.
    pub before: Option<String>,
}

/// A request that has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Entries asked for: 1 to [`LARGEST`].
    pub limit: u32,
    /// Only what follows this place.
    pub after: Option<Cursor>,
    /// Only what precedes this place.
    pub before: Option<Cursor>,
    /// From the end backward, instead of forward.
    pub backward: bool,
}

impl Request {
    /// The first `first` entries.
    pub fn first(first: i32) -> Self {
        Self { first: Some(first), ..Self::default() }
    }

    /// Checks sizes, and cursors against the list `of`.
    pub fn check(&self, of: &str) -> Result<Window> {
        let (field, asked, backward) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::field("last", Code::Mismatch, "Give `first` or `last`, not both."));
            }
            (None, Some(last)) => ("last", Some(last), true),
            (first, None) => ("first", first, false),
        };
        let limit = match asked {
            None => DEFAULT,
            Some(asked) => {
                u32::try_from(asked).ok().filter(|asked| (1..=LARGEST).contains(asked)).ok_or_else(|| {
                    Error::field(field, Code::OutOfRange, format!("Ask for 1 to {LARGEST} entries."))
                })?
            }
        };
        let place = |field: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| {
                    Cursor::decode(of, text).ok_or_else(|| {
                        Error::field(field, Code::Malformed, "Use a cursor that this list has given.")
                    })
                })
                .transpose()
        };
        let (after, before) = (place("after", &self.after)?, place("before", &self.before)?);
        Ok(Window { limit, after, before, backward })
    }
}

impl Window {
    /// Narrows `find` to this window, and to one row more, which tells whether the list goes on.
    /// The list is sorted by `key`, then `id`, in `order`.
    pub(crate) fn select<E: EntityTrait>(
        &self,
        find: Select<E>,
        (key, id): (impl ColumnTrait, impl ColumnTrait),
        order: &Order,
    ) -> Select<E> {
        let ascending = *order == Order::Asc;
        let beyond = |place: Cursor, larger: bool| {
            let (past_key, past_id) = if larger {
                (key.gt(place.key), id.gt(place.id))
            } else {
                (key.lt(place.key), id.lt(place.id))
            };
            Condition::any().add(past_key).add(Condition::all().add(key.eq(place.key)).add(past_id))
        };
        let mut find = find;
        if let Some(after) = self.after {
            find = find.filter(beyond(after, ascending));
        }
        if let Some(before) = self.before {
            find = find.filter(beyond(before, !ascending));
        }
        let order = if ascending == self.backward { Order::Desc } else { Order::Asc };
        find.order_by(key, order.clone()).order_by(id, order).limit(u64::from(self.limit) + 1)
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The entries, each with its place, in the order of the list.
    pub entries: Vec<(Cursor, T)>,
    /// More follow.
    pub has_next: bool,
    /// More precede.
    pub has_previous: bool,
    /// Entries of the whole list, where the list counts them.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page from the rows found for `window`, one more than its limit where there are more, in
    /// the order they were read (for a backward window: from the end).
    pub fn cut(window: &Window, mut rows: Vec<(Cursor, T)>, total: Option<u64>) -> Self {
        let more = rows.len() > window.limit as usize;
        rows.truncate(window.limit as usize);
        if window.backward {
            rows.reverse();
            Self { entries: rows, has_next: window.before.is_some(), has_previous: more, total }
        } else {
            Self { entries: rows, has_next: more, has_previous: window.after.is_some(), total }
        }
    }

    /// The page of a list that is at hand as a whole, in its order, which ascends by key; it is counted. A cursor
    /// whose entry has moved or is gone stands where it would be by key and id.
    pub(crate) fn of_all(window: &Window, entries: Vec<(Cursor, T)>) -> Self {
        let total = u64::try_from(entries.len()).ok();
        let find = |cursor: Cursor| entries.iter().position(|(place, _)| *place == cursor);
        let beyond = |cursor: Cursor| {
            let gone = |(place, _): &(Cursor, T)| (place.key, place.id) > (cursor.key, cursor.id);
            entries.iter().position(gone).unwrap_or(entries.len())
        };
        let start = window.after.map_or(0, |after| find(after).map_or_else(|| beyond(after), |at| at + 1));
        let end =
            window.before.map_or(entries.len(), |before| find(before).unwrap_or_else(|| beyond(before)));
        let mut rest: Vec<_> = entries.into_iter().take(end).skip(start).collect();
        if window.backward {
            rest.reverse();
        }
        Self::cut(window, rest, total)
    }

    /// The page with each entry changed by `change`.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            entries: self.entries.into_iter().map(|(cursor, entry)| (cursor, change(entry))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_from_its_own_list_alone(key: i64, bits: u128) {
            let cursor = Cursor { key, id: Uuid::from_u128(bits) };
            let text = cursor.encode("progressLogs");
            prop_assert_eq!(Cursor::decode("progressLogs", &text), Some(cursor));
            prop_assert_eq!(Cursor::decode("progressLog", &text), None);
            prop_assert_eq!(Cursor::decode("caseload", &text), None);
        }

        #[test]
        fn no_forged_cursor_panics(text in "\\PC{0,300}") {
            let _ = Cursor::decode("caseload", &text);
        }
    }

    #[test]
    fn a_page_goes_on_after_its_cursor_even_where_the_entry_is_gone_or_equals_others() {
        let place = |key, id| Cursor { key, id: Uuid::from_u128(id) };
        let entries = || [(1, 5), (1, 2), (3, 9), (4, 1)].map(|(key, id)| (place(key, id), id)).to_vec();
        let window = |after, before| Window { limit: 10, after, before, backward: false };
        let ids = |window| {
            Page::of_all(&window, entries()).entries.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        assert_eq!(ids(window(Some(place(1, 5)), None)), [2, 9, 1], "in its order, not by id");
        assert_eq!(ids(window(Some(place(2, 7)), None)), [9, 1], "the entry is gone");
        assert_eq!(ids(window(Some(place(9, 0)), None)), [0_u128; 0]);
        assert_eq!(ids(window(None, Some(place(3, 9)))), [5, 2]);
        assert_eq!(ids(window(Some(place(3, 9)), Some(place(1, 5)))), [0_u128; 0]);
    }

    #[test]
    fn sizes_outside_the_range_name_their_field() {
        for asked in [0, -1, 101, i32::MAX] {
            let error = Request::first(asked).check("caseload").unwrap_err();
            assert!(matches!(&error, Error::Invalid(faults) if faults[0].path == ["first"]), "{error}");
        }
        assert_eq!(Request::default().check("caseload").unwrap().limit, DEFAULT);
    }
}
