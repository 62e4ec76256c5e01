#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use std::path::PathBuf;
use tempfile::TempDir;

fn file(text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plumbline.toml");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn with(pairs: &[(&str, &str)]) -> Configuration {
    load(None, &variables(pairs)).unwrap()
}

#[test]
fn the_environment_overrides_the_file_and_the_file_the_defaults() {
    let (_directory, path) =
        file("[server]\nlisten = \"0.0.0.0:1\"\ngraphiql = true\n[reminders]\nbatch = 7\n");
    let environment =
        variables(&[("PLUMBLINE_SERVER__LISTEN", "127.0.0.1:2"), ("PLUMBLINE_REDIS__PREFIX", "42")]);
    let configuration = load(Some(&path), &environment).unwrap();
    assert_eq!(configuration.server.listen, "127.0.0.1:2".parse().unwrap());
    assert!(configuration.server.graphiql);
    assert_eq!(configuration.reminders.batch, 7);
    assert_eq!(configuration.reminders.lease_seconds, 60);
    assert_eq!(configuration.redis.prefix, "42", "digits stay a text where a text is wanted");
}

#[test]
fn the_defaults_are_valid_and_safe() {
    let configuration = load(None, &[]).unwrap();
    assert_eq!(configuration.faults(), []);
    assert_eq!(configuration.warnings(), []);
    assert_eq!(configuration.public_url(), "http://127.0.0.1:8080");
    assert!(!configuration.server.introspection && !configuration.server.graphiql);
}

