//! What a request asks, however it comes.

use super::json;
use super::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The parameters of a request: of a POST body, a query string, or a WebSocket message.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Parameters {
    /// The document.
    pub(crate) query: Option<String>,
    /// Which of its operations is to run.
    #[serde(rename = "operationName")]
    pub(crate) operation_name: Option<String>,
    /// Values of its variables.
    pub(crate) variables: Option<Map<String, Value>>,
    /// What else the client tells.
    pub(crate) extensions: Option<Map<String, Value>>,
    /// The id of a trusted document.
    #[serde(rename = "documentId")]
    pub(crate) document_id: Option<String>,
}

impl Parameters {
    /// Those of a JSON body.
    pub(crate) fn of_json(body: &[u8]) -> Result<Self, Refusal> {
        // A struct can be read from an array, too; here that would be a batch.
        let batch = body.trim_ascii_start().starts_with(b"[");
        let parameters = (!batch).then(|| json::read(body)).flatten();
        parameters.ok_or_else(|| {
            Refusal::malformed(
                "Send one JSON object: query or documentId (text), and perhaps operationName (text), variables (object), extensions (object).",
            )
        })
    }

    /// Those of a query string; variables and extensions are JSON in it.
    pub(crate) fn of_query(text: &str) -> Result<Self, Refusal> {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "query" => parameters.query = Some(value.into_owned()),
                "operationName" => parameters.operation_name = Some(value.into_owned()),
                "documentId" => parameters.document_id = Some(value.into_owned()),
                "variables" => parameters.variables = Some(object("variables", &value)?),
                "extensions" => parameters.extensions = Some(object("extensions", &value)?),
                _ => {}
            }
        }
        Ok(parameters)
    }

    /// The hash of an automatic persisted query, where the client names one.
    pub(crate) fn persisted_hash(&self) -> Result<Option<&str>, Refusal> {
        let Some(persisted) = self.extensions.as_ref().and_then(|all| all.get("persistedQuery")) else {
            return Ok(None);
        };
        let hash = persisted.get("sha256Hash").and_then(Value::as_str);
        let hash = hash.filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (persisted.get("version").and_then(Value::as_i64), hash) {
            (Some(1), Some(hash)) => Ok(Some(hash)),
            _ => Err(Refusal::malformed(
                "extensions.persistedQuery needs version 1 and sha256Hash, 64 hexadecimal digits.",
            )),
        }
    }
}

fn object(name: &str, value: &Cow<'_, str>) -> Result<Map<String, Value>, Refusal> {
    json::read(value.as_bytes())
        .ok_or_else(|| Refusal::malformed(format!("The parameter {name} must be a JSON object.")))
}
