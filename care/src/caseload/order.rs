//! Which patients of the caseload, and in which order.

use super::risk::RiskReason;
use super::table::Model;
use crate::clock::Instant;
use crate::library::Words;
use crate::page::Cursor;
use crate::patient::table::patient;

/// Which patients.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those whose name answers to this, past small slips; at most 100 characters.
    pub search: Option<String>,
    /// Those of at least this risk, 0 to 100.
    pub least_risk: Option<u8>,
    /// Those with one of these reasons; any when empty.
    pub reasons: Vec<RiskReason>,
    /// Those with one of these conditions now, by key; any when empty. At most 20.
    pub conditions: Vec<String>,
    /// Those with a session adherence over 28 days below this share, 0 to 1.
    pub adherence_below: Option<f64>,
    /// Those who have not performed a session since.
    pub inactive_since: Option<Instant>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Who needs somebody soonest; of the same risk, who is longest without activity.
    #[default]
    Risk,
    /// By name.
    Name,
    /// Longest without activity.
    Activity,
    /// Least session adherence over 28 days; who has none last.
    Adherence,
    /// Most pain told last; who has none last.
    Pain,
}

/// A patient with what is kept of them, and the name where it is asked by.
pub(super) struct Candidate {
    pub(super) patient: patient::Model,
    pub(super) row: Model,
    /// No words where nothing asks for them.
    pub(super) name: Words,
}

/// Bits of an instant in milliseconds until the year 2248.
const INSTANT_BITS: u32 = 43;

impl Sort {
    /// What the cursors of this order are cursors of.
    pub fn list(self) -> &'static str {
        match self {
            Self::Risk => "caseload.risk",
            Self::Name => "caseload.name",
            Self::Activity => "caseload.activity",
            Self::Adherence => "caseload.adherence",
            Self::Pain => "caseload.pain",
        }
    }

    /// Whether the names have to be opened.
    pub(super) fn by_name(self) -> bool {
        self == Self::Name
    }

    /// The key of a candidate's place: ascending in this order.
    fn key(self, candidate: &Candidate) -> i64 {
        let active = candidate.patient.last_activity_at.0.clamp(0, (1 << INSTANT_BITS) - 1);
        let before = |rank: i64| (rank << INSTANT_BITS) | active;
        match self {
            Self::Risk => before(100 - i64::from(candidate.row.risk)),
            Self::Activity => active,
            Self::Adherence => before(candidate.row.adherence28.map_or(1_001, thousandths)),
            Self::Pain => before(10 - candidate.row.pain_now.map_or(-1, i64::from)),
            // The order itself looks at the whole name; the key only finds a place whose patient is gone.
            Self::Name => candidate
                .name
                .joined()
                .bytes()
                .chain([0; 7])
                .take(7)
                .fold(0, |key, byte| (key << 8) | i64::from(byte)),
        }
    }

    /// The candidates in this order, each with its place.
    pub(super) fn sort(self, candidates: Vec<Candidate>) -> Vec<(Cursor, Candidate)> {
        let place = |candidate: Candidate| {
            (Cursor { key: self.key(&candidate), id: candidate.patient.id }, candidate)
        };
        let mut entries: Vec<_> = candidates.into_iter().map(place).collect();
        entries.sort_by(|(one, first), (other, second)| {
            let names = if self.by_name() {
                first.name.joined().cmp(second.name.joined())
            } else {
                std::cmp::Ordering::Equal
            };
            one.key.cmp(&other.key).then(names).then(one.id.cmp(&other.id))
        });
        entries
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a share lies from 0 to 1")]
fn thousandths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 1_000.0) as i64
}

impl Filter {
    /// Whether `candidate` is asked for, its name apart.
    pub(super) fn takes(&self, candidate: &Candidate) -> bool {
        let (row, patient) = (&candidate.row, &candidate.patient);
        let active_at = Some(patient.last_activity_at).filter(|at| *at > patient.created_at);
        self.least_risk.is_none_or(|least| row.risk >= i16::from(least))
            && (self.reasons.is_empty()
                || row.reasons.known().iter().any(|reason| self.reasons.contains(reason)))
            && self.adherence_below.is_none_or(|below| row.adherence28.is_some_and(|share| share < below))
            && self.inactive_since.is_none_or(|since| active_at.is_none_or(|at| at < since))
    }
}
