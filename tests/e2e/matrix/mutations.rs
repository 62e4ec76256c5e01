//! Every mutation with an input about Ada. Who may do it gets `done`, or the refusal of the object's
//! state; everybody else their own refusal.

use super::people::{Ids, People};
use care::id::Kind;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use tests::{PASSWORD, at};

/// The mutations in an order in which none takes from the later ones what they need.
pub(super) const MUTATIONS: [&str; 97] = [
    "logProgress",
    "amendProgressLog",
    "voidProgressLog",
    "recordPain",
    "voidPainRating",
    "createReminder",
    "updateReminder",
    "pauseReminder",
    "snoozeReminder",
    "markReminderDone",
    "deleteReminder",
    "createCalendarFeed",
    "revokeCalendarFeed",
    "registerDevice",
    "unregisterDevice",
    "updateSettings",
    "createPatient",
    "updatePatient",
    "invitePatient",
    "assignCareTeam",
    "createExercise",
    "cloneExercise",
    "archiveExercise",
    "rejectSuggestion",
    // It has been rejected.
    "acceptSuggestion",
    "createProgram",
    "createProgramTemplate",
    "createProtocol",
    "archiveProgramTemplate",
    "activateProgram",
    "changePhase",
    "reviseProgram",
    "reportSymptoms",
    "recordRedFlagScreen",
    "resolveRedFlags",
    "reportFall",
    "scheduleVisit",
    "rescheduleVisit",
    "markVisitMissed",
    "recordVisit",
    "cancelVisit",
    "assignEducation",
    "markArticleRead",
    "unassignEducation",
    "createMediaUpload",
    "completeMediaUpload",
    "deleteMedia",
    "acknowledgeAlert",
    "snoozeAlert",
    "resolveAlert",
    "recordAssessment",
    "voidAssessment",
    "setGoal",
    "assignOutcome",
    "updateOutcomeAssignment",
    "submitOutcome",
    "voidOutcome",
    "endOutcomeAssignment",
    "logManagementTime",
    "logLiveContact",
    "documentMonitoringSetup",
    "voidMonitoringEntry",
    "sendMessage",
    "markMessagesRead",
    "holdProgram",
    "releaseProgram",
    "completeProgram",
    "discontinueProgram",
    "dischargePatient",
    "breakGlass",
    "withdrawConsent",
    "grantConsent",
    "exportPatient",
    "exportMyData",
    "erasePatient",
    "placeLegalHold",
    "updateClinic",
    "inviteClinician",
    "setMemberRole",
    "disableMember",
    "signIn",
    "verifySecondFactor",
    "refreshSession",
    "revokeSession",
    "stepUp",
    "changePassword",
    "signInWithProvider",
    "linkProvider",
    "unlinkProvider",
    "enrollTotp",
    // These count as guesses, of which an address has three a minute: the clock moves before them.
    "confirmTotp",
    "acceptInvitation",
    "requestPasswordReset",
    "resetPassword",
    // A hold stands on Ada's record.
    "deleteMyAccount",
    "liftLegalHold",
    "signOut",
];

