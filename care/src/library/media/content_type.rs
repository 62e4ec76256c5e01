//! What files may be, and how one tells by their first bytes.

use sea_orm::{DeriveActiveEnum, EnumIter, Iterable};

/// What people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A still.
    Image,
    /// Moving.
    Video,
}

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ContentType {
    /// `image/jpeg`
    #[sea_orm(string_value = "image/jpeg")]
    Jpeg,
    /// `image/png`
    #[sea_orm(string_value = "image/png")]
    Png,
    /// `image/webp`
    #[sea_orm(string_value = "image/webp")]
    Webp,
    /// `video/mp4`
    #[sea_orm(string_value = "video/mp4")]
    Mp4,
    /// `video/webm`
    #[sea_orm(string_value = "video/webm")]
    Webm,
}

impl ContentType {
    /// The first so many bytes tell what a file is.
    pub const TELLING: u64 = 64;

    /// The type of this name, in lower case and without parameters.
    pub fn named(name: &str) -> Option<Self> {
        Self::iter().find(|one| one.name() == name)
    }

    /// Its name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
        }
    }

    /// What people see of it.
    pub fn kind(self) -> Kind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => Kind::Image,
            Self::Mp4 | Self::Webm => Kind::Video,
        }
    }

    /// Whether a file that begins so is of this type.
    pub fn begins(self, first: &[u8]) -> bool {
        let at = |place: usize, bytes: &[u8]| first.get(place..).is_some_and(|rest| rest.starts_with(bytes));
        match self {
            Self::Jpeg => at(0, b"\xff\xd8\xff"),
            Self::Png => at(0, b"\x89PNG\r\n\x1a\n"),
            Self::Webp => at(0, b"RIFF") && at(8, b"WEBP"),
            // Pictures of phones (HEIC, AVIF) and QuickTime are made the same way under other brands.
            Self::Mp4 => {
                let brands = [&b"iso"[..], b"mp4", b"avc1", b"M4V", b"dash", b"MSNV"];
                at(4, b"ftyp") && brands.iter().any(|brand| at(8, brand))
            }
            Self::Webm => at(0, b"\x1a\x45\xdf\xa3") && first.windows(4).any(|name| name == b"webm"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::ActiveEnum;

    const FILES: [(&[u8], Option<ContentType>); 12] = [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some(ContentType::Jpeg)),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Some(ContentType::Png)),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Some(ContentType::Webp)),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", Some(ContentType::Mp4)),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", Some(ContentType::Mp4)),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Some(ContentType::Webm)),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", None),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"<svg xmlns=", None),
        (b"GIF89a", None),
        (b"", None),
    ];

    #[test]
    fn the_first_bytes_tell_one_type_or_none() {
        for (first, is) in FILES {
            let told: Vec<_> = ContentType::iter().filter(|one| one.begins(first)).collect();
            assert_eq!(told, Vec::from_iter(is), "{first:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_table_and_nothing_else() {
        for one in ContentType::iter() {
            assert_eq!((one.to_value().as_str(), ContentType::named(one.name())), (one.name(), Some(one)));
        }
        for other in ["image/svg+xml", "text/html", "image/JPEG", "image/png; x=1", "image/gif", ""] {
            assert_eq!(ContentType::named(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(first in prop::collection::vec(any::<u8>(), 0..70)) {
            let told = ContentType::iter().filter(|one| one.begins(&first)).count();
            prop_assert!(told <= 1);
        }
    }
}
