//! One course of care for each condition: exercises by their number in the library, chosen within
//! the movement precautions of the condition and, after surgery, of the weeks since.

/// What is prescribed from a day on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Days since the clinic began; the step is in force from the day after.
    pub(super) day: i64,
    /// The dose, in percent of the library's.
    pub(super) percent: u32,
    /// 4 to 6 exercises.
    pub(super) exercises: &'static [i32],
    /// Why.
    pub(super) note: &'static str,
}

/// The care of a condition over eight weeks.
#[derive(Debug)]
pub(super) struct Course {
    /// Key of the condition in the library.
    pub(super) condition: &'static str,
    /// Title of the program.
    pub(super) title: &'static str,
    /// Age of the patients in years, from and to.
    pub(super) ages: (i32, i32),
    /// Weeks from surgery to the first day of the program.
    pub(super) weeks_since_surgery: Option<i32>,
    /// Names of the phases, with their length in weeks.
    pub(super) phases: &'static [(&'static str, Option<u16>)],
    /// What is prescribed, from the first day on.
    pub(super) steps: &'static [Step],
}

const fn first(percent: u32, exercises: &'static [i32]) -> Step {
    Step { day: 0, percent, exercises, note: "First program after the assessment." }
}

const fn progressed(day: i64, exercises: &'static [i32]) -> Step {
    Step { day, percent: 100, exercises, note: "Moved on: the first weeks went well." }
}

const fn raised(day: i64, percent: u32, exercises: &'static [i32]) -> Step {
    Step { day, percent, exercises, note: "Raised with the weeks since surgery." }
}

const fn course(
    condition: &'static str,
    title: &'static str,
    ages: (i32, i32),
    steps: &'static [Step],
) -> Course {
    Course { condition, title, ages, weeks_since_surgery: None, phases: &[], steps }
}

/// All conditions of the library.
pub(super) const COURSES: &[Course] = &[
    course(
        "chronic-low-back-pain",
        "Trunk strength and walking",
        (35, 60),
        &[first(100, &[1, 6, 12, 49, 57]), progressed(14, &[4, 6, 8, 12, 57])],
    ),
    course(
        "acute-low-back-pain",
        "Early mobility",
        (28, 55),
        &[first(100, &[3, 39, 37, 57]), progressed(14, &[1, 12, 37, 47, 57])],
    ),
    course(
        "herniated-disc",
        "Extension and trunk control",
        (30, 55),
        &[first(100, &[1, 42, 44, 57]), progressed(28, &[2, 6, 12, 44, 57])],
    ),
    course(
        "spinal-stenosis",
        "Flexion and endurance",
        (60, 80),
        &[first(100, &[3, 37, 40, 58]), progressed(28, &[1, 22, 38, 40, 58])],
    ),
    course(
        "spondylolysis-spondylolisthesis",
        "Stability in neutral",
        (18, 45),
        &[first(100, &[1, 3, 4, 37, 58]), progressed(14, &[4, 7, 14, 47, 58])],
    ),
    course(
        "scoliosis",
        "Corrective breathing and symmetry",
        (18, 40),
        &[first(100, &[1, 6, 32, 57, 66]), progressed(28, &[6, 10, 27, 57, 66])],
    ),
    course(
        "osteoporosis-compression-fracture",
        "Upright strength",
        (62, 84),
        &[first(80, &[12, 22, 27, 57, 61]), progressed(28, &[12, 22, 26, 27, 57])],
    ),
    course(
        "neck-pain",
        "Neck control and posture",
        (25, 60),
        &[first(100, &[27, 29, 30, 52]), progressed(14, &[26, 29, 30, 31, 53])],
    ),
    course(
        "postural-dysfunction",
        "Posture through the day",
        (22, 50),
        &[first(100, &[27, 28, 29, 54, 57]), progressed(28, &[19, 26, 28, 30, 54, 57])],
    ),
    Course {
        condition: "after-lumbar-fusion",
        title: "Return after lumbar fusion",
        ages: (45, 70),
        weeks_since_surgery: Some(4),
        phases: &[("Protection", Some(2)), ("Stabilization", Some(6)), ("Resistance", None)],
        steps: &[
            first(60, &[1, 61, 62, 57]),
            raised(14, 75, &[1, 2, 14, 62, 57]),
            raised(28, 90, &[1, 2, 4, 14, 57]),
            raised(42, 100, &[2, 4, 14, 22, 57]),
        ],
    },
    Course {
        condition: "after-discectomy-laminectomy",
        title: "Return after discectomy",
        ages: (30, 60),
        weeks_since_surgery: Some(2),
        phases: &[("Protection", Some(2)), ("Rebuilding", Some(8)), ("Return to activity", None)],
        steps: &[
            first(60, &[1, 61, 62, 57]),
            raised(14, 75, &[1, 2, 14, 57]),
            raised(28, 90, &[6, 12, 14, 55, 57]),
            raised(42, 100, &[6, 12, 22, 55, 57]),
        ],
    },
    Course {
        condition: "after-acdf",
        title: "Return after neck fusion",
        ages: (40, 68),
        weeks_since_surgery: Some(4),
        phases: &[("Protection", Some(2)), ("Neck control", Some(6)), ("Strength", None)],
        steps: &[
            first(60, &[27, 61, 62, 57]),
            raised(14, 75, &[27, 30, 61, 57]),
            raised(28, 90, &[27, 29, 30, 57]),
            raised(42, 100, &[27, 29, 30, 31, 57]),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_of_the_library_has_its_course() {
        let conditions: Vec<_> = care::library::conditions().filter(|record| !record.sign).collect();
        assert_eq!(COURSES.len(), conditions.len());
        for (course, record) in COURSES.iter().zip(conditions) {
            assert_eq!(course.condition, record.key);
            assert_eq!(course.weeks_since_surgery.is_some(), record.post_operative, "{}", record.key);
            assert_eq!(course.phases.is_empty(), !record.post_operative, "{}", record.key);
        }
    }

    #[test]
    fn every_step_has_4_to_6_exercises_and_they_follow_each_other() {
        for course in COURSES {
            assert_eq!(course.steps[0].day, 0, "{}", course.condition);
            assert!(course.steps.is_sorted_by(|one, next| one.day < next.day), "{}", course.condition);
            for step in course.steps {
                assert!((4..=6).contains(&step.exercises.len()), "{}", course.condition);
                assert!(step.exercises.iter().all(|number| (1..=66).contains(number)));
                let twice = |at: usize| step.exercises[..at].contains(&step.exercises[at]);
                assert!(!(0..step.exercises.len()).any(twice), "{}", course.condition);
            }
        }
    }
}
