//! The numbers of a clinic's rules.

use async_graphql::{InputObject, SimpleObject};
use care::clinic::{AlertThresholds, PainThresholds};

/// What an object, its input and the numbers of `care` have in common: the fields, one by one.
macro_rules! thresholds {
    (
        $(#[$about:meta])* $name:ident, $(#[$input_about:meta])* $input:ident of $numbers:ident {
            $($(#[$field_about:meta])* $field:ident,)*
        }
    ) => {
        $(#[$about])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            $($(#[$field_about])* $field: i32,)*
        }

        impl From<$numbers> for $name {
            fn from(numbers: $numbers) -> Self {
                Self { $($field: numbers.$field.into(),)* }
            }
        }

        $(#[$input_about])*
        #[derive(InputObject, Clone, Copy)]
        pub(crate) struct $input {
            $($(#[$field_about])* $field: Option<i32>,)*
        }

        impl $input {
            /// What is given, over what is set now. A number that fits nowhere is out of range as it is.
            pub(crate) fn over(self, mut numbers: $numbers) -> $numbers {
                $(if let Some(given) = self.$field {
                    numbers.$field = given.try_into().unwrap_or_else(|_| highest(numbers.$field));
                })*
                numbers
            }
        }
    };
}

/// The highest number of this kind.
fn highest<N: From<u8> + std::ops::Not<Output = N>>(_: N) -> N {
    !N::from(0)
}

thresholds! {
    /// The numbers of the pain rule, by which a session is green, amber or red. Pain is rated 0 to 10. The
    /// defaults come from published models, which disagree, so that all of them are the clinic's.
    ClinicPainThresholds,
    /// The numbers of the pain rule; what is missing stays as it is set.
    PainThresholdsInput of PainThresholds {
        /// The highest pain that is still green, 0 to 10; default 3.
        green_max,
        /// The highest pain that is still amber, `greenMax` to 10; default 5. Above it is red.
        amber_max,
        /// By how many points pain before exercising must exceed that before the last session to be worse,
        /// 1 to 10; default 1.
        worse_by,
        /// After how many hours being worse than before the last session is red, 1 to 168; default 24.
        flare_hours,
    }
}

thresholds! {
    /// The numbers of the rules that raise alerts. Pain is rated 0 to 10. The defaults are those of Plumbline,
    /// to be reviewed by a licensed clinician before use.
    ClinicAlertThresholds,
    /// The numbers of the rules that raise alerts; what is missing stays as it is set.
    AlertThresholdsInput of AlertThresholds {
        /// After how many hours without a log, while something was due, `engagement` is raised, 24 to 336;
        /// default 49.
        silent_hours,
        /// After more than how many days without a log it is `HIGH`, 3 to 90; default 14.
        away_days,
        /// After how many days without a log the patient has dropped out and it closes itself, above `awayDays`
        /// up to 180; default 21.
        dropped_out_days,
        /// From which rating on pain that has risen raises `pain`, 1 to 10; default 5.
        pain_from,
        /// By how many points such pain has risen since the report before, 1 to 10; default 1.
        pain_rise,
        /// By how many points pain has risen since the report before where it is `HIGH`, however high it is,
        /// `painRise` to 10; default 2.
        pain_steep_rise,
        /// From which rating on pain is `CRITICAL`, whatever it was before, `painFrom` to 10; default 7.
        pain_critical_from,
        /// For how many days after it was felt reported pain raises alerts, 1 to 90; default 7.
        pain_recent_days,
        /// After how many reports in a row below `painFrom` and not risen `pain` closes itself where it is not
        /// `CRITICAL`, 1 to 10; default 2.
        pain_settled_reports,
    }
}
