//! One kept value as bytes: what it is, then the value.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Origin;

/// The layout of an entry; an entry of another layout cannot be read.
const LAYOUT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    layout: u32,
    /// Makes the bytes of two entries differ, so that no two share one file of the store.
    key: String,
    version: u32,
    value_type: String,
}

/// The bytes of an entry.
pub fn encode<V: Serialize>(key: &str, version: u32, value: &V) -> postcard::Result<Vec<u8>> {
    let head = Head {
        layout: LAYOUT,
        key: key.to_owned(),
        version,
        value_type: std::any::type_name::<V>().to_owned(),
    };
    postcard::to_stdvec(&(head, value))
}

/// The value, or why these bytes are of no use.
pub fn decode<V: DeserializeOwned>(bytes: &[u8], key: &str, version: u32) -> Result<V, Origin> {
    let (head, rest): (Head, _) = postcard::take_from_bytes(bytes).map_err(|_| Origin::Damaged)?;
    if head.layout != LAYOUT || head.key != key {
        return Err(Origin::Damaged);
    }
    if head.version != version {
        return Err(Origin::Stale {
            version: head.version,
        });
    }
    if head.value_type != std::any::type_name::<V>() {
        return Err(Origin::OtherType);
    }
    match postcard::take_from_bytes(rest) {
        Ok((value, [])) => Ok(value),
        _ => Err(Origin::Damaged),
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
        let stale = Origin::Stale { version: 1 };
        assert_eq!(decode::<u32>(&bytes, "k", 2), Err(stale));
        assert_eq!(decode::<u64>(&bytes, "k", 1), Err(Origin::OtherType));
        assert_eq!(decode::<u32>(&bytes, "other", 1), Err(Origin::Damaged));
    }

    #[test]
    fn no_shortened_or_lengthened_entry_is_taken() {
        let mut bytes = encode("k", 1, &vec![1.5; 3]).unwrap();
        for length in 0..bytes.len() {
            assert!(decode::<Vec<f64>>(&bytes[..length], "k", 1).is_err());
        }
        bytes.push(0);
        assert_eq!(decode::<Vec<f64>>(&bytes, "k", 1), Err(Origin::Damaged));
    }
}
