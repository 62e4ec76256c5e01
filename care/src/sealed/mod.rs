//! Sealed fields: names, contacts, notes, tokens, encrypted before they reach a table.
//!
//! Envelope keys: the installation's key (from configuration) wraps a key for what belongs to no
//! clinic and one per clinic, which wraps a key per patient. A sealed value is bound to its place (`table.column`, clinic, row),
//! so that a ciphertext moved to another row or column does not open. Equality search goes
//! through a keyed blind index.

use crate::clock::{Random, random_bytes};
use crate::error::{Error, Result};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sea_orm::DeriveValueType;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// Format of a sealed value: this byte, a 12-byte nonce, AES-256-GCM ciphertext with its tag.
const FORMAT: u8 = 1;

/// A sealed text as it stands in a column.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Sealed(Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealed")
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// `table.column`.
    pub column: &'static str,
    /// The clinic; nil for rows of the installation.
    pub clinic_id: Uuid,
    /// The row.
    pub row_id: Uuid,
}

impl Place {
    /// The place `column` of the row `row_id` in the clinic.
    pub fn new(column: &'static str, clinic_id: Uuid, row_id: Uuid) -> Self {
        Self { column, clinic_id, row_id }
    }

    fn associated_data(&self) -> String {
        format!("{}|{}|{}", self.column, self.clinic_id, self.row_id)
    }
}

/// A key that seals fields. Its bytes never leave this room.
#[derive(Clone)]
pub struct DataKey {
    bytes: [u8; 32],
    cipher: Aes256Gcm,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey")
    }
}

impl DataKey {
    /// The key of these 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes, cipher: Aes256Gcm::new(&bytes.into()) }
    }

    /// A fresh key, and the same wrapped by this one for storage at `place`.
    pub fn issue(&self, random: &dyn Random, place: Place) -> Result<(Self, Sealed)> {
        let bytes = random_bytes::<32>(random);
        Ok((Self::from_bytes(bytes), self.seal_bytes(random, place, &bytes)?))
    }

    /// The key that was wrapped by this one at `place`.
    pub fn unwrap_key(&self, place: Place, wrapped: &Sealed) -> Result<Self> {
        let bytes = self.open_bytes(place, wrapped)?;
        Ok(Self::from_bytes(bytes.try_into().map_err(|_| Error::Internal)?))
    }

    /// Seals `text` for `place`.
    pub fn seal(&self, random: &dyn Random, place: Place, text: &str) -> Result<Sealed> {
        self.seal_bytes(random, place, text.as_bytes())
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: Place, sealed: &Sealed) -> Result<String> {
        String::from_utf8(self.open_bytes(place, sealed)?).map_err(|_| Error::Internal)
    }

    fn seal_bytes(&self, random: &dyn Random, place: Place, message: &[u8]) -> Result<Sealed> {
        let nonce = random_bytes::<12>(random);
        let data = place.associated_data();
        let payload = Payload { msg: message, aad: data.as_bytes() };
        let cipher = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| Error::Internal)?;
        Ok(Sealed([&[FORMAT][..], &nonce, &cipher].concat()))
    }

    fn open_bytes(&self, place: Place, sealed: &Sealed) -> Result<Vec<u8>> {
        self.opened(place, sealed).ok_or_else(|| {
            tracing::error!(column = place.column, row = %place.row_id, "a sealed field does not open");
            Error::Internal
        })
    }

    /// What was sealed for `place`, if it was by this key.
    fn opened(&self, place: Place, sealed: &Sealed) -> Option<Vec<u8>> {
        let ([format, nonce @ ..], cipher) = sealed.0.split_first_chunk::<13>()?;
        let data = place.associated_data();
        let payload = Payload { msg: cipher, aad: data.as_bytes() };
        (*format == FORMAT).then(|| self.cipher.decrypt(&Nonce::from(*nonce), payload).ok())?
    }

    /// A keyed index of `parts` under `label`: equal inputs have equal indexes, and without the
    /// key nothing can be told from one.
    pub fn index(&self, label: &str, parts: &[u8]) -> Vec<u8> {
        keyed_hash(&self.bytes, label, parts)
    }
}

/// HMAC-SHA-256 of `label`, a zero byte and `message`.
fn keyed_hash(key: &[u8; 32], label: &str, message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length.
        return Vec::new();
    };
    mac.update(label.as_bytes());
    mac.update(&[0]);
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256, for secrets that are random enough to need no key (tokens).
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The installation's key, which wraps all others, and while it is being replaced the one before it.
#[derive(Debug, Clone)]
pub struct Wrapping {
    current: DataKey,
    previous: Option<DataKey>,
    /// What sealed accounts when nothing but the installation's key did.
    derived: DataKey,
}

impl Wrapping {
    /// Wraps by `current`; what `previous` wrapped still opens.
    pub fn new(current: [u8; 32], previous: Option<[u8; 32]>) -> Self {
        let derive = |key| derived(&key, "wrapping");
        Self {
            current: derive(current),
            previous: previous.map(derive),
            derived: derived(&previous.unwrap_or(current), "installation"),
        }
    }

