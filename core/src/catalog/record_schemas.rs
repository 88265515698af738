//! What records look like that are read. The catalogue has the members of what is written; these are learnt from the
//! emulated account (`make generate`), and the build packs them.

use std::sync::OnceLock;

/// A JSON Schema of the records of each resource that can be pulled, as the text of a JSON object: by the last part of the
/// resource's path, such as `goods-out`.
pub fn record_schemas() -> &'static str {
    static SCHEMAS: OnceLock<String> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/records"));
        // The build packed it, so that it is whole; a test holds it against the file.
        let unpacked = miniz_oxide::inflate::decompress_to_vec(packed).unwrap_or_default();
        String::from_utf8(unpacked).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::catalog::catalog;

    #[test]
    fn they_are_those_of_the_file_and_of_resources() {
        assert_eq!(record_schemas(), include_str!("../../records/schemas.json"));
        let schemas: Value = serde_json::from_str(record_schemas()).unwrap();
        let schemas = schemas.as_object().unwrap();
        assert!(schemas.len() > 10, "{}", schemas.len());
        for (name, schema) in schemas {
            let is_known = catalog()
                .flat_map(|resource| resource.endpoints)
                .any(|endpoint| endpoint.path.split('/').any(|part| part == name));
            assert!(is_known, "{name}");
            assert!(schema["properties"].is_object(), "{name}");
        }
    }
}
