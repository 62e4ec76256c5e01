//! Therapists add images and videos to exercises: announced, uploaded by a signed link, looked at, shown.

use crate::{TODAY, change, refused};
use api::http::Documents;
use care::access::{Role, Services};
use care::id::Kind;
use care::library::media::sweep;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tests::{Bucket, Client, Clinic, Stack, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ANNOUNCED: &str = "media { id kind contentType bytes status url }
    upload { url method headers { name value } expiresAt }";
const MEDIA: &str = "media { id kind contentType status url }";
const SHOWN: &str = "query($id: ID!) { exercise(id: $id) { media { id kind contentType url } } }";

fn exercise(number: i32) -> String {
    Kind::Exercise.encode(care::library::exercise_id(number))
}

/// So many bytes that begin as a PNG does.
fn png(bytes: usize) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.resize(bytes, 7);
    file
}

fn mp4(bytes: usize) -> Vec<u8> {
    let mut file = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00".to_vec();
    file.extend((0..bytes - file.len()).map(|at| u8::try_from(at % 251).unwrap()));
    file
}

fn file(content_type: &str, bytes: usize) -> Value {
    json!({ "exerciseId": exercise(1), "contentType": content_type, "bytes": bytes })
}

async fn announce(therapist: &Client, input: Value) -> Value {
    let answer = change(therapist, "createMediaUpload", ANNOUNCED, input).await;
    assert_eq!(answer["userErrors"], json!([]), "{answer}");
    answer
}

async fn complete(therapist: &Client, announced: &Value) -> Value {
    let input = json!({ "mediaId": announced["media"]["id"] });
    change(therapist, "completeMediaUpload", MEDIA, input).await
}

/// Where a link leads in this test.
fn here(app: &TestApp, url: &Value) -> String {
    url.as_str().unwrap().replace("http://clinic.example", app.url())
}

async fn send(url: &str, upload: &Value, body: impl Into<reqwest::Body>) -> Response {
    let mut request = reqwest::Client::new().request(Method::PUT, url);
    for header in upload["headers"].as_array().unwrap() {
        request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
    }
    request.body(body).send().await.unwrap()
}

async fn upload(app: &TestApp, announced: &Value, body: Vec<u8>) -> u16 {
    let upload = &announced["upload"];
    send(&here(app, &upload["url"]), upload, body).await.status().as_u16()
}

async fn shown(client: &Client) -> Value {
    client.ask(SHOWN, json!({ "id": exercise(1) })).await["exercise"]["media"].clone()
}

