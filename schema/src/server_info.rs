//! What anyone may know of the server.

use async_graphql::{Object, SimpleObject};

/// The largest document of an operation, in bytes.
pub const DOCUMENT_BYTES: u32 = 16 * 1024;

/// Emergency numbers by ISO 3166 country.
const EMERGENCY: [(&str, &str); 28] = [
    ("AR", "107"),
    ("AT", "112"),
    ("AU", "000"),
    ("BE", "112"),
    ("BR", "192"),
    ("CA", "911"),
    ("CH", "144"),
    ("CN", "120"),
    ("CZ", "112"),
    ("DE", "112"),
    ("DK", "112"),
    ("ES", "112"),
    ("FI", "112"),
    ("FR", "112"),
    ("GB", "999"),
    ("IE", "112"),
    ("IL", "101"),
    ("IN", "112"),
    ("IT", "112"),
    ("JP", "119"),
    ("MX", "911"),
    ("NL", "112"),
    ("NO", "113"),
    ("NZ", "111"),
    ("PL", "112"),
    ("PT", "112"),
    ("SE", "112"),
    ("US", "911"),
];

/// The number that calls an ambulance in this country; that of mobile networks everywhere where it is not
/// known.
pub(crate) fn emergency_number(country: &str) -> &'static str {
    EMERGENCY.iter().find(|(known, _)| *known == country).map_or("112", |(_, number)| number)
}

/// The number that calls an ambulance in a country.
#[derive(SimpleObject)]
struct EmergencyNumber {
    /// ISO 3166 alpha-2 code.
    country: &'static str,
    /// What to dial.
    number: &'static str,
}

/// What the server takes at most.
#[derive(SimpleObject)]
struct Limits {
    /// Logs of a batch.
    logs_per_batch: i32,
    /// Results of a log.
    results_per_log: i32,
    /// Sets of a result.
    sets_per_result: i32,
    /// Entries of a page.
    page_size: u32,
    /// Ids of `nodes`.
    nodes: i32,
    /// Bytes of a document.
    document_bytes: u32,
}

/// What anyone may know of the server.
#[derive(SimpleObject)]
struct ServerInfo {
    /// The version of Plumbline.
    version: &'static str,
    /// Numbers to dial in an emergency, by country.
    emergency_numbers: Vec<EmergencyNumber>,
    /// What the server takes at most.
    limits: Limits,
}

/// The server's query.
#[derive(Default)]
pub(crate) struct ServerInfoQuery;

#[Object]
impl ServerInfoQuery {
    /// Version, emergency numbers and limits; needs no sign-in.
    async fn server_info(&self) -> ServerInfo {
        let number = |(country, number)| EmergencyNumber { country, number };
        ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
            emergency_numbers: EMERGENCY.into_iter().map(number).collect(),
            limits: Limits {
                logs_per_batch: 100,
                results_per_log: 20,
                sets_per_result: 20,
                page_size: care::page::LARGEST,
                nodes: 100,
                document_bytes: DOCUMENT_BYTES,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergency_numbers_can_be_dialed_and_found_by_country() {
        let codes: Vec<&str> = EMERGENCY.iter().map(|(country, _)| *country).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "by country, each once: {codes:?}");
        for (country, number) in EMERGENCY {
            assert!(country.len() == 2 && country.bytes().all(|c| c.is_ascii_uppercase()), "{country}");
            assert!(number.len() == 3 && number.bytes().all(|c| c.is_ascii_digit()), "{country}: {number}");
        }
    }
}
