//! Ids: UUIDv7 in tables, TypeIDs (`program_01h455vb4pex5vsknk084sn02q`) at the edge.

use crate::clock::{Clock, Random, random_bytes};
use std::str::FromStr;
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// What an id names. Its text form is the prefix of the TypeID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person who signs in.
    Account,
    /// A clinic.
    Clinic,
    /// A person who works in a clinic.
    Member,
    /// A patient of a clinic.
    Patient,
    /// An exercise of the library.
    Exercise,
    /// A patient's program.
    Program,
    /// A phase of a program.
    Phase,
    /// A numbered revision of a program.
    Revision,
    /// An exercise with dose and schedule in a revision.
    Prescription,
    /// A log of one session.
    ProgressLog,
    /// A reminder.
    Reminder,
    /// One occurrence of a reminder.
    Delivery,
    /// A device that takes pushes.
    Device,
    /// A signed-in session.
    Session,
    /// A screen for signs of danger.
    RedFlagScreen,
    /// A template of programs, or a protocol.
    Template,
    /// A visit to the clinic.
    Visit,
    /// An article for patients.
    Article,
    /// An article that a patient was assigned or has read.
    EducationAssignment,
    /// An image or video of an exercise.
    Media,
    /// An alert.
    Alert,
    /// An assessment.
    Assessment,
    /// A goal of a patient.
    Goal,
    /// A report of a fall.
    FallReport,
    /// A step that is suggested.
    Suggestion,
    /// A measure that a patient is asked.
    OutcomeAssignment,
    /// Answers to an outcome measure.
    OutcomeResponse,
    /// A rating of pain outside of a session.
    PainRating,
    /// A message between a patient and their care team.
    Message,
    /// An entry of remote therapeutic monitoring.
    MonitoringEntry,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 30] = [
        Self::Account,
        Self::Clinic,
        Self::Member,
        Self::Patient,
        Self::Exercise,
        Self::Program,
        Self::Phase,
        Self::Revision,
        Self::Prescription,
        Self::ProgressLog,
        Self::Reminder,
        Self::Delivery,
        Self::Device,
        Self::Session,
        Self::RedFlagScreen,
        Self::Template,
        Self::Visit,
        Self::Article,
        Self::EducationAssignment,
        Self::Media,
        Self::Alert,
        Self::Assessment,
        Self::Goal,
        Self::FallReport,
        Self::Suggestion,
        Self::OutcomeAssignment,
        Self::OutcomeResponse,
        Self::PainRating,
        Self::Message,
        Self::MonitoringEntry,
    ];

    /// The prefix of this kind's TypeIDs.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Clinic => "clinic",
            Self::Member => "member",
            Self::Patient => "patient",
            Self::Exercise => "exercise",
            Self::Program => "program",
            Self::Phase => "phase",
            Self::Revision => "revision",
            Self::Prescription => "prescription",
            Self::ProgressLog => "log",
            Self::Reminder => "reminder",
            Self::Delivery => "delivery",
            Self::Device => "device",
            Self::Session => "session",
            Self::RedFlagScreen => "screen",
            Self::Template => "template",
            Self::Visit => "visit",
            Self::Article => "article",
            Self::EducationAssignment => "education",
            Self::Media => "media",
            Self::Alert => "alert",
            Self::Assessment => "assessment",
            Self::Goal => "goal",
            Self::FallReport => "fall",
            Self::Suggestion => "suggestion",
            Self::OutcomeAssignment => "outcomeplan",
            Self::OutcomeResponse => "outcome",
            Self::PainRating => "pain",
            Self::Message => "message",
            Self::MonitoringEntry => "monitoring",
        }
    }

    /// The kind of TypeIDs with this prefix.
    pub(crate) fn of_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.prefix() == prefix)
    }

    /// The TypeID of `id`.
    pub fn encode(self, id: Uuid) -> String {
        match DynamicType::new(self.prefix()) {
            Ok(prefix) => TypeSafeId::from_type_and_uuid(prefix, id).to_string(),
            Err(_) => id.to_string(),
        }
    }

    /// The UUID in `text`, when it is a TypeID of this kind; `None` for anything else.
    pub fn decode(self, text: &str) -> Option<Uuid> {
        match parse(text) {
            Some((kind, id)) if kind == self => Some(id),
            _ => None,
        }
    }
}

/// The kind and the UUID of a TypeID of any kind.
pub fn parse(text: &str) -> Option<(Kind, Uuid)> {
    // The library cuts the text at byte 63, which panics inside a longer letter.
    let text = Some(text).filter(|text| text.is_ascii())?;
    let parsed = TypeSafeId::<DynamicType>::from_str(text).ok()?;
    let kind = Kind::of_prefix(parsed.type_prefix())?;
    Some((kind, parsed.uuid()))
}

/// A fresh UUIDv7.
pub fn new(clock: &dyn Clock, random: &dyn Random) -> Uuid {
    let millis = u64::try_from(clock.now().0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes(random)).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_comes_back_and_only_as_its_own_kind(bits: u128, at in 0..Kind::ALL.len()) {
            let (kind, id) = (Kind::ALL[at], Uuid::from_u128(bits));
            let text = kind.encode(id);
            for other in Kind::ALL {
                prop_assert_eq!(other.decode(&text), (other == kind).then_some(id));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            prop_assert!(parse(&text).is_none() || text.contains('_'));
        }
    }

    #[test]
    fn forms_outside_the_standard_are_refused() {
        let good = Kind::Program.encode(Uuid::from_u128(7));
        assert!(good.starts_with("program_") && good.len() == "program_".len() + 26, "{good}");
        for bad in [
            "",
            &format!("{}é", "a".repeat(62)),
            "program_",
            &good.to_uppercase(),
            &good[..good.len() - 1],
            &format!("{good}0"),
            "program_80000000000000000000000000",
            "11111111-1111-7111-8111-111111111111",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
