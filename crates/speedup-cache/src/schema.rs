//! The schema of a value: its type, and the names and types of all its fields.

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_reflection::{ContainerFormat, Format, Registry, Samples, Tracer, TracerConfig};

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
    Ok(text::<T>(&format, &tracer.registry_unchecked()))
}

/// The same for a value that can be read back: mostly its type tells all, in a time that does not grow with the value.
///
/// Of an enum the type tells one variant only, and some types cannot be read without a valid value. Then the value is
/// looked at.
pub fn of_stored<T: Serialize + DeserializeOwned>(value: &T) -> serde_reflection::Result<String> {
    let (mut tracer, samples) = (Tracer::new(TracerConfig::default()), Samples::new());
    let Ok((format, _)) = tracer.trace_type_once::<T>(&samples) else {
        return of(value);
    };
    let parts = tracer.registry_unchecked();
    let is_enum = |part: &ContainerFormat| matches!(part, ContainerFormat::Enum(_));
    match parts.values().any(is_enum) {
        true => of(value),
        false => Ok(text::<T>(&format, &parts)),
    }
}

fn text<T>(format: &Format, parts: &Registry) -> String {
    format!("{} = {format:?}, {parts:?}", type_name::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    mod first {
        #[derive(serde::Serialize, serde::Deserialize)]
        pub struct Point {
            pub x: f64,
            pub y: f64,
        }
    }

    mod second {
        #[derive(serde::Serialize, serde::Deserialize)]
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
        let stored = |value: Result<String, _>| parts(value.unwrap());
        let one = stored(of_stored(&vec![first::Point { x: 1.0, y: 2.0 }]));
        let other = stored(of_stored(&Vec::<second::Point>::new()));
        assert_ne!(one, other);
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    enum Step {
        Up,
        To { x: f64 },
    }

    #[test]
    fn a_variant_that_is_not_the_first_is_in_the_schema() {
        let schema = of_stored(&vec![Step::Up, Step::To { x: 1.0 }]).unwrap();
        assert!(
            schema.contains("Up") && schema.contains("\"x\""),
            "{schema}"
        );
    }

    #[test]
    fn what_cannot_be_read_without_a_value_has_the_schema_of_its_value() {
        let one = std::num::NonZeroU32::MIN;
        assert_eq!(of_stored(&one).unwrap(), of(&one).unwrap());
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Node {
        next: Option<Box<Node>>,
        x: f64,
    }

    #[test]
    fn a_type_may_contain_itself() {
        let last = Node { next: None, x: 1.0 };
        let first = Node {
            next: Some(Box::new(last)),
            x: 2.0,
        };
        assert!(of_stored(&first).unwrap().contains("next"));
    }

    #[test]
    fn the_schema_of_a_list_does_not_depend_on_its_values() {
        let none: Vec<f64> = Vec::new();
        assert_eq!(of_stored(&none).unwrap(), of_stored(&vec![1.0; 3]).unwrap());
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