/// Every file in the place of media.
fn files(place: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn what_was_uploaded_is_looked_at_and_shown_to_the_clinic_alone() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1, 2]).await;
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        app.clinic.member_of("admin@other.example", "foreign@other.example", Role::Therapist).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let patient = app.sign_in("ada@patient.example").await;
        let foreign = app.sign_in("foreign@other.example").await;

        let video = mp4(300_000);
        let mut input = file("video/mp4", video.len());
        input["id"] = json!(crate::chosen(&app, Kind::Media));
        let announced = announce(&therapist, input.clone()).await;
        assert_eq!(
            (&announced["media"]["kind"], &announced["media"]["url"]),
            (&json!("VIDEO"), &Value::Null)
        );
        assert_eq!(announced["upload"]["method"], "PUT");
        refused(&complete(&therapist, &announced).await, "NOT_ALLOWED");
        assert_eq!(upload(&app, &announced, video.clone()).await, 204, "{stack:?}");
        assert_eq!(upload(&app, &announced, video.clone()).await, 409, "what is there stays as it is");
        assert_eq!(shown(&patient).await, json!([]), "nobody sees what was not looked at");
        assert_eq!(announce(&therapist, input.clone()).await["media"]["id"], announced["media"]["id"]);
        let ready = complete(&therapist, &announced).await["media"].clone();
        assert_eq!((&ready["status"], ready["url"].is_string()), (&json!("READY"), true), "{ready}");
        assert_eq!(complete(&therapist, &announced).await["media"]["status"], "READY", "it may be repeated");
        assert_eq!(
            announce(&therapist, input).await["upload"],
            Value::Null,
            "there is nothing left to upload"
        );

        app.clinic.clock.advance(1_000);
        let image = announce(&therapist, file("image/png", 500)).await;
        assert_eq!(upload(&app, &image, png(500)).await, 204);
        complete(&therapist, &image).await;
        let day = patient.ask(TODAY, json!({})).await["today"]["items"].clone();
        let media = &day[0]["prescription"]["exercise"]["media"];
        let told: Vec<_> = media.as_array().unwrap().iter().map(|one| one["contentType"].clone()).collect();
        assert_eq!(told, ["video/mp4", "image/png"], "{stack:?}");
        assert_eq!(day[1]["prescription"]["exercise"]["media"], json!([]));

        let url = here(&app, &media[0]["url"]);
        assert!(!url.contains("ada@") && !url.contains("token"), "{url}");
        let answer = reqwest::get(&url).await.unwrap();
        for (header, value) in [
            ("content-type", "video/mp4"),
            ("cache-control", "private, max-age=3600"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(answer.headers()[header], value);
        }
        assert_eq!(answer.bytes().await.unwrap(), video);
        let part = reqwest::Client::new()
            .get(&url)
            .header("range", "bytes=1000-1999")
            .header("accept-encoding", "gzip");
        let part = part.send().await.unwrap();
        assert_eq!(
            (part.status().as_u16(), &part.headers()["content-range"]),
            (206, &"bytes 1000-1999/300000".parse().unwrap())
        );
        assert_eq!(part.bytes().await.unwrap(), video[1_000..2_000]);

        assert_eq!(shown(&foreign).await, json!([]), "{stack:?}: another clinic sees none");
        let node = "query($id: ID!) { node(id: $id) { ... on Media { status } } }";
        let id = json!({ "id": ready["id"] });
        assert_eq!(patient.ask(node, id.clone()).await["node"]["status"], "READY");
        assert_eq!(foreign.ask(node, id).await["node"], Value::Null);
        let theirs = json!({ "mediaId": ready["id"] });
        refused(&change(&foreign, "deleteMedia", "mediaId", theirs.clone()).await, "NOT_FOUND");
        refused(&change(&foreign, "completeMediaUpload", MEDIA, theirs.clone()).await, "NOT_FOUND");
        refused(&change(&patient, "deleteMedia", "mediaId", theirs.clone()).await, "FORBIDDEN");

        assert_eq!(change(&therapist, "deleteMedia", "mediaId", theirs).await["mediaId"], ready["id"]);
        assert_eq!(shown(&patient).await.as_array().unwrap().len(), 1);
        assert_eq!(reqwest::get(&url).await.unwrap().status(), 404, "{stack:?}: its link opens nothing");
        app.stop().await;
    }
}

