//! Where images and videos are kept: a directory, which this program serves, or a bucket that speaks S3,
//! which phones speak to themselves.

mod directory;
mod link;

pub use directory::{Directory, Received};
pub use link::{Does, Ticket};

use crate::configuration::Media as Settings;
use async_trait::async_trait;
use care::clock::Instant;
use care::error::{Error, Result};
use care::library::media::{ContentType, File, Kind, LINK_LASTS, Seen, Storage, Upload};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue, IF_NONE_MATCH};
use std::sync::Arc;
use std::time::Duration;

/// How long the bucket may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The place of images and videos.
#[derive(Debug, Clone)]
pub struct MediaFiles {
    objects: Arc<dyn ObjectStore>,
    links: Links,
    image_bytes: u64,
    video_bytes: u64,
    clinic_bytes: u64,
}

/// Who makes links, and takes and gives what they open.
#[derive(Debug, Clone)]
enum Links {
    /// This program.
    Own(Arc<Directory>),
    /// The bucket.
    Bucket(Arc<AmazonS3>),
}

impl MediaFiles {
    /// Those in `directory`.
    ///
    /// # Errors
    ///
    /// Where it is no directory.
    pub fn in_directory(directory: Directory, settings: &Settings) -> object_store::Result<Self> {
        let objects = Arc::new(directory.objects()?);
        let links = Links::Own(Arc::new(directory));
        Ok(Self::new(objects, links, settings))
    }

    /// Those in the bucket of these settings.
    ///
    /// # Errors
    ///
    /// Where the settings are not valid.
    pub fn in_bucket(settings: &Settings) -> object_store::Result<Self> {
        crate::cryptography::install();
        let client =
            ClientOptions::new().with_timeout(PATIENCE).with_connect_timeout(PATIENCE).with_allow_http(true);
        let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let mut bucket = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.reveal())
            .with_client_options(client)
            // Not every storage knows how to delete many at once.
            .with_disable_bulk_delete(true)
            .with_retry(retry);
        if !settings.endpoint.is_empty() {
            bucket = bucket.with_endpoint(&settings.endpoint);
        }
        let bucket = Arc::new(bucket.build()?);
        let links = Links::Bucket(Arc::clone(&bucket));
        Ok(Self::new(bucket, links, settings))
    }

    fn new(objects: Arc<dyn ObjectStore>, links: Links, settings: &Settings) -> Self {
        let Settings { image_limit_bytes, video_limit_bytes, clinic_limit_bytes, .. } = *settings;
        Self {
            objects,
            links,
            image_bytes: image_limit_bytes,
            video_bytes: video_limit_bytes,
            clinic_bytes: clinic_limit_bytes,
        }
    }

    /// The directory that this program takes and gives files of, if it does.
    pub fn directory(&self) -> Option<Arc<Directory>> {
        match &self.links {
            Links::Own(directory) => Some(Arc::clone(directory)),
            Links::Bucket(_) => None,
        }
    }

    /// Whether files can be kept there.
    pub async fn answers(&self) -> bool {
        match &self.links {
            Links::Own(directory) => directory.takes_files().await,
            Links::Bucket(bucket) => {
                let nothing = bucket.head(&Path::from("plumbline-doctor")).await;
                matches!(nothing, Ok(_) | Err(object_store::Error::NotFound { .. }))
            }
        }
    }
}

/// Where a file lies.
fn place(file: &File) -> Path {
    Path::from_iter([file.clinic_id.simple().to_string(), file.media_id.simple().to_string()])
}

/// What an error of the storage means here. Its text stays out of the log: it can hold signed links.
fn from_storage(error: &object_store::Error) -> Error {
    let denied = matches!(
        error,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
    );
    tracing::warn!(denied, "the storage of media does not answer as it should");
    Error::Unavailable
}

#[async_trait]
impl Storage for MediaFiles {
    fn limit(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Image => self.image_bytes,
            Kind::Video => self.video_bytes,
        }
    }

    fn clinic_limit(&self) -> u64 {
        self.clinic_bytes
    }

    /// The links of a bucket say nothing of the length: `object_store` leaves `content-length` out of what
    /// it signs. It is counted when the upload is looked at.
    async fn upload(&self, file: &File, now: Instant) -> Result<Upload> {
        let content_type = file.content_type.name();
        let mut headers = vec![("content-type", content_type.to_owned())];
        let url = match &self.links {
            Links::Own(directory) => directory.link(&Ticket::of(file, Does::Put, now)),
            Links::Bucket(bucket) => {
                // The bucket takes it once: what has been looked at stays as it is.
                headers.push(("if-none-match", "*".to_owned()));
                let signed = SignedUrlOptions::new()
                    .with_signed_header(CONTENT_TYPE, HeaderValue::from_static(content_type))
                    .with_signed_header(IF_NONE_MATCH, HeaderValue::from_static("*"));
                let url = bucket.signed_url_opts(Method::PUT, &place(file), LINK_LASTS, &signed).await;
                url.map_err(|error| from_storage(&error))?.to_string()
            }
        };
        Ok(Upload { url, headers })
    }

    async fn link(&self, file: &File, now: Instant) -> Result<String> {
        match &self.links {
            Links::Own(directory) => Ok(directory.link(&Ticket::of(file, Does::Get, now))),
            Links::Bucket(bucket) => {
                let url = bucket.signed_url(Method::GET, &place(file), LINK_LASTS).await;
                url.map(String::from).map_err(|error| from_storage(&error))
            }
        }
    }

    async fn look(&self, file: &File) -> Result<Option<Seen>> {
        let place = place(file);
        let bytes = match self.objects.head(&place).await {
            Ok(object) => object.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(from_storage(&error)),
        };
        let first = match bytes.min(ContentType::TELLING) {
            0 => Vec::new(),
            telling => {
                let first = self.objects.get_range(&place, 0..telling).await;
                first.map_err(|error| from_storage(&error))?.to_vec()
            }
        };
        Ok(Some(Seen { bytes, first }))
    }

    async fn remove(&self, file: &File) -> Result<()> {
        match self.objects.delete(&place(file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(from_storage(&error)),
        }
    }
}
