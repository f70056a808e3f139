//! The schema of a value: its type, and the names and types of all its fields.

use std::any::type_name;

use serde::Serialize;
use serde_reflection::{Samples, Tracer, TracerConfig};

/// The schema as a text.
///
/// Two values have the same schema only if their bytes have the same meaning. The name of the
/// type alone is not enough for this: since a value was stored, the order or the types of the
/// fields may have changed.
pub fn of<T: Serialize>(value: &T) -> serde_reflection::Result<String> {
    let config = TracerConfig::default()
        .record_samples_for_newtype_structs(false)
        .record_samples_for_tuple_structs(false)
        .record_samples_for_structs(false);
    let mut tracer = Tracer::new(config);
    let (format, _) = tracer.trace_value(&mut Samples::new(), value)?;
    let parts = tracer.registry_unchecked();
    Ok(format!("{} = {format:?}, {parts:?}", type_name::<T>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    mod first {
        #[derive(serde::Serialize)]
        pub struct Point {
            pub x: f64,
            pub y: f64,
        }
    }

    mod second {
        #[derive(serde::Serialize)]
        pub struct Point {
            pub y: f64,
            pub x: f64,
        }
    }

    #[test]
    fn fields_that_changed_places_change_the_schema() {
        let parts = |schema: String| schema.split_once(" = ").unwrap().1.to_owned();
        let one = parts(of(&first::Point { x: 1.0, y: 2.0 }).unwrap());
        let other = parts(of(&second::Point { x: 1.0, y: 2.0 }).unwrap());
        assert_ne!(one, other);
    }

    #[test]
    fn values_with_equal_bytes_have_different_schemas() {
        let schemas = [
            of(&7_u32),
            of(&7_u64),
            of(&7_i32),
            of(&(1_u8, 1_u8)),
            of(&[1_u8; 2]),
            of(&1_u8),
            of(&true),
            of(&Some(1_u8)),
            of(&vec![1_u8]),
            of(&"a"),
            of(&'a'),
        ];
        let schemas = schemas.map(Result::unwrap);
        for (k, schema) in schemas.iter().enumerate() {
            assert!(!schemas[..k].contains(schema), "{schema}");
        }
    }
}
