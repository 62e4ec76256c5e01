//! E-mail addresses.

use crate::error::{Code, FieldError};
use crate::sealed::DataKey;

/// An e-mail address: trimmed, lower case, of the form `name@domain`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl std::fmt::Debug for Email {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Email")
    }
}

impl Email {
    /// The address in `text`, or the fault of `field`. Whether mail arrives there only mail can tell.
    pub fn parse(field: &str, text: &str) -> Result<Self, FieldError> {
        let address = text.trim().to_lowercase();
        let sound = address.len() <= 254
            && !address.chars().any(|c| c.is_whitespace() || c.is_control())
            && address.split_once('@').is_some_and(|(name, domain)| {
                !name.is_empty() && !domain.is_empty() && !domain.contains('@')
            });
        if sound {
            Ok(Self(address))
        } else {
            Err(FieldError::new(
                field,
                Code::Malformed,
                "Give an e-mail address such as name@clinic.example.",
            ))
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The blind index by which an account is found.
    pub(crate) fn index(&self, key: &DataKey) -> Vec<u8> {
        key.index("account.email", self.0.as_bytes())
    }
}