/// The input of a mutation; none where it takes none.
pub(super) fn input(people: &People, mutation: &str) -> Option<Value> {
    let ids = &people.ids;
    let log = |id: &str| {
        json!({ "id": id, "performedAt": "2026-06-15T09:00:00Z", "painBefore": 1, "painAfter": 1,
            "results": [{ "prescriptionId": ids.prescription, "sets": [{ "reps": 5 }], "painDuring": 1 }] })
    };
    Some(match mutation {
        "logProgress" => json!({ "logs": [log(&people.chosen(Kind::ProgressLog))] }),
        "amendProgressLog" => log(&ids.log),
        "voidProgressLog" => json!({ "id": ids.log }),
        "recordPain" => json!({ "id": people.chosen(Kind::PainRating), "ratedAt": "2026-06-15T09:00:00Z",
            "moment": "NOW", "pain": 2 }),
        "voidPainRating" => json!({ "id": ids.pain }),
        "createReminder" => json!({ "kind": "EXERCISE", "times": ["20:00"] }),
        "updateReminder" => json!({ "id": ids.reminder, "title": "Other" }),
        "pauseReminder" | "deleteReminder" => json!({ "id": ids.reminder }),
        "snoozeReminder" => json!({ "deliveryId": ids.delivery, "minutes": 10 }),
        "markReminderDone" => json!({ "deliveryId": ids.delivery }),
        "registerDevice" => json!({ "platform": "CONSOLE", "pushToken": people.chosen(Kind::Device),
            "appVersion": "1.0", "language": "en", "timeZone": "America/New_York" }),
        "unregisterDevice" => json!({ "id": ids.device }),
        "updateSettings" => json!({ "language": "en" }),
        "createPatient" => json!({ "name": "Eve", "conditions": [] }),
        "updatePatient" => json!({ "patientId": ids.patient, "emergencyCountry": "US" }),
        "createProgramTemplate" | "createProtocol" => json!({ "title": "Basics",
            "prescriptions": [{ "exerciseId": ids.exercise }] }),
        "archiveProgramTemplate" => json!({ "templateId": ids.template }),
        "changePhase" => json!({ "programId": ids.program, "expectedRevision": 1, "phaseId": ids.phase }),
        "invitePatient" => json!({ "patientId": ids.uninvited }),
        "assignCareTeam" => json!({ "patientId": ids.patient, "memberIds": ids.team }),
        "acceptSuggestion" | "rejectSuggestion" => {
            json!({ "suggestionId": ids.suggestion, "patientId": ids.patient })
        }
        "createExercise" => crate::library::own_exercise(&[("ENGLISH", "Wall hold")]),
        "cloneExercise" | "archiveExercise" => json!({ "exerciseId": ids.own_exercise }),
        "createProgram" => json!({ "patientId": ids.patient, "title": "Next",
            "prescriptions": [{ "exerciseId": ids.exercise }] }),
        "activateProgram" | "releaseProgram" | "completeProgram" | "discontinueProgram" => {
            json!({ "programId": ids.program })
        }
        "reviseProgram" => json!({ "programId": ids.program, "expectedRevision": 1,
            "prescriptions": [{ "exerciseId": ids.exercise }] }),
        "holdProgram" => json!({ "programId": ids.program, "reason": "Wait for the scan" }),
        "dischargePatient" | "erasePatient" => json!({ "patientId": ids.second }),
        "breakGlass" => json!({ "patientId": ids.second, "reason": "Collapsed in the waiting room." }),
        "reportSymptoms" => json!({ "signs": [] }),
        "recordRedFlagScreen" => json!({ "patientId": ids.patient, "signs": [] }),
        "resolveRedFlags" => json!({ "patientId": ids.patient, "reason": "Seen and examined today." }),
        "reportFall" => json!({ "patientId": ids.patient, "kind": "NEAR_FALL",
            "happenedAt": "2026-06-15T09:30:00Z" }),
        "scheduleVisit" => json!({ "id": ids.planned_visit, "patientId": ids.patient,
            "startsAt": "2026-06-20T14:00:00Z", "durationMinutes": 45 }),
        "cancelVisit" => json!({ "visitId": ids.planned_visit, "reason": "Snow" }),
        "rescheduleVisit" => json!({ "visitId": ids.begun_visit, "startsAt": "2026-06-15T08:30:00Z" }),
        "markVisitMissed" => json!({ "visitId": ids.begun_visit }),
        "recordVisit" => json!({ "visitId": ids.begun_visit, "patientId": ids.patient,
            "startedAt": "2026-06-15T09:00:00Z", "durationMinutes": 30,
            "treatments": [{ "treatment": "balance", "minutes": 20, "bodyRegion": "LEG" }] }),
        "assignEducation" | "unassignEducation" => {
            json!({ "patientId": ids.patient, "articleIds": [ids.article] })
        }
        "markArticleRead" => json!({ "articleId": ids.article }),
        "createMediaUpload" => {
            json!({ "exerciseId": ids.exercise, "contentType": "image/png", "bytes": 8 })
        }
        // Nothing has been uploaded for what was announced.
        "completeMediaUpload" | "deleteMedia" => json!({ "mediaId": ids.announced }),
        "acknowledgeAlert" => json!({ "alertId": ids.alert }),
        "snoozeAlert" => json!({ "alertId": ids.alert, "until": "2026-06-20T10:00:00Z" }),
        "resolveAlert" => json!({ "alertId": ids.alert, "reason": "Seen and examined today." }),
        "recordAssessment" => json!({ "patientId": ids.patient, "kind": "DISCHARGE", "note": "All is well" }),
        "voidAssessment" => {
            json!({ "assessmentId": ids.assessments[0], "reason": "Of another patient." })
        }
        "setGoal" => json!({ "patientId": ids.patient, "kind": "POSTURE", "text": "Sit upright" }),
        "withdrawConsent" | "grantConsent" => json!({ "kind": "CARE_TEAM" }),
        "exportPatient" | "liftLegalHold" => json!({ "patientId": ids.patient }),
        "updateClinic" => json!({ "retentionYears": 10 }),
        "placeLegalHold" => json!({ "patientId": ids.patient, "reason": "A claim against the insurer." }),
        "inviteClinician" => json!({ "email": "new@clinic.example", "role": "THERAPIST" }),
        "setMemberRole" => json!({ "memberId": ids.spare, "role": "ASSISTANT" }),
        "disableMember" => json!({ "memberId": ids.spare }),
        "signIn" => json!({ "email": "ben@patient.example", "password": PASSWORD }),
        "verifySecondFactor" => json!({ "challenge": "forged", "code": "123456" }),
        "refreshSession" => json!({ "refreshToken": "forged" }),
        "revokeSession" => json!({ "id": ids.session }),
        "stepUp" => json!({ "password": PASSWORD }),
        "changePassword" => json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD }),
        "confirmTotp" => json!({ "code": "000000" }),
        "acceptInvitation" => json!({ "secret": "forged", "email": "x@y.example", "password": PASSWORD }),
        // What is malformed does not count as a guess.
        "requestPasswordReset" => json!({ "email": "nobody" }),
        "signInWithProvider" | "linkProvider" => json!({ "idToken": "forged" }),
        "unlinkProvider" => json!({ "issuer": "https://login.example" }),
        "resetPassword" => json!({ "token": "forged", "newPassword": "short" }),
        "exportMyData" | "deleteMyAccount" | "enrollTotp" | "signOut" | "revokeCalendarFeed" => return None,
        "createCalendarFeed" => json!({ "includeTitles": true }),
        other => of_follow_up(ids, other),
    })
}

