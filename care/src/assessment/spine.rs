//! The levels of the spine: its vertebrae and its nerve roots.

/// The vertebrae from the skull (C0) down to the sacrum.
const VERTEBRAE: [&str; 26] = [
    "C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9",
    "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1",
];

/// Whether this names a vertebra, or two that are neighbors, the upper first: `L5`, `L4/L5`.
pub(super) fn is_level(text: &str) -> bool {
    let place = |name: &str| VERTEBRAE.iter().position(|vertebra| *vertebra == name);
    match text.split_once('/') {
        None => place(text).is_some(),
        Some((upper, lower)) => place(upper).zip(place(lower)).is_some_and(|(a, b)| b == a + 1),
    }
}

/// Whether this names a nerve root: `C1` to `C8`, `T1` to `T12`, `L1` to `L5`, `S1` to `S5`.
pub(super) fn is_root(text: &str) -> bool {
    let most = |part: &str| match part {
        "C" => 8,
        "T" => 12,
        "L" | "S" => 5,
        _ => 0,
    };
    text.split_at_checked(1).is_some_and(|(part, number)| {
        number.parse::<u8>().is_ok_and(|at| (1..=most(part)).contains(&at) && number == at.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_vertebra_or_two_neighbors() {
        for good in ["C0", "C0/C1", "C7/T1", "T12/L1", "L5", "L4/L5", "L5/S1"] {
            assert!(is_level(good), "{good}");
        }
        for bad in ["", "/", "L6", "l5", "L5/L4", "L4/L4", "L3/L5", "L4/", "L4/L5/S1", "S2", "C8", " L5"] {
            assert!(!is_level(bad), "{bad}");
        }
    }

    #[test]
    fn a_root_is_one_of_those_that_there_are() {
        for good in ["C1", "C8", "T12", "L5", "S1", "S5"] {
            assert!(is_root(good), "{good}");
        }
        for bad in ["", "C", "C0", "C9", "T13", "L6", "S6", "L05", "L+5", "X1", "é1"] {
            assert!(!is_root(bad), "{bad}");
        }
    }
}
