//! Putting the layers together.

use super::{Configuration, DEFAULT, Fault, PREFIX, environment_name};
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Settings by their full keys.
type Flat = BTreeMap<String, Value>;

/// The file that the environment names, in `PLUMBLINE_CONFIG`.
pub fn file_of(environment: &[(String, String)]) -> Option<PathBuf> {
    let (_, path) = environment.iter().find(|(name, _)| name == "PLUMBLINE_CONFIG")?;
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// The settings of the defaults, the file and the environment, the later before the earlier.
///
/// A fault where the file cannot be read, a key is not known, or a value has the wrong form.
pub fn load(file: Option<&Path>, environment: &[(String, String)]) -> Result<Configuration, Fault> {
    let known = flat(parse(DEFAULT, "the defaults")?);
    let mut figment = Figment::from(Toml::string(DEFAULT));
    if let Some(path) = file {
        for (key, value) in read(path, &known)? {
            figment = figment.merge((key, value));
        }
    }
    for (key, value) in from_environment(environment, &known)? {
        figment = figment.merge((key, value));
    }
    figment.extract().map_err(|error| meaning(&error))
}

fn read(path: &Path, known: &Flat) -> Result<Flat, Fault> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Fault {
        key: name.clone(),
        what: format!("The configuration file cannot be read ({error})."),
        mend: "Correct --config or PLUMBLINE_CONFIG, or the file's permissions.".to_owned(),
    })?;
    let settings = flat(parse(&text, &name)?);
    for key in settings.keys() {
        if !known.contains_key(key) {
            return Err(unknown(key, key, known));
        }
    }
    Ok(settings)
}

fn parse(text: &str, name: &str) -> Result<Dict, Fault> {
    Figment::from(Toml::string(text)).extract().map_err(|error| {
        let message = error.kind.to_string();
        // The lines between quote the file, which may hold passwords.
        let (first, last) = (message.lines().next(), message.lines().last());
        let lines: Vec<_> = first.into_iter().chain(last.filter(|last| Some(*last) != first)).collect();
        Fault {
            key: name.to_owned(),
            what: format!("This is not TOML: {}.", lines.join(": ")),
            mend: "Write it like the example: [server], and below it listen = \"127.0.0.1:8080\".".to_owned(),
        }
    })
}

fn flat(dict: Dict) -> Flat {
    let mut settings = Flat::new();
    for (key, value) in dict {
        match value {
            Value::Dict(_, inner) => {
                settings
                    .extend(flat(inner).into_iter().map(|(step, value)| (format!("{key}.{step}"), value)));
            }
            value => {
                settings.insert(key, value);
            }
        }
    }
    settings
}

/// The settings among the variables. What tests tell each other and the file's path are none.
fn from_environment(environment: &[(String, String)], known: &Flat) -> Result<Flat, Fault> {
    let mut settings = Flat::new();
    for (name, text) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        if rest == "CONFIG" || rest.starts_with("TEST_") {
            continue;
        }
        let key = rest.to_lowercase().replace("__", ".");
        let default = known.get(&key).ok_or_else(|| unknown(name, &key, known))?;
        settings.insert(key.clone(), typed(&key, text, default)?);
    }
    Ok(settings)
}

/// `text` as a value of the default's type: a password of digits stays a text, a list is separated
/// by commas.
fn typed(key: &str, text: &str, default: &Value) -> Result<Value, Fault> {
    match default {
        Value::Bool(..) => match text.trim().parse::<bool>() {
            Ok(value) => Ok(Value::from(value)),
            Err(_) => {
                Err(Fault::new(key, format!("{text:?} is neither true nor false."), "Say true or false."))
            }
        },
        Value::Num(..) => match text.trim().parse::<u64>() {
            Ok(value) => Ok(Value::from(value)),
            Err(_) => {
                Err(Fault::new(key, format!("{text:?} is not a whole number."), "Give a whole number."))
            }
        },
        Value::Array(..) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::from(parts.collect::<Vec<_>>()))
        }
        _ => Ok(Value::from(text)),
    }
}

/// A key that nobody knows; `name` is how it was written.
fn unknown(name: &str, key: &str, known: &Flat) -> Fault {
    let mut nearest: Vec<_> = known.keys().map(|known| (strsim::jaro_winkler(known, key), known)).collect();
    nearest.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let written_in_environment = name != key;
    let names: Vec<_> = nearest
        .iter()
        .take(3)
        .map(|(_, known)| if written_in_environment { environment_name(known) } else { (*known).clone() })
        .collect();
    Fault {
        key: name.to_owned(),
        what: "There is no such setting.".to_owned(),
        mend: format!("The nearest are {}. Correct it, or take it out.", names.join(", ")),
    }
}

/// What figment's error means for the person who set the value.
fn meaning(error: &figment::Error) -> Fault {
    let steps = error.path.iter().filter(|step| step.parse::<usize>().is_err());
    let key = steps.map(String::as_str).collect::<Vec<_>>().join(".");
    match &error.kind {
        Kind::UnknownVariant(found, known) => {
            let what = format!("{found:?} is not known.");
            Fault::new(&key, what, format!("Say one of {}.", known.join(", ")))
        }
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            Fault::new(&key, format!("This is {found}."), format!("Give {expected}."))
        }
        _ if key == "server.listen" => {
            Fault::new(&key, "This is no address with a port.", "Give one such as 127.0.0.1:8080.")
        }
        kind => Fault::new(&key, format!("{kind}."), "Correct it."),
    }
}
