//! How long each list of the schema is taken to be, keyed by its field.

/// How long a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// A connection: as long as `first` or `last` says.
    Page,
    /// As long as the list in this argument.
    Of(&'static str),
    /// About so long, on a generous day. Where the length is bounded, less than the bound: a
    /// budget for what real documents ask.
    About(u64),
}

/// Every field that answers a list or a connection. The `edges` and `nodes` of a connection are
/// as long as the connection; lists of [`USER_ERRORS`] are short wherever they are.
pub(super) const LENGTHS: &[(&str, Length)] = &[
    ("ActivateProgramPayload.cautions", Length::About(3)),
    ("Alert.evidence", Length::About(3)),
    ("Assessment.conditions", Length::About(3)),
    ("Assessment.diagnosticTests", Length::About(2)),
    ("Assessment.neurologicalSigns", Length::About(8)),
    ("Assessment.posture", Length::About(3)),
    ("Assessment.rangeOfMotion", Length::About(8)),
    ("Assessment.specialTests", Length::About(6)),
    ("Assessment.strength", Length::About(8)),
    ("AssessmentComparison.neurologicalSigns", Length::About(8)),
    ("AssessmentComparison.rangeOfMotion", Length::About(8)),
    ("AssessmentComparison.specialTests", Length::About(6)),
    ("AssessmentComparison.strength", Length::About(8)),
    ("CareTeam.members", Length::About(5)),
    ("ConfirmTotpPayload.recoveryCodes", Length::About(10)),
    ("CreateProgramPayload.cautions", Length::About(3)),
    ("Exercise.categories", Length::About(3)),
    ("Exercise.instructions", Length::About(6)),
    ("Exercise.movementTags", Length::About(4)),
    ("Goal.values", Length::About(8)),
    ("LogProgressPayload.results", Length::About(20)),
    ("Patient.assessments", Length::Page),
    ("Patient.careTeam", Length::About(5)),
    ("Patient.conditions", Length::About(3)),
    ("Patient.goals", Length::About(4)),
    ("Patient.openAlerts", Length::About(2)),
    ("Patient.programs", Length::About(4)),
    ("Patient.progressLogs", Length::Page),
    ("PatientChange.changed", Length::About(20)),
    ("Program.phases", Length::About(4)),
    ("Program.prescriptions", Length::About(8)),
    ("Program.revisions", Length::About(5)),
    ("ProgramCaution.prescriptions", Length::About(2)),
    ("ProgramOverride.rules", Length::About(2)),
    ("ProgramRevision.phases", Length::About(4)),
    ("ProgramRevision.prescriptions", Length::About(8)),
    ("ProgressLog.results", Length::About(8)),
    ("ProgressResult.sets", Length::About(4)),
    ("ProgressSummary.pain", Length::About(30)),
    ("Query.alerts", Length::Page),
    ("Query.auditEvents", Length::Page),
    ("Query.caseload", Length::Page),
    ("Query.checkProgram", Length::About(3)),
    ("Query.conditions", Length::About(12)),
    ("Query.exercises", Length::Page),
    ("Query.goals", Length::About(4)),
    ("Query.members", Length::Page),
    ("Query.nodes", Length::Of("ids")),
    ("Query.programOverrides", Length::About(3)),
    ("Query.programs", Length::About(4)),
    ("Query.progressLogs", Length::Page),
    ("Query.redFlagScreens", Length::Page),
    ("Query.redFlagSigns", Length::About(31)),
    ("Query.reminderHistory", Length::Page),
    ("Query.reminders", Length::About(10)),
    ("Query.specialTests", Length::About(24)),
    ("Query.upcomingReminders", Length::Page),
    ("RedFlagScreen.findings", Length::About(2)),
    ("RedFlagScreen.signs", Length::About(3)),
    ("Reminder.recurrence", Length::About(2)),
    ("Reminder.times", Length::About(4)),
    ("Reminder.weekdays", Length::About(7)),
    ("ReviseProgramPayload.cautions", Length::About(3)),
    ("Schedule.weekdays", Length::About(7)),
    ("ServerInfo.emergencyNumbers", Length::About(40)),
    ("Today.items", Length::About(8)),
    ("Today.reminders", Length::About(10)),
    ("UserError.path", Length::About(4)),
    ("Viewer.linkedProviders", Length::About(2)),
    ("Viewer.sessions", Length::About(10)),
    // The schema itself, where it may be asked for. Deeper than the tools ask, it soon adds up.
    ("__Directive.args", Length::About(2)),
    ("__Directive.locations", Length::About(3)),
    ("__Field.args", Length::About(2)),
    ("__Schema.directives", Length::About(5)),
    ("__Schema.types", Length::About(20)),
    ("__Type.enumValues", Length::About(3)),
    ("__Type.fields", Length::About(5)),
    ("__Type.inputFields", Length::About(3)),
    ("__Type.interfaces", Length::About(1)),
    ("__Type.possibleTypes", Length::About(2)),
];

/// The field of every payload that tells faults of its input.
pub(super) const USER_ERRORS: (&str, Length) = ("userErrors", Length::About(3));

/// The length of the list that a field answers.
pub(super) fn length(parent: &str, field: &str) -> Option<Length> {
    let of_field = LENGTHS.binary_search_by(|(key, _)| {
        let (name, of) = key.split_once('.').unwrap_or((key, ""));
        (name, of).cmp(&(parent, field))
    });
    match of_field {
        Ok(at) => LENGTHS.get(at).map(|(_, length)| *length),
        Err(_) if field == USER_ERRORS.0 => Some(USER_ERRORS.1),
        Err(_) => None,
    }
}
