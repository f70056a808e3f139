//! One stored value as bytes: a header, then the value.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{CacheStatus, schema};

/// The version of this layout. Entries with another one cannot be read.
const LAYOUT: u32 = 3;

#[derive(Serialize, Deserialize)]
struct Header {
    layout: u32,
    /// It makes the bytes of any two entries different, so that no two share one file.
    key: String,
    version: u32,
    schema: String,
}

/// The bytes of an entry, or why a value of this type cannot be stored.
pub fn encode<V>(key: &str, version: u32, value: &V) -> Result<Vec<u8>, String>
where
    V: Serialize + DeserializeOwned,
{
    let header = Header {
        layout: LAYOUT,
        key: key.to_owned(),
        version,
        schema: schema::of_stored(value).map_err(|error| error.to_string())?,
    };
    let bytes = postcard::to_stdvec(&(&header, value)).map_err(|error| error.to_string())?;
    // Not every type that can be written can be read: `skip_serializing_if` leaves fields out.
    let back = decode::<V>(&bytes, key, version).ok();
    let again = back.and_then(|value| postcard::to_stdvec(&(header, value)).ok());
    if again.as_ref() != Some(&bytes) {
        let name = std::any::type_name::<V>();
        return Err(format!(
            "a value of type {name} does not come back as it was written; \
             remove serde attributes that leave out or change fields, such as skip_serializing_if"
        ));
    }
    Ok(bytes)
}

/// The value, or why it cannot be used.
pub fn decode<V>(bytes: &[u8], key: &str, version: u32) -> Result<V, CacheStatus>
where
    V: Serialize + DeserializeOwned,
{
    let (header, rest): (Header, _) =
        postcard::take_from_bytes(bytes).map_err(|_| CacheStatus::Damaged)?;
    if header.layout != LAYOUT || header.key != key {
        return Err(CacheStatus::Damaged);
    }
    if header.version != version {
        return Err(CacheStatus::Stale {
            version: header.version,
        });
    }
    let type_name = std::any::type_name::<V>();
    if header.schema.split_once(" = ").map(|(name, _)| name) != Some(type_name) {
        return Err(CacheStatus::OtherType);
    }
    match postcard::take_from_bytes::<V>(rest) {
        Ok((value, []))
            if schema::of_stored(&value).is_ok_and(|schema| schema == header.schema) =>
        {
            Ok(value)
        }
        Ok((_, [])) => Err(CacheStatus::OtherType),
        _ => Err(CacheStatus::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_float_comes_back() {
        let odd = [
            0.1,
            -0.0,
            f64::MIN_POSITIVE / 3.0,
            f64::INFINITY,
            f64::NAN,
            1e300,
        ];
        let bytes = encode("k", 1, &odd.to_vec()).unwrap();
        let back: Vec<f64> = decode(&bytes, "k", 1).unwrap();
        assert!(
            odd.iter()
                .zip(&back)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }

    #[test]
    fn other_versions_types_and_keys_are_told_apart() {
        let bytes = encode("k", 1, &7_u32).unwrap();
        assert_eq!(decode::<u32>(&bytes, "k", 1), Ok(7));
        let stale = CacheStatus::Stale { version: 1 };
        assert_eq!(decode::<u32>(&bytes, "k", 2), Err(stale));
        assert_eq!(decode::<u64>(&bytes, "k", 1), Err(CacheStatus::OtherType));
        assert_eq!(decode::<u32>(&bytes, "other", 1), Err(CacheStatus::Damaged));
    }

    #[test]
    fn no_shortened_or_lengthened_entry_is_taken() {
        let mut bytes = encode("k", 1, &vec![1.5; 3]).unwrap();
        for length in 0..bytes.len() {
            assert!(decode::<Vec<f64>>(&bytes[..length], "k", 1).is_err());
        }
        bytes.push(0);
        assert_eq!(
            decode::<Vec<f64>>(&bytes, "k", 1),
            Err(CacheStatus::Damaged)
        );
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Point {
        x: f64,
        y: f64,
    }

    #[test]
    fn a_type_whose_fields_changed_places_is_not_read_as_the_old_one() {
        let bytes = encode("k", 1, &Point { x: 1.0, y: 2.0 }).unwrap();
        assert!(decode::<Point>(&bytes, "k", 1).is_ok());
        let find = |name: &[u8]| bytes.windows(3).position(|part| part == name).unwrap();
        let (x, y) = (find(b"\"x\""), find(b"\"y\""));
        let mut exchanged = bytes;
        exchanged.swap(x + 1, y + 1);
        assert_eq!(
            decode::<Point>(&exchanged, "k", 1),
            Err(CacheStatus::OtherType)
        );
    }

    #[derive(Serialize, Deserialize)]
    struct Partly {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<u32>,
        last: u32,
    }

    #[test]
    fn a_type_that_does_not_come_back_is_refused() {
        let partly = Partly {
            numbers: Vec::new(),
            last: 3,
        };
        let message = encode("k", 1, &partly).unwrap_err();
        assert!(message.contains("Partly does not come back"), "{message}");
    }
}
