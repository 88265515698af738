//! What the hosts' sources say of the schemes of credentials is what the engine says of them.

use brightpearl_host_rust::schemes::sources;

#[test]
fn no_source_is_old() {
    let old = sources().unwrap().into_iter().filter(|source| source.is_old().unwrap());
    let old: Vec<String> = old.map(|source| source.path.display().to_string()).collect();
    assert!(old.is_empty(), "cargo run -p brightpearl-host-rust --bin generate-schemes writes anew: {old:?}");
}