    /// A fresh key, and the same wrapped for storage at `place`.
    pub(crate) fn issue(&self, random: &dyn Random, place: Place) -> Result<(DataKey, Sealed)> {
        self.current.issue(random, place)
    }

    /// The key that was wrapped for `place`.
    pub(crate) fn unwrap_key(&self, place: Place, wrapped: &Sealed) -> Result<DataKey> {
        match (&self.previous, self.is_current(place, wrapped)) {
            (Some(previous), false) => previous.unwrap_key(place, wrapped),
            _ => self.current.unwrap_key(place, wrapped),
        }
    }

    /// Whether the key at `place` is wrapped by the installation's key of today.
    pub(crate) fn is_current(&self, place: Place, wrapped: &Sealed) -> bool {
        self.current.opened(place, wrapped).is_some()
    }

    /// Whether the key at `place` opens, by the key of today or by the one before.
    pub(crate) fn opens(&self, place: Place, wrapped: &Sealed) -> bool {
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        keys.any(|key| key.opened(place, wrapped).is_some())
    }

    /// The key that earlier versions derived from the installation's key, wrapped for `place`.
    pub(crate) fn keep_derived(&self, random: &dyn Random, place: Place) -> Result<Sealed> {
        self.current.seal_bytes(random, place, &self.derived.bytes)
    }

    /// The key at `place`, wrapped by the installation's key of today.
    pub(crate) fn rewrap(&self, random: &dyn Random, place: Place, wrapped: &Sealed) -> Result<Sealed> {
        let key = self.unwrap_key(place, wrapped)?;
        self.current.seal_bytes(random, place, &key.bytes)
    }
}

/// The key that `label` has under an installation's key.
fn derived(installation_key: &[u8; 32], label: &str) -> DataKey {
    let bytes = keyed_hash(installation_key, label, b"");
    DataKey::from_bytes(bytes.try_into().unwrap_or(*installation_key))
}

/// The keys of an installation, opened.
#[derive(Debug, Clone)]
pub struct Keyring {
    /// Wraps the other keys.
    pub(crate) wrapping: Wrapping,
    /// Seals and indexes rows that belong to no clinic (accounts, devices).
    pub(crate) installation: DataKey,
}

impl Keyring {
    /// A key for one purpose outside `care`, the same in every process of this installation.
    pub fn derive(&self, purpose: &str) -> Vec<u8> {
        self.installation.index("derived", purpose.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SeededRandom;

    #[test]
    fn a_sealed_text_opens_only_at_its_place_and_unchanged() {
        let random = SeededRandom::new(1);
        let (key, other) = (DataKey::from_bytes([7; 32]), DataKey::from_bytes([8; 32]));
        let (clinic, row) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let place = Place::new("patient.name", clinic, row);
        let sealed = key.seal(&random, place, "Ada Example").unwrap();
        assert_eq!(key.open(place, &sealed).unwrap(), "Ada Example");
        assert_ne!(sealed, key.seal(&random, place, "Ada Example").unwrap());
        for other in [
            Place::new("patient.email", clinic, row),
            Place::new("patient.name", Uuid::nil(), row),
            Place::new("patient.name", clinic, Uuid::nil()),
        ] {
            assert_eq!(key.open(other, &sealed), Err(Error::Internal));
        }
        assert_eq!(other.open(place, &sealed), Err(Error::Internal));
        for at in 0..sealed.0.len() {
            let mut bent = sealed.clone();
            bent.0[at] ^= 1;
            assert_eq!(key.open(place, &bent), Err(Error::Internal), "byte {at}");
        }
        assert!(!format!("{sealed:?} {key:?}").contains("Ada"));
    }

    #[test]
    fn wrapped_keys_come_back_and_go_over_to_the_next_key() {
        let random = SeededRandom::new(2);
        let place = Place::new("clinic.data_key", Uuid::nil(), Uuid::from_u128(3));
        let old = Wrapping::new([9; 32], None);
        let (key, wrapped) = old.issue(&random, place).unwrap();
        let index = key.index("email", b"a");
        assert_eq!(old.unwrap_key(place, &wrapped).unwrap().index("email", b"a"), index);
        assert_ne!(index, key.index("phone", b"a"));

        let both = Wrapping::new([10; 32], Some([9; 32]));
        assert!(!both.is_current(place, &wrapped) && both.opens(place, &wrapped));
        assert_eq!(both.unwrap_key(place, &wrapped).unwrap().index("email", b"a"), index);
        let rewrapped = both.rewrap(&random, place, &wrapped).unwrap();
        assert!(both.is_current(place, &rewrapped) && !old.opens(place, &rewrapped));
        let new = Wrapping::new([10; 32], None);
        assert_eq!(new.unwrap_key(place, &rewrapped).unwrap().index("email", b"a"), index);
        assert!(!new.opens(place, &wrapped));
    }
}
