//! Writes what the hosts' sources say of the schemes of credentials, after a change to the engine's schemes.

use std::fs;

use brightpearl_host_rust::schemes::sources;

fn main() -> std::io::Result<()> {
    for source in sources()? {
        if source.is_old()? {
            fs::write(&source.path, &source.text)?;
            println!("wrote {}", source.path.display());
        }
    }
    Ok(())
}
