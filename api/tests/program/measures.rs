//! `plumbline measures import` takes in what a clinic is licensed to use, and names what is wrong with it.

use super::{KEY, plumbline, sqlite, text};

/// A text of so many items with so many options each. It is nobody's.
fn odi(items: usize, options: usize) -> String {
    let options: Vec<_> = (0..options).map(|option| format!("\"Option {option}\"")).collect();
    let item = |item| format!("[[item]]\ntext = \"Item {item}\"\noptions = [{}]\n", options.join(", "));
    let items: String = (1..=items).map(item).collect();
    format!("measure = \"odi\"\nlanguage = \"en\"\ninstruction = \"Choose one of each.\"\n{items}")
}

#[test]
fn a_text_is_taken_in_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let settings = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", KEY)];
    assert!(plumbline(&["migrate"], &settings).status.success());
    let path = directory.path().join("odi.toml");
    let file = path.to_str().unwrap();
    let import = |content: &str| {
        std::fs::write(&path, content).unwrap();
        let done = plumbline(&["measures", "import", file], &settings);
        (done.status.success(), text(&done))
    };
    let (done, told) = import(&odi(10, 6));
    assert!(!done && told.contains("There is no such clinic"), "{told}");
    let clinic =
        ["clinic", "create", "--name", "A", "--time-zone", "Europe/Berlin", "--admin-email", "a@b.example"];
    assert!(plumbline(&clinic, &settings).status.success());

    let wrong = odi(9, 5).replace("\"en\"", "\"xx\"").replace("Item 2", "");
    let (done, told) = import(&wrong);
    assert!(!done, "{told}");
    for fault in
        ["language", "odi has 10 items; here are 9", "item.1.options", "item.9.options", "item.2.text"]
    {
        assert!(told.contains(fault), "{fault} is not in: {told}");
    }
    let (done, told) = import("measure = \"odi\"\nlanguage = ");
    assert!(!done && told.contains("file") && told.contains("line 2"), "{told}");
    let (done, told) = import(&odi(10, 6).replace("odi", "phq-2"));
    assert!(!done && told.contains("words of its own"), "{told}");

    let (done, told) = import(&odi(10, 6));
    assert!(done && told.contains("has this text of odi in the language en"), "{told}");
    let (done, told) = import(&odi(10, 6));
    assert!(done && told.contains("had this very text"), "{told}");
    let (done, told) = import(&odi(10, 6).replace("Item 3", "Item three"));
    assert!(done && told.contains("has this text"), "{told}");
    let foreign = "clinic_01h455vb4pex5vsknk084sn02q";
    let refused = plumbline(&["measures", "import", file, "--clinic", foreign], &settings);
    assert!(!refused.status.success() && text(&refused).contains("no such clinic"), "{}", text(&refused));
    let refused = plumbline(&["measures", "import", "nowhere.toml"], &settings);
    assert!(!refused.status.success() && text(&refused).contains("nowhere.toml"), "{}", text(&refused));
}
