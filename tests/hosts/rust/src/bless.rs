//! Rewrites the expectations of all vectors from what the engine says now. For deliberate changes only: the
//! difference is to be read before it is committed.

use std::fs;

use brightpearl_host_rust::play::play;
use brightpearl_host_rust::vector::load;

fn main() -> std::io::Result<()> {
    let mut changed = 0;
    for (path, vector) in load() {
        let text = serde_json::to_string_pretty(&play(&vector))? + "\n";
        if fs::read_to_string(&path)? != text {
            fs::write(&path, text)?;
            println!("changed {}", vector.name);
            changed += 1;
        }
    }
    println!("{changed} changed");
    Ok(())
}
