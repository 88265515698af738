//! Packs the documents of `mappings`, which are much alike, the schemas of records, and how clocks once went: they take a
//! tenth of their size in what is built.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const ZONE_CHANGES: &str = "src/mapping/transform/zone_changes.txt";

fn main() -> io::Result<()> {
    let folder = Path::new("mappings");
    println!("cargo:rerun-if-changed=mappings");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    // By name, without what stands behind the dot.
    paths.sort_by(|one, other| one.file_stem().cmp(&other.file_stem()));
    // Name, document, name, document, each with an end that JSON cannot have in it.
    let mut text = String::new();
    for path in paths {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        for part in [name, &fs::read_to_string(&path)?] {
            text.push_str(part);
            text.push('\0');
        }
    }
    pack("mappings", &text)?;
    println!("cargo:rerun-if-changed={ZONE_CHANGES}");
    pack("zone_changes", &fs::read_to_string(ZONE_CHANGES)?)?;
    println!("cargo:rerun-if-changed=records");
    pack("records", &fs::read_to_string("records/schemas.json")?)
}

fn pack(name: &str, text: &str) -> io::Result<()> {
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 10);
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&folder).join(name), packed)
}
