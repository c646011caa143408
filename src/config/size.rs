//! Numbers of bytes, as people write them: `1048576`, `"1MiB"`.

use std::fmt;

use serde::Deserializer;
use serde::Serializer;
use serde::de::Error;
use serde::de::Visitor;

/// Suffixes, largest first.
const UNITS: [(&str, usize); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Writes the plain number, which every reader of TOML understands.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn serialize<S: Serializer>(bytes: &usize, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(*bytes as u64)
}

/// Reads a number, or text of a number and a unit.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<usize, D::Error> {
    input.deserialize_any(Size)
}

struct Size;

impl Visitor<'_> for Size {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes as a number, or as text such as \"8MiB\"")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<usize, E> {
        usize::try_from(value).map_err(|_| E::custom("must not be negative"))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<usize, E> {
        usize::try_from(value).map_err(|_| E::custom("is larger than this machine can count"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<usize, E> {
        let value = value.trim();
        let unit = UNITS.into_iter().find_map(|(suffix, unit)| Some((value.strip_suffix(suffix)?, unit)));
        let (digits, unit) = unit.unwrap_or((value, 1));
        let count: usize =
            digits.trim_end().parse().map_err(|_| E::custom(format!("{value:?} is no number of bytes")))?;
        count.checked_mul(unit).ok_or_else(|| E::custom("is larger than this machine can count"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer as _;
    use serde::de::value::Error;
    use serde::de::value::StrDeserializer;

    fn read(text: &str) -> Result<usize, Error> {
        let input: StrDeserializer<'_, Error> = text.into_deserializer();
        deserialize(input)
    }

    #[test]
    fn units_are_read() {
        for (text, bytes) in
            [("0", 0), ("17", 17), ("17B", 17), ("8MiB", 8 << 20), ("3 KiB", 3072), ("2GiB", 2 << 30)]
        {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "MiB", "-1", "1.5MiB", "1MB", "99999999999999999999", "17179869184GiB", "１"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