#[test]
fn every_key_of_the_defaults_is_explained() {
    let mut explained = false;
    for line in DEFAULT.lines() {
        match line.trim() {
            "" => explained = false,
            text if text.starts_with('#') => explained = true,
            text if text.starts_with('[') => explained = false,
            text => {
                assert!(explained, "no comment above: {text}");
                explained = false;
            }
        }
    }
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_known_one() {
    let (_directory, path) = file("[server]\nlissten = \"127.0.0.1:1\"\n");
    let told = load(Some(&path), &[]).unwrap_err().to_string();
    assert!(told.contains("server.lissten") && told.contains("server.listen"), "{told}");
    let told = load(None, &variables(&[("PLUMBLINE_DATABSE__URL", "x")])).unwrap_err().to_string();
    assert!(told.contains("PLUMBLINE_DATABSE__URL") && told.contains("PLUMBLINE_DATABASE__URL"), "{told}");
}

#[test]
fn what_tests_and_the_path_of_the_file_say_are_no_settings() {
    let environment =
        variables(&[("PLUMBLINE_CONFIG", "/etc/x.toml"), ("PLUMBLINE_TEST_POSTGRES", "x"), ("PATH", "y")]);
    assert!(load(None, &environment).is_ok());
    assert_eq!(file_of(&environment), Some(PathBuf::from("/etc/x.toml")));
    assert_eq!(file_of(&variables(&[("PLUMBLINE_CONFIG", "")])), None);
}

#[test]
fn a_bad_value_names_its_key_and_the_mend() {
    for (name, value, key, mend) in [
        ("PLUMBLINE_SERVER__LISTEN", "localhost", "server.listen", "127.0.0.1:8080"),
        ("PLUMBLINE_SERVER__ROLE", "boht", "server.role", "both"),
        ("PLUMBLINE_SERVER__GRAPHIQL", "yes", "server.graphiql", "true or false"),
        ("PLUMBLINE_DATABASE__MAX_CONNECTIONS", "ten", "database.max_connections", "whole number"),
        ("PLUMBLINE_DATABASE__MAX_CONNECTIONS", "99999999999", "database.max_connections", "u32"),
        ("PLUMBLINE_PUSH__GATEWAY", "pigeon", "push.gateway", "console"),
        ("PLUMBLINE_LOG__FORMAT", "xml", "log.format", "json"),
    ] {
        let told = load(None, &variables(&[(name, value)])).unwrap_err().to_string();
        assert!(told.starts_with(key) && told.contains(mend) && told.contains(name), "{told}");
    }
    let (_directory, path) = file("[reminders]\nbatch = \"many\"\n");
    let told = load(Some(&path), &[]).unwrap_err().to_string();
    assert!(told.contains("reminders.batch") && told.contains("PLUMBLINE_REMINDERS__BATCH"), "{told}");
}

#[test]
fn a_file_that_is_not_toml_or_not_there_is_told_without_quoting_it() {
    let (_directory, path) = file("[keys]\ninstallation_key = \"top secret\n");
    let told = load(Some(&path), &[]).unwrap_err().to_string();
    assert!(
        told.contains("plumbline.toml") && told.contains("line 2") && !told.contains("top secret"),
        "{told}"
    );
    let told = load(Some(&path.with_extension("gone")), &[]).unwrap_err().to_string();
    assert!(told.contains("plumbline.gone") && told.contains("--config"), "{told}");
}

#[test]
fn values_out_of_range_or_form_are_faults() {
    for (name, value) in [
        ("PLUMBLINE_SERVER__BODY_LIMIT_BYTES", "100"),
        ("PLUMBLINE_SERVER__REQUEST_TIMEOUT_SECONDS", "0"),
        ("PLUMBLINE_SERVER__PUBLIC_URL", "clinic.example"),
        ("PLUMBLINE_SERVER__METRICS_LISTEN", "9464"),
        ("PLUMBLINE_SERVER__METRICS_LISTEN", "127.0.0.1:8080"),
        ("PLUMBLINE_SERVER__HEADER_TIMEOUT_SECONDS", "61"),
        ("PLUMBLINE_SERVER__BODY_TIMEOUT_SECONDS", "0"),
        ("PLUMBLINE_SERVER__IDLE_TIMEOUT_SECONDS", "0"),
        ("PLUMBLINE_SERVER__MAX_CONNECTIONS", "0"),
        ("PLUMBLINE_SERVER__MAX_CONNECTIONS_PER_ADDRESS", "0"),
        ("PLUMBLINE_SERVER__MAX_STREAMS_PER_CONNECTION", "1001"),
        ("PLUMBLINE_SERVER__OPERATIONS_PER_CLINIC", "0"),
        ("PLUMBLINE_SERVER__WAITING_PER_CLINIC", "0"),
        ("PLUMBLINE_SERVER__ALLOWED_ORIGINS", "*"),
        ("PLUMBLINE_SERVER__TRUSTED_PROXIES", "proxy.example"),
        ("PLUMBLINE_SERVER__TRUSTED_PROXIES", "0.0.0.0/0"),
        ("PLUMBLINE_DATABASE__URL", "mysql://x"),
        ("PLUMBLINE_DATABASE__MIGRATION_URL", "mysql://x"),
        ("PLUMBLINE_DATABASE__MAX_CONNECTIONS", "0"),
        ("PLUMBLINE_REDIS__URL", "http://x"),
        ("PLUMBLINE_REDIS__PREFIX", "a{b}"),
        ("PLUMBLINE_REMINDERS__BATCH", "1001"),
        ("PLUMBLINE_REMINDERS__POLL_MILLISECONDS", "1"),
        ("PLUMBLINE_MAIL__URL", "http://mail.example"),
        ("PLUMBLINE_LOG__LEVEL", "a=b=c"),
    ] {
        let faults = with(&[(name, value)]).faults();
        assert_eq!(faults.len(), 1, "{name}: {faults:?}");
        assert!(faults[0].to_string().contains(name), "{}", faults[0]);
    }
}

#[test]
fn lists_come_from_a_file_or_between_commas() {
    let (_directory, path) = file("[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");
    let origins = ("PLUMBLINE_SERVER__ALLOWED_ORIGINS", "https://a.example, http://localhost:3000,");
    let configuration = load(Some(&path), &variables(&[origins])).unwrap();
    assert_eq!(configuration.faults(), []);
    assert_eq!(configuration.server.trusted_proxies, ["10.0.0.0/8", "::1"]);
    assert_eq!(configuration.server.allowed_origins, ["https://a.example", "http://localhost:3000"]);
    let (_directory, path) = file("[server]\ntrusted_proxies = [1]\n");
    let told = load(Some(&path), &[]).unwrap_err().to_string();
    assert!(told.starts_with("server.trusted_proxies: ") && told.contains("string"), "{told}");
}

#[test]
fn an_origin_that_no_browser_sends_is_told_with_the_one_it_does() {
    for (text, mend) in [
        ("https://Dashboard.example:443/", "Write https://dashboard.example."),
        ("dashboard.example", "https://dashboard.example"),
    ] {
        let faults = with(&[("PLUMBLINE_SERVER__ALLOWED_ORIGINS", text)]).faults();
        assert!(faults.len() == 1 && faults[0].mend.contains(mend), "{faults:?}");
    }
}

#[test]
fn a_lease_must_outlive_a_push() {
    for (lease, faults) in [("10", 1), ("11", 0)] {
        let configuration = with(&[("PLUMBLINE_REMINDERS__LEASE_SECONDS", lease)]);
        assert_eq!(configuration.faults().len(), faults, "{lease}");
    }
}

#[test]
fn an_identity_provider_is_whole_or_a_fault() {
    let sound = [
        ("issuer", "\"https://login.example\""),
        ("audiences", "[\"apps\"]"),
        ("algorithms", "[\"ES256\"]"),
        ("keys_url", "\"https://login.example/keys\""),
    ];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plumbline.toml");
    let of = |key: &str, value: &str| {
        let lines = sound.map(|(name, text)| format!("{name} = {}", if name == key { value } else { text }));
        std::fs::write(&path, format!("[[accounts.issuers]]\n{}\n", lines.join("\n"))).unwrap();
        load(Some(&path), &[]).map(|configuration| configuration.faults())
    };
    assert_eq!(of("", "").unwrap(), []);
    assert_eq!(of("keys_url", "\"http://127.0.0.1:1/keys\"").unwrap(), []);
    for (key, value) in [
        ("issuer", "\"\""),
        ("audiences", "[]"),
        ("algorithms", "[]"),
        ("algorithms", "[\"ES256\", \"HS256\"]"),
        ("keys_url", "\"http://login.example/keys\""),
    ] {
        let faults = of(key, value).unwrap();
        assert!(faults.len() == 1 && faults[0].key == "accounts.issuers", "{key}: {faults:?}");
    }
    for (key, value) in [("algorithms", "[\"none\"]"), ("issuer", "7"), ("audiences", "\"apps\"")] {
        let fault = of(key, value).unwrap_err();
        assert!(fault.key.starts_with("accounts.issuers"), "{key}: {fault}");
    }
    let environment = [("PLUMBLINE_ACCOUNTS__ISSUERS".to_owned(), "https://login.example".to_owned())];
    assert_eq!(load(None, &environment).unwrap_err().key, "accounts.issuers");
}

#[test]
fn what_carries_pushes_is_whole_or_a_fault() {
    let of = |text: &str| {
        let (_directory, path) = file(text);
        load(Some(&path), &[]).map(|configuration| configuration.push)
    };
    let keys = |text: &str| -> Vec<String> {
        let (_directory, path) = file(text);
        let faults = load(Some(&path), &[]).unwrap().faults();
        faults.into_iter().map(|fault| fault.key).collect()
    };
    let apns = "key_file = \"a.p8\"\nkey_id = \"K\"\nteam_id = \"T\"\ntopic = \"a.b\"\n";
    assert_eq!(keys(&format!("[push]\ngateway = \"providers\"\n[push.apns]\n{apns}")), [""; 0]);
    assert_eq!(keys("[push]\ngateway = \"providers\"\n"), ["push.gateway"]);
    assert_eq!(keys("[push.apns]\nkey_id = \"K\"\n"), ["push.apns.key_file"]);
    assert_eq!(
        keys("[push.apns]\nkey_file = \"a.p8\"\nkey_id = \"K\"\ntopic = \"a b\"\n"),
        ["push.apns.team_id", "push.apns.topic"]
    );
    assert_eq!(
        keys("[push.fcm]\nconnections = 0\naddress = \"http://x\"\n"),
        ["push.fcm.connections", "push.fcm.address"]
    );
    let clinic = "[[push.clinics]]\nclinic = \"clinic_01h455vb4pex5vsknk084sn02q\"\n";
    assert_eq!(keys(&format!("{clinic}fcm = {{ service_account_file = \"a.json\" }}\n")), [""; 0]);
    assert_eq!(keys(clinic), ["push.clinics"]);
    assert_eq!(keys(&format!("{clinic}apns = {{ topic = \"a.b\" }}\n")), ["push.clinics"]);
    assert_eq!(
        keys("[[push.clinics]]\nclinic = \"x\"\nfcm = { service_account_file = \"a\" }\n"),
        ["push.clinics"]
    );
    assert!(of(&format!("{clinic}apns = {{ topik = \"a.b\" }}\n")).is_err());
    let told = of(&format!("[push.apns]\n{apns}")).unwrap().credentials().unwrap_err().to_string();
    assert!(told.starts_with("push.apns.key_file: a.p8 cannot be read"), "{told}");
    assert!(told.contains("`key_file` of [push.apns]"), "{told}");
}

#[test]
fn dangerous_pairs_are_warned_of() {
    let keys = |pairs: &[(&str, &str)]| -> Vec<_> {
        with(pairs).warnings().into_iter().map(|warning| warning.key).collect()
    };
    let open = ("PLUMBLINE_SERVER__LISTEN", "0.0.0.0:8080");
    let url = ("PLUMBLINE_SERVER__PUBLIC_URL", "https://care.example");
    let (graphiql, introspection) =
        (("PLUMBLINE_SERVER__GRAPHIQL", "true"), ("PLUMBLINE_SERVER__INTROSPECTION", "true"));
    let api = ("PLUMBLINE_SERVER__ROLE", "api");
    assert_eq!(keys(&[graphiql, introspection]), [""; 0]);
    assert_eq!(keys(&[open, url, api, graphiql, introspection]), ["server.graphiql", "server.introspection"]);
    assert_eq!(keys(&[open, url]), ["push.gateway", "mail.url"]);
    let nameless = with(&[("PLUMBLINE_MAIL__URL", "smtps://mail.example")]).faults();
    assert_eq!(nameless.first().map(|fault| fault.key.as_str()), Some("mail.from"));
    for (server, warned) in [
        ("smtp://user:password@mail.example:587", true),
        ("smtp://user:password@mail.example:587?tls=required", false),
        ("smtps://user:password@mail.example", false),
        ("smtp://user:password@127.0.0.1:25", false),
    ] {
        let mail = [("PLUMBLINE_MAIL__URL", server), ("PLUMBLINE_MAIL__FROM", "Clinic <a@mail.example>")];
        assert_eq!(with(&mail).faults(), []);
        assert_eq!(keys(&mail) == ["mail.url"], warned, "{server}");
    }
    assert_eq!(keys(&[url]), ["mail.url"], "behind a proxy too");
    assert_eq!(keys(&[open, api]), ["server.public_url"]);
    assert_eq!(keys(&[graphiql]), ["server.introspection"]);
}

#[test]
fn keys_are_32_bytes_each_from_one_place() {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let (_directory, path) = file(&format!("{key}\n"));
    let path = path.to_str().unwrap();
    let (in_place, in_file) = ("PLUMBLINE_KEYS__INSTALLATION_KEY", "PLUMBLINE_KEYS__INSTALLATION_KEY_FILE");
    let before = "PLUMBLINE_KEYS__PREVIOUS_INSTALLATION_KEY";
    let before_file = "PLUMBLINE_KEYS__PREVIOUS_INSTALLATION_KEY_FILE";
    for (pairs, replaces) in [
        (&[(in_place, key)][..], false),
        (&[(in_file, path)], false),
        (&[(in_place, key), (before, key)], true),
        (&[(in_place, key), (before_file, path)], true),
    ] {
        assert!(with(pairs).wrapping().is_ok());
        assert_eq!(with(pairs).replaces_its_key(), replaces);
    }
    for pairs in [
        &[][..],
        &[(in_place, "AAEC")],
        &[(in_place, "not base64")],
        &[(in_place, key), (in_file, path)],
        &[(in_file, "/does/not/exist")],
        &[(before, key)],
        &[(in_place, key), (before, "AAEC")],
        &[(in_place, key), (before_file, "/does/not/exist")],
    ] {
        let told = with(pairs).wrapping().unwrap_err().to_string();
        assert!(told.contains("INSTALLATION_KEY"), "{told}");
        assert!(!told.contains("AAEC"), "{told}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let configuration = with(&[
        ("PLUMBLINE_DATABASE__URL", "postgres://app:hidden@db/p"),
        ("PLUMBLINE_DATABASE__MIGRATION_URL", "postgres://owner:hidden@db/p"),
        ("PLUMBLINE_REDIS__URL", "redis://:hidden@cache"),
        ("PLUMBLINE_KEYS__INSTALLATION_KEY", "hidden"),
    ]);
    assert!(!format!("{configuration:?}").contains("hidden"));
    let told = with(&[]).database_url().unwrap_err().to_string();
    assert!(told.contains("PLUMBLINE_DATABASE__URL"), "{told}");
}

#[test]
fn media_are_kept_in_one_place_that_can_be_reached() {
    let key = [("PLUMBLINE_MEDIA__ACCESS_KEY_ID", "key"), ("PLUMBLINE_MEDIA__SECRET_ACCESS_KEY", "hunter2")];
    let bucket = ("PLUMBLINE_MEDIA__BUCKET", "clinic-media");
    let directory = ("PLUMBLINE_MEDIA__DIRECTORY", "/var/lib/plumbline/media");
    let at = |endpoint| ("PLUMBLINE_MEDIA__ENDPOINT", endpoint);
    for fine in [
        vec![],
        vec![directory],
        vec![bucket, key[0], key[1]],
        vec![bucket, key[0], key[1], at("https://storage.example")],
        vec![bucket, key[0], key[1], at("http://127.0.0.1:9000")],
    ] {
        assert_eq!(with(&fine).faults(), [], "{fine:?}");
    }
    for (settings, name) in [
        (vec![bucket, key[0], key[1], directory], "media.directory"),
        (vec![bucket, key[0]], "media.access_key_id"),
        (vec![bucket, key[1]], "media.access_key_id"),
        (vec![bucket, key[0], key[1], at("http://storage.example")], "media.endpoint"),
        (vec![("PLUMBLINE_MEDIA__IMAGE_LIMIT_BYTES", "0")], "media.image_limit_bytes"),
        (vec![("PLUMBLINE_MEDIA__CLINIC_LIMIT_BYTES", "0")], "media.clinic_limit_bytes"),
    ] {
        let faults = with(&settings).faults();
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), [name], "{faults:?}");
    }
    let shown = format!("{:?}", with(&[key[0], key[1]]));
    assert!(!shown.contains("hunter2"), "{shown}");
}
