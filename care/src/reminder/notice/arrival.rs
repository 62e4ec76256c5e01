//! When a patient is told of what has arrived: a pure rule. Messages that come one after the other are told once.

use super::{LATE_LIMIT, MINUTE, TOGETHER, minute_of};
use crate::clock::Instant;
use uuid::Uuid;

/// A message or an article that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) at: Instant,
    pub(super) id: Uuid,
    pub(super) unread: bool,
}

/// The notice that there is, or that there is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) due_at: Instant,
    pub(super) subject_id: Uuid,
}

/// The notice that takes the place of `told`; none while that one says all there is to say. Of what came before it,
/// and of what came shortly after something that it told of and that is still unread, there is nothing more to say.
/// `arrivals` are in their order, with the subject of `told` among them.
pub(super) fn next(arrivals: &[Arrival], told: Option<Told>, now: Instant) -> Option<Told> {
    let subject = told.and_then(|told| arrivals.iter().find(|arrival| arrival.id == told.subject_id));
    // Up to when everything is told, when that comes due, and whether it is still unread.
    let mut place = told.map(|told| {
        (subject.map_or(told.due_at, |subject| subject.at), told.due_at, subject.is_some_and(|it| it.unread))
    });
    let mut found = None;
    let oldest = now.plus(-i64::from(LATE_LIMIT) * MINUTE);
    for arrival in arrivals.iter().filter(|arrival| arrival.unread && arrival.at >= oldest) {
        let due_at = match place {
            Some((up_to, ..)) if arrival.at <= up_to => continue,
            Some((up_to, _, true)) if arrival.at < up_to.plus(TOGETHER) => continue,
            // Each minute has one occurrence.
            Some((_, before, _)) => minute_of(arrival.at).max(before.plus(MINUTE)),
            None => minute_of(arrival.at),
        };
        place = Some((arrival.at, due_at, true));
        found = Some(Told { due_at, subject_id: arrival.id });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: i64 = 1_000_000 * MINUTE;

    fn at(seconds: i64) -> Instant {
        Instant(BASE + seconds * 1_000)
    }

    fn arrivals(seconds: &[(i64, bool)]) -> Vec<Arrival> {
        let arrival = |(seconds, unread): &(i64, bool)| Arrival {
            at: at(*seconds),
            id: Uuid::from_u128(u128::from(seconds.unsigned_abs())),
            unread: *unread,
        };
        seconds.iter().map(arrival).collect()
    }

    fn told(due: i64, subject: u128) -> Told {
        Told { due_at: at(due), subject_id: Uuid::from_u128(subject) }
    }

    #[test]
    fn what_comes_together_is_told_once_and_what_is_read_not_at_all() {
        type Case<'a> = (&'a [(i64, bool)], Option<Told>, Option<Told>);
        let cases: [Case<'_>; 12] = [
            (&[], None, None),
            (&[(90, true)], None, Some(told(60, 90))),
            (&[(90, false)], None, None),
            // Together with the first, until five minutes after it.
            (&[(90, true), (200, true)], None, Some(told(60, 90))),
            (&[(90, true), (200, true)], Some(told(60, 90)), None),
            (&[(90, true), (200, true), (390, true)], Some(told(60, 90)), Some(told(360, 390))),
            // Of many bursts the last.
            (&[(90, true), (400, true), (800, true)], None, Some(told(780, 800))),
            // The first was read: the second is news.
            (&[(90, false), (200, true)], Some(told(60, 90)), Some(told(180, 200))),
            // It came in the same minute as the one that was read.
            (&[(90, false), (100, true)], Some(told(60, 90)), Some(told(120, 100))),
            // Several at once: one of them was read.
            (&[(90, false), (90, true)], Some(told(60, 90)), None),
            // The subject is gone.
            (&[(30, true), (200, true)], Some(told(60, 77)), Some(told(180, 200))),
            (&[(30, true)], Some(told(60, 77)), None),
        ];
        for (seconds, before, expected) in cases {
            assert_eq!(next(&arrivals(seconds), before, at(1_000)), expected, "{seconds:?} {before:?}");
        }
        let late = at(90).plus(i64::from(LATE_LIMIT) * MINUTE + 1);
        assert_eq!(next(&arrivals(&[(90, true)]), None, late), None, "too long ago");
    }

    #[test]
    fn what_was_told_is_never_told_again_as_time_goes_on() {
        let arrivals = arrivals(&[(0, true), (240, true), (480, true), (720, true), (900, false)]);
        let mut last = None;
        let mut tellings = Vec::new();
        for minute in 0..2_000 {
            let now = at(minute * 60);
            let come: Vec<_> = arrivals.iter().copied().filter(|arrival| arrival.at <= now).collect();
            if let Some(next) = next(&come, last, now) {
                tellings.push(next.due_at.0 - BASE);
                last = Some(next);
            }
        }
        assert_eq!(tellings, [0, 480_000]);
    }
}
