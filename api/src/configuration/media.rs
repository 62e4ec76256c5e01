//! The settings of media against each other.

use super::check::host;
use super::{Fault, Media};

impl Media {
    /// Whether images and videos are kept anywhere.
    pub fn is_kept(&self) -> bool {
        !self.bucket.is_empty() || !self.directory.as_os_str().is_empty()
    }

    /// What forbids a start.
    pub(super) fn fault(&self) -> Option<Fault> {
        if self.bucket.is_empty() {
            return None;
        }
        let near = ["127.0.0.1", "localhost"].contains(&host(&self.endpoint));
        let plain = self.endpoint.starts_with("http://") && near;
        if !self.directory.as_os_str().is_empty() {
            Some(Fault::new("media.directory", "Directory and bucket are both set.", "Take one of them out."))
        } else if self.access_key_id.is_empty() || self.secret_access_key.reveal().is_empty() {
            let what = "The bucket is reached by a key, of which a part is missing.";
            Some(Fault::new("media.access_key_id", what, "Give access_key_id and secret_access_key."))
        } else if !self.endpoint.is_empty() && !self.endpoint.starts_with("https://") && !plain {
            let what = "Files, and the links to them, would cross the network unencrypted.";
            Some(Fault::new("media.endpoint", what, "Begin it with https://."))
        } else {
            None
        }
    }
}
