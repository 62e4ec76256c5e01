//! Which program holds when one follows another.

use care::program::{self, Activate, CreateProgram, Status};
use tests::{Stack, at};

fn program_of(patient_id: uuid::Uuid, starts_on: Option<&str>, ends_on: Option<&str>) -> CreateProgram {
    CreateProgram {
        id: None,
        patient_id,
        source: None,
        title: "Basics".to_owned(),
        starts_on: starts_on.map(|day| day.parse().unwrap()),
        ends_on: ends_on.map(|day| day.parse().unwrap()),
        phases: Vec::new(),
        prescriptions: tests::prescriptions(&[1]),
        note: None,
    }
}

fn activate(program_id: uuid::Uuid, replace_current: bool) -> Activate {
    Activate { program_id, replace_current, ..Activate::default() }
}

#[tokio::test]
async fn a_program_that_was_over_stays_over_when_another_follows() {
    let clinic = tests::Clinic::open(Stack::Embedded).await;
    let ada = clinic.patient("ada").await;
    let therapist = clinic.therapist().await;
    let first =
        program::create(&therapist, program_of(ada.id, None, Some("2026-06-16"))).await.unwrap().program;
    program::activate(&therapist, activate(first.id, false)).await.unwrap();
    clinic.clock.set(at("2026-06-25T10:00:00Z"));
    let therapist = clinic.therapist().await;
    let second = program::create(&therapist, program_of(ada.id, None, None)).await.unwrap().program;
    assert!(program::activate(&therapist, activate(second.id, false)).await.is_err(), "another is current");
    program::activate(&therapist, activate(second.id, true)).await.unwrap();
    let first = program::get(&therapist, first.id).await.unwrap();
    assert_eq!(first.ends_on, Some("2026-06-16".parse().unwrap()));
}

#[tokio::test]
async fn the_patient_goes_on_with_the_program_until_the_one_that_replaces_it_begins() {
    let clinic = tests::Clinic::open(Stack::Embedded).await;
    let ada = clinic.patient("ada").await;
    let first = clinic.program(&ada, &[1, 2]).await;
    let therapist = clinic.therapist().await;
    let new = program_of(ada.id, Some("2026-06-18"), None);
    let second = program::create(&therapist, new).await.unwrap().program;
    program::activate(&therapist, activate(second.id, true)).await.unwrap();
    let shown = async |date: &str| {
        let patient = clinic.as_patient("ada").await;
        let today = care::today::read(&patient, Some(date.parse().unwrap())).await.unwrap();
        (today.program.unwrap().id, today.items.len())
    };
    assert_eq!(shown("2026-06-15").await, (first.id, 2));
    assert_eq!(shown("2026-06-17").await, (first.id, 2));
    assert_eq!(shown("2026-06-18").await, (second.id, 1));
    let patient = clinic.as_patient("ada").await;
    assert_eq!(program::current(&patient, ada.id).await.unwrap().unwrap().id, first.id);
    // A third one from today on leaves no day with two programs.
    let third = program::create(&therapist, program_of(ada.id, None, None)).await.unwrap().program;
    program::activate(&therapist, activate(third.id, true)).await.unwrap();
    assert_eq!(shown("2026-06-15").await, (third.id, 1));
    let first = program::get(&therapist, first.id).await.unwrap();
    assert_eq!(first.ends_on, Some("2026-06-14".parse().unwrap()));
}

#[tokio::test]
async fn a_program_ends_as_planned_or_early_and_what_was_before_stays() {
    for stack in Stack::BOTH {
        let clinic = tests::Clinic::open(stack).await;
        let therapist = clinic.therapist().await;
        for (name, early) in [("ada", false), ("ben", true)] {
            let patient = clinic.patient(name).await;
            let program = clinic.program(&patient, &[1]).await;
            clinic.clock.advance(3 * 24 * 60 * 60_000);
            let therapist = clinic.therapist().await;
            program::hold(&therapist, program.id, "Wait for the scan").await.unwrap();
            let end = async || {
                if early {
                    program::discontinue(&therapist, program.id).await
                } else {
                    program::complete(&therapist, program.id).await
                }
            };
            let ended = end().await.unwrap();
            let today = clinic.services.now().date_in(&jiff::tz::TimeZone::get("America/New_York").unwrap());
            let (status, last) =
                if early { (Status::Discontinued, today.plus(-1)) } else { (Status::Completed, today) };
            assert_eq!((ended.status, ended.ends_on), (status, Some(last)), "{stack:?}");
            assert!(ended.hold.is_none(), "{stack:?}: a program that has ended rests no more");
            let again = end().await.unwrap();
            assert_eq!((again.status, again.ends_on), (status, Some(last)));
            assert!(program::release(&therapist, program.id, None).await.is_err());
            let own = clinic.as_patient(name).await;
            let day = care::today::read(&own, None).await.unwrap();
            assert_eq!(day.items.is_empty(), early, "{stack:?}: {:?}", day.items.len());
        }
        let draft =
            program::create(&therapist, program_of(clinic.patient("cleo").await.id, None, None)).await;
        let draft = draft.unwrap().program;
        assert!(program::complete(&therapist, draft.id).await.is_err(), "a draft was never followed");
        clinic.services.store.close().await;
    }
}
