//! The storage of images and videos: whether files can be kept there.

use super::Report;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::media::{Directory, MediaFiles};

pub(super) async fn check(report: &mut Report, configuration: &Configuration) -> Result<(), Failure> {
    let settings = &configuration.media;
    if !settings.is_kept() {
        return report.ok("media: no directory and no bucket; clinics add no images and videos");
    }
    if settings.bucket.is_empty() {
        let shown = settings.directory.display();
        // The server makes it where it is missing; looking at it does not.
        if !settings.directory.exists() {
            return report.warn(&format!("media.directory: {shown} is not there yet; the server makes it"));
        }
        // No link is made, so none is signed.
        let directory = Directory::open(&settings.directory, Vec::new(), "");
        let files = directory.ok().and_then(|directory| MediaFiles::in_directory(directory, settings).ok());
        return match files {
            Some(files) if files.answers().await => report.ok(&format!("media.directory: {shown} takes files")),
            _ => report.fail(&format!(
                "media.directory: {shown} takes no files. Let the user of this program write to it, or correct or empty the setting (PLUMBLINE_MEDIA__DIRECTORY)."
            )),
        };
    }
    let bucket = &settings.bucket;
    match MediaFiles::in_bucket(settings) {
        Ok(files) if files.answers().await => report.ok(&format!("media.bucket: {bucket} answers")),
        _ => report.fail(&format!(
            "media.bucket: {bucket} does not answer, or not to this key. Correct endpoint, region and key in [media], and let the key list and read the bucket."
        )),
    }
}
