#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::library::shipped;
use proptest::prelude::*;

/// The keys of what is found, the best first.
fn found(typed: &str) -> Vec<String> {
    let typed = Words::of(typed);
    let mut found: Vec<_> = shipped()
        .into_iter()
        .filter_map(|row| {
            let rank = row.texts().filter_map(|(_, text)| typed.rank(&Words::of(&text.name))).min()?;
            Some((rank, row.number, row.key))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(.., key)| key).collect()
}

#[test]
fn case_accents_marks_and_the_order_of_words_do_not_matter() {
    for typed in ["BIRD DOG", "dog bird", "perro pajaro", "Pájaro  perro", "bird-dog"] {
        assert_eq!(found(typed)[0], "bird-dog", "{typed}");
    }
    assert_eq!(found("childs pose")[0], "childs-pose");
    assert_eq!(found("child’s pose")[0], "childs-pose");
    assert_eq!(found("postura del nino")[0], "childs-pose");
    assert_eq!(found("puente gluteos"), ["glute-bridge"]);
}

#[test]
fn the_nearest_comes_first() {
    assert_eq!(found("walking"), ["walking", "pool-walking"]);
    assert_eq!(found("wal")[0], "wall-squat", "what begins so, before what has a word that does");
    assert_eq!(found("plank").len(), 4);
    assert_eq!(found("sentadilla"), ["wall-squat", "mini-squat"], "also inside a word");
    assert_eq!(found("hamstrnig")[0], "hamstring-stretch-strap");
    assert_eq!(found("estiramineto cuadricpes"), ["quadriceps-stretch"]);
    assert_eq!(found("birddog")[0], "bird-dog");
    assert_eq!(found("chin tukc")[0], "chin-tuck");
}

#[test]
fn nonsense_finds_nothing() {
    for typed in ["xyzzy", "qqqq", "!?", "'", "plank xyzzy", "0000000000", "zz"] {
        assert_eq!(found(typed), [""; 0], "{typed}");
    }
}

/// The name with a slip of the hand at a place.
fn slipped(name: &str, slip: u8, at: usize, other: char) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<_> = (0..letters.len()).filter(|place| letters[*place].is_alphabetic()).collect();
    let place = places[at % places.len()];
    match slip {
        0 => {
            letters.remove(place);
        }
        1 => letters.insert(place, letters[place]),
        2 => letters[place] = other,
        _ if place + 1 < letters.len() => letters.swap(place, place + 1),
        _ => letters.swap(place - 1, place),
    }
    letters.into_iter().collect()
}

proptest! {
    #[test]
    fn a_slip_of_the_hand_still_finds_it(
        number in 0_usize..66, spanish: bool, slip in 0_u8..4, at in 0_usize..100, other in "[a-zé]",
    ) {
        let row = &shipped()[number];
        let name = &row.texts().nth(usize::from(spanish)).unwrap().1.name;
        let typed = slipped(name, slip, at, other.chars().next().unwrap());
        let first: Vec<_> = found(&typed).into_iter().take(5).collect();
        prop_assert!(first.contains(&row.key), "{name} as {typed}: {first:?}");
    }

    #[test]
    fn whatever_is_typed_has_an_answer(typed in "\\PC{0,100}") {
        found(&typed);
    }
}