/// Times of management never overlap: each is a turn of its own.
static TURN: AtomicI64 = AtomicI64::new(0);

/// The input of a mutation of outcome measures, messages or monitoring.
fn of_follow_up(ids: &Ids, mutation: &str) -> Value {
    match mutation {
        "assignOutcome" => json!({ "patientId": ids.patient, "measure": "groc" }),
        "updateOutcomeAssignment" => json!({ "assignmentId": ids.outcome_plan, "everyWeeks": 4 }),
        "submitOutcome" => json!({ "patientId": ids.patient, "measure": "nprs",
            "answeredAt": "2026-06-15T09:00:00Z", "answers": [{ "item": "1", "value": 4 }] }),
        "voidOutcome" => json!({ "outcomeId": ids.own_outcome, "reason": "Of another patient." }),
        "endOutcomeAssignment" => json!({ "assignmentId": ids.outcome_plan }),
        "logManagementTime" => {
            let started_at = at("2026-06-14T00:00:00Z").plus(TURN.fetch_add(1, Relaxed) * 600_000);
            json!({ "patientId": ids.patient, "startedAt": started_at.to_string(),
                "endedAt": started_at.plus(60_000).to_string(), "activity": "COORDINATION" })
        }
        "logLiveContact" => json!({ "patientId": ids.patient, "startedAt": "2026-06-15T09:00:00Z",
            "medium": "VIDEO" }),
        "documentMonitoringSetup" => {
            json!({ "patientId": ids.patient, "doneAt": "2026-06-15T09:00:00Z" })
        }
        "voidMonitoringEntry" => json!({ "entryId": ids.monitoring, "reason": "Logged twice" }),
        "sendMessage" => json!({ "patientId": ids.patient, "text": "Good morning" }),
        "markMessagesRead" => json!({ "patientId": ids.patient, "upTo": ids.message }),
        other => panic!("no input of {other}: what would a stranger send?"),
    }
}

/// Whether a refusal of this mutation counts as a guess.
pub(super) fn is_guess(mutation: &str) -> bool {
    ["confirmTotp", "acceptInvitation"].contains(&mutation)
}