#[tokio::test]
async fn links_that_are_forged_over_or_for_something_else_get_one_refusal() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let announced = announce(&therapist, file("image/png", 500)).await;
    let other = announce(&therapist, file("image/png", 500)).await;
    let (link, other) = (here(&app, &announced["upload"]["url"]), here(&app, &other["upload"]["url"]));
    let query = |url: &str| url.split_once('?').unwrap().1.to_owned();
    let path = |url: &str| url.split_once('?').unwrap().0.to_owned();
    let mut refusals = Vec::new();
    for forged in [
        path(&link),
        format!("{}?{}", path(&link), query(&other)),
        link.replace("bytes=500", "bytes=501"),
        link.replace("image%2Fpng", "image%2Fjpeg"),
        link.replace("until=", "until=9"),
        format!("{}{}", &link[..link.len() - 1], if link.ends_with('A') { 'E' } else { 'A' }),
        link.replace("signature=", "signature=A"),
        format!("{}/media/..%2f..%2fetc/passwd?{}", app.url(), query(&link)),
        format!("{}/media/arriving/x?{}", app.url(), query(&link)),
    ] {
        refusals.push(send(&forged, &announced["upload"], png(500)).await);
        refusals.push(reqwest::get(&forged).await.unwrap());
    }
    refusals.push(reqwest::get(&link).await.unwrap());
    app.clinic.clock.advance(60 * 60_000);
    refusals.push(send(&link, &announced["upload"], png(500)).await);
    for refusal in refusals {
        let (status, url) = (refusal.status(), refusal.url().clone());
        assert_eq!(status, 403, "{url}");
        let told: Value = refusal.json().await.unwrap();
        assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(
            told["errors"][0]["message"],
            "This link does not open this, or no more. Ask for a fresh one."
        );
    }
    let listing = reqwest::get(format!("{}/media/", app.url())).await.unwrap();
    assert_eq!(listing.status(), 404, "nothing is listed");
    assert_eq!(files(app.clinic.media_place()), [] as [PathBuf; 0]);
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_as_announced_leaves_nothing() {
    let app =
        TestApp::start_with(Stack::Embedded, |settings| settings.upload_timeout = Duration::from_millis(300))
            .await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let announced = announce(&therapist, file("image/png", 500)).await;
    let link = here(&app, &announced["upload"]["url"]);
    let plain = json!({ "headers": [{ "name": "content-type", "value": "text/html" }] });
    assert_eq!(send(&link, &plain, png(500)).await.status(), 415);
    for length in [0, 1, 499, 501, 90_000] {
        assert_eq!(upload(&app, &announced, png(length)).await, 413, "{length}");
        // Without a length in the head, the bytes themselves are counted.
        let pieces = futures::stream::iter(
            png(length).chunks(100).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>(),
        );
        let streamed = send(&link, &announced["upload"], reqwest::Body::wrap_stream(pieces)).await;
        assert_eq!(streamed.status(), 413, "{length} in pieces");
    }
    // Who sends too slowly is not waited for.
    let mut slow = tokio::net::TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    let target = link.strip_prefix(app.url()).unwrap();
    let head = format!(
        "PUT {target} HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 500\r\nconnection: close\r\n\r\nhalf"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(files(app.clinic.media_place()), [] as [PathBuf; 0], "nothing is left of all that");

    let mut page = b"<script>".to_vec();
    page.resize(500, b' ');
    assert_eq!(upload(&app, &announced, page).await, 204);
    refused(&complete(&therapist, &announced).await, "MISMATCH");
    assert_eq!(files(app.clinic.media_place()), [] as [PathBuf; 0], "what is no image is removed");
    refused(&complete(&therapist, &announced).await, "NOT_FOUND");
    assert_eq!(shown(&therapist).await, json!([]));
    app.stop().await;
}

#[tokio::test]
async fn therapists_alone_announce_what_the_installation_takes() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        app.clinic.member("assistant@clinic.example", Role::Assistant).await;
        for email in ["ada@patient.example", "assistant@clinic.example", "admin@clinic.example"] {
            let client = app.sign_in(email).await;
            let answer = change(&client, "createMediaUpload", ANNOUNCED, file("image/png", 500)).await;
            refused(&answer, "FORBIDDEN");
        }
        let therapist = app.sign_in("therapist@clinic.example").await;
        let absent = Kind::Exercise.encode(app.clinic.services.new_id());
        for (field, value, code) in [
            ("contentType", json!("image/svg+xml"), "MALFORMED"),
            ("contentType", json!("text/html"), "MALFORMED"),
            ("bytes", json!(0), "OUT_OF_RANGE"),
            ("bytes", json!(-1), "OUT_OF_RANGE"),
            ("bytes", json!(10 * 1_024 * 1_024 + 1), "OUT_OF_RANGE"),
            ("kind", json!("VIDEO"), "MISMATCH"),
            ("exerciseId", json!(absent), "NOT_FOUND"),
            ("exerciseId", json!("exercise"), "NOT_FOUND"),
        ] {
            let mut input = file("image/png", 500);
            input[field] = value;
            let answer = change(&therapist, "createMediaUpload", ANNOUNCED, input).await;
            refused(&answer, code);
            assert_eq!(answer["userErrors"][0]["path"], json!([field]), "{answer}");
        }
        announce(&therapist, file("video/webm", 200 * 1_024 * 1_024)).await;
        let mut input = file("image/png", 500);
        input["id"] = json!(crate::chosen(&app, Kind::Media));
        announce(&therapist, input.clone()).await;
        input["bytes"] = json!(501);
        refused(&change(&therapist, "createMediaUpload", ANNOUNCED, input).await, "CONFLICT");
        for _ in 0..8 {
            announce(&therapist, file("image/png", 500)).await;
        }
        let eleventh = change(&therapist, "createMediaUpload", ANNOUNCED, file("image/png", 500)).await;
        refused(&eleventh, "TOO_MANY");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_never_completed_is_swept_after_a_day() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let kept = announce(&therapist, file("image/png", 500)).await;
        upload(&app, &kept, png(500)).await;
        complete(&therapist, &kept).await;
        let forgotten = announce(&therapist, file("image/png", 600)).await;
        upload(&app, &forgotten, png(600)).await;
        let worker = app.clinic.worker();
        app.clinic.clock.advance(24 * 60 * 60_000);
        assert_eq!(sweep(&worker).await.unwrap(), 0, "{stack:?}: a day is not over");
        app.clinic.clock.advance(1);
        assert_eq!(sweep(&worker).await.unwrap(), 1, "{stack:?}");
        assert_eq!(files(app.clinic.media_place()).len(), 1);

        let therapist = app.sign_in("therapist@clinic.example").await;
        let stuck = announce(&therapist, file("image/png", 700)).await;
        let mut input = file("image/png", 800);
        input["id"] = json!(crate::chosen(&app, Kind::Media));
        let late = announce(&therapist, input.clone()).await;
        upload(&app, &stuck, png(700)).await;
        // No file can be removed where a directory has its name.
        let path =
            files(app.clinic.media_place()).into_iter().find(|path| path.metadata().unwrap().len() == 700);
        let path = path.unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir_all(path.join("within")).unwrap();
        app.clinic.clock.advance(24 * 60 * 60_000);
        let therapist = app.sign_in("therapist@clinic.example").await;
        announce(&therapist, input).await;
        announce(&therapist, file("image/png", 900)).await;
        app.clinic.clock.advance(1);
        assert_eq!(sweep(&worker).await.unwrap(), 0, "{stack:?}: one cannot be removed, one was renewed");
        refused(&complete(&therapist, &stuck).await, "NOT_FOUND");
        refused(&complete(&therapist, &late).await, "NOT_ALLOWED");
        std::fs::remove_dir_all(&path).unwrap();
        app.clinic.clock.advance(24 * 60 * 60_000 + 1);
        assert_eq!(sweep(&worker).await.unwrap(), 3, "{stack:?}: all but what is ready");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_bucket_takes_and_gives_files_by_its_own_signed_links() {
    for stack in Stack::BOTH {
        let bucket = Bucket::open().await;
        assert!(bucket.files.answers().await);
        let mut clinic = Clinic::open(stack).await;
        let media = Some(Arc::new(bucket.files.clone()) as _);
        clinic.services = Arc::new(Services { media, ..(*clinic.services).clone() });
        clinic.media = bucket.files.clone();
        let app = TestApp::around(clinic, stack, Documents::default(), |_| {}).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let announced = announce(&therapist, file("image/png", 500)).await;
        let (to, link) = (&announced["upload"], announced["upload"]["url"].as_str().unwrap());
        for (body, headers) in [
            (png(500), json!({ "headers": [{ "name": "content-type", "value": "image/png" }] })),
            (
                png(500),
                json!({ "headers": [{ "name": "content-type", "value": "text/html" },
                { "name": "if-none-match", "value": "*" }] }),
            ),
        ] {
            assert_eq!(send(link, &headers, body).await.status(), 403, "{stack:?}: the link is for one file");
        }
        assert_eq!(
            send(&link.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000"), to, png(500)).await.status(),
            403
        );
        refused(&complete(&therapist, &announced).await, "NOT_ALLOWED");
        assert_eq!(send(link, to, png(500)).await.status(), 200, "{stack:?}");
        assert_eq!(send(link, to, png(500)).await.status(), 412, "{stack:?}: what is there stays");
        assert_eq!(bucket.kept(), [("image/png".to_owned(), 500)]);
        complete(&therapist, &announced).await;
        let url = shown(&therapist).await[0]["url"].as_str().unwrap().to_owned();
        let answer = reqwest::get(&url).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/png");
        assert_eq!(answer.bytes().await.unwrap(), png(500));
        assert_eq!(reqwest::get(url.split_once('?').unwrap().0).await.unwrap().status(), 403);
        assert_eq!(reqwest::get(format!("{}/media/a/b", app.url())).await.unwrap().status(), 404);

        let bodies = [b"<script>".to_vec(), png(9)];
        for body in bodies {
            let other = announce(&therapist, file("image/png", 8)).await;
            let link = other["upload"]["url"].as_str().unwrap();
            assert_eq!(send(link, &other["upload"], body).await.status(), 200);
            refused(&complete(&therapist, &other).await, "MISMATCH");
        }
        let gone = json!({ "mediaId": announced["media"]["id"] });
        change(&therapist, "deleteMedia", "mediaId", gone).await;
        assert_eq!(bucket.kept(), [], "{stack:?}: all are removed");
        app.stop().await;
    }
}
