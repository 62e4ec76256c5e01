//! Where images and videos are kept.

use crate::configuration::{Configuration, Fault};
use crate::failure::Failure;
use crate::media::{Directory, MediaFiles};
use care::sealed::Keyring;

/// The place that the configuration names, if it names one. A failure where it cannot be used.
pub fn of(configuration: &Configuration, keys: &Keyring) -> Result<Option<MediaFiles>, Failure> {
    let settings = &configuration.media;
    if !settings.is_kept() {
        return Ok(None);
    }
    if !settings.bucket.is_empty() {
        return MediaFiles::in_bucket(settings).map(Some).map_err(|_| {
            let what = "No client for this bucket can be made.";
            Fault::new("media.bucket", what, "Correct bucket, region and endpoint.").into()
        });
    }
    let unusable = |what: String| {
        let what = format!("{} cannot be used ({what}).", settings.directory.display());
        Failure::from(Fault::new("media.directory", what, "Correct the path or its permissions."))
    };
    let key = keys.derive("links to media");
    let directory = Directory::open(&settings.directory, key, &configuration.public_url())
        .map_err(|error| unusable(error.kind().to_string()))?;
    let files = MediaFiles::in_directory(directory, settings);
    files.map(Some).map_err(|_| unusable("it is no directory".to_owned()))
}
