//! Links to files that this program keeps itself: what one lets whoever has it do, and until when.

use care::clock::Instant;
use care::library::media::{ContentType, File, LINK_LASTS};
use form_urlencoded::{Serializer, parse};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// What a link lets one do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Upload a file.
    Put,
    /// Read it.
    Get,
}

/// What a link says, and its signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What it lets one do.
    pub does: Does,
    /// With which file.
    pub file: File,
    /// Until when.
    pub until: Instant,
}

impl Ticket {
    /// One for `file` from `now` on.
    pub fn of(file: &File, does: Does, now: Instant) -> Self {
        let lasts = i64::try_from(LINK_LASTS.as_millis()).unwrap_or_default();
        Self { does, file: *file, until: now.plus(lasts) }
    }

    fn mac(&self, key: &[u8]) -> Option<Hmac<Sha256>> {
        let File { clinic_id, media_id, content_type, bytes } = &self.file;
        let (does, until) = (self.does, self.until.0);
        let text = format!("{does:?} {clinic_id} {media_id} {} {bytes} {until}", content_type.name());
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }

    /// The path and the query of the link.
    pub(super) fn sign(&self, key: &[u8]) -> String {
        let mac = self.mac(key).map(|mac| mac.finalize().into_bytes());
        let query = Serializer::new(String::new())
            .append_pair("type", self.file.content_type.name())
            .append_pair("bytes", &self.file.bytes.to_string())
            .append_pair("until", &self.until.0.to_string())
            .append_pair("signature", &BASE64_URL_SAFE_NO_PAD.encode(mac.unwrap_or_default()))
            .finish();
        let (clinic, media) = (self.file.clinic_id.simple(), self.file.media_id.simple());
        format!("/media/{clinic}/{media}?{query}")
    }

    /// What a link says that was signed by `key` to do this, and is in force at `now`. None for anything
    /// else, whatever is wrong with it.
    pub(super) fn read(
        key: &[u8],
        does: Does,
        (clinic, media): (&str, &str),
        query: &str,
        now: Instant,
    ) -> Option<Self> {
        let given = |name: &str| parse(query.as_bytes()).find(|(given, _)| given == name);
        let given = |name: &str| given(name).map(|(_, value)| value.into_owned());
        let file = File {
            clinic_id: Uuid::try_parse(clinic).ok()?,
            media_id: Uuid::try_parse(media).ok()?,
            content_type: ContentType::named(&given("type")?)?,
            bytes: given("bytes")?.parse().ok()?,
        };
        let ticket = Self { does, file, until: Instant(given("until")?.parse().ok()?) };
        let signature = BASE64_URL_SAFE_NO_PAD.decode(given("signature")?).ok()?;
        ticket.mac(key)?.verify_slice(&signature).ok()?;
        (now < ticket.until).then_some(ticket)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &[u8] = &[7; 32];

    fn ticket(does: Does) -> Ticket {
        let (clinic_id, media_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let file = File { clinic_id, media_id, content_type: ContentType::Png, bytes: 1_000 };
        Ticket::of(&file, does, Instant(0))
    }

    fn read(key: &[u8], does: Does, link: &str, now: i64) -> Option<Ticket> {
        let (path, query) = link.strip_prefix("/media/")?.split_once('?')?;
        Ticket::read(key, does, path.split_once('/')?, query, Instant(now))
    }

    #[test]
    fn a_link_does_what_it_says_until_it_ends_and_nothing_else() {
        let (put, get) = (ticket(Does::Put), ticket(Does::Get));
        let link = put.sign(KEY);
        assert_eq!(read(KEY, Does::Put, &link, 0), Some(put.clone()));
        assert_eq!(read(KEY, Does::Put, &link, put.until.0 - 1), Some(put.clone()));
        assert_eq!(read(KEY, Does::Put, &link, put.until.0), None, "it has ended");
        assert_eq!(read(KEY, Does::Get, &link, 0), None, "another method");
        assert_eq!(read(KEY, Does::Put, &get.sign(KEY), 0), None, "another method");
        assert_eq!(read(&[8; 32], Does::Put, &link, 0), None, "another key");
        for (part, other) in [
            ("bytes=1000", "bytes=1001"),
            ("until=3600000", "until=3600001"),
            ("image%2Fpng", "image%2Fjpeg"),
            ("00001/", "00003/"),
            ("00002?", "00003?"),
            ("bytes=1000", "bytes=-1"),
            ("&until=3600000", ""),
        ] {
            assert!(link.contains(part), "{link}");
            assert_eq!(read(KEY, Does::Put, &link.replace(part, other), 0), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_link_that_was_not_signed_opens_anything(path in "\\PC{0,60}", query in "\\PC{0,120}", at in 0_usize..43) {
            let link = ticket(Does::Get).sign(KEY);
            prop_assert_eq!(Ticket::read(KEY, Does::Get, (&path, &path), &query, Instant(0)), None);
            let place = link.len() - 43 + at;
            let other = if &link[place..=place] == "A" { "B" } else { "A" };
            let forged = format!("{}{other}{}", &link[..place], &link[place + 1..]);
            // The last letter has bits that say nothing; those that do must be right.
            prop_assert!(read(KEY, Does::Get, &forged, 0).is_none());
        }
    }
}
