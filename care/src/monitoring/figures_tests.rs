use super::super::count::rules;
use super::*;
use uuid::Uuid;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn counted(days: &[&str]) -> Counted {
    let made = |(at, text): (usize, &&str)| {
        (day(text), vec![(id::Kind::ProgressLog, Uuid::from_u128(at as u128 + 1))])
    };
    Counted { days: days.iter().enumerate().map(made).collect(), entries: Vec::new() }
}

fn figures(counted: &Counted, month: &str) -> Figures {
    Figures::of(rules().unwrap(), counted, &Span::of(day(month), &TimeZone::UTC))
}

#[test]
fn a_month_is_as_of_its_end() {
    let both = counted(&["2026-06-15", "2026-07-01", "2026-07-02"]);
    let june = figures(&both, "2026-06-01");
    assert_eq!(june, figures(&counted(&["2026-06-15"]), "2026-06-01"), "July changes nothing of June");
    let july = figures(&both, "2026-07-01");
    assert_eq!((june.blocks[0].days, july.blocks[0].days), (1, 3));
    assert_eq!(july.days.len(), 3, "the days of a block that began in June are behind it");
    assert!(figures(&both, "2026-05-01").days.is_empty());
    assert_eq!(figures(&both, "2026-08-01").blocks, Vec::new());
}

#[test]
fn what_is_another_number_now_is_told_with_both() {
    let from = day("2026-06-01");
    let frozen = figures(&counted(&["2026-06-15"]), "2026-06-01");
    assert_eq!(amendments(from, &frozen, &frozen), []);
    let late = figures(&counted(&["2026-06-15", "2026-06-20"]), "2026-06-01");
    let told = |amendments: Vec<Amendment>| -> Vec<_> {
        let told = |it: Amendment| {
            let records = (it.frozen.records.len(), it.current.records.len());
            (it.figure, it.date.map(|date| date.to_string()), it.frozen.count, it.current.count, records)
        };
        amendments.into_iter().map(told).collect()
    };
    let date = |text: &str| Some(text.to_owned());
    let expected = [
        (Figure::DataDay, date("2026-06-20"), 0, 1, (0, 1)),
        (Figure::WindowDays, date("2026-06-15"), 1, 2, (1, 2)),
        (Figure::Code, None, 0, 1, (0, 2)),
    ];
    assert_eq!(told(amendments(from, &frozen, &late)), expected);
    let before = figures(&counted(&["2026-05-30", "2026-06-15"]), "2026-06-01");
    let expected = [
        (Figure::WindowDays, date("2026-05-30"), 0, 2, (0, 2)),
        (Figure::WindowDays, date("2026-06-15"), 1, 0, (1, 0)),
        (Figure::Code, None, 0, 1, (0, 2)),
    ];
    assert_eq!(told(amendments(from, &frozen, &before)), expected, "the blocks begin earlier");
}

#[test]
fn a_month_begins_and_ends_on_the_patients_clock() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let march = Span::of(day("2026-03-31"), &zone);
    assert_eq!((march.from, march.end), (day("2026-03-01"), day("2026-04-01")));
    assert_eq!(march.begins_at.to_string(), "2026-03-01T05:00:00Z");
    assert_eq!(march.ends_at.to_string(), "2026-04-01T04:00:00Z");
}
