//! Writes the corpora that the targets begin with: `seeds VECTORS FOLDER`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use brightpearl_fuzz::seeds::Seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(vectors), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: seeds VECTORS FOLDER".into());
    };
    for (target, seeds) in Seeds::from_vectors(&vectors)?.all() {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("{number:04}")), seed)?;
        }
    }
    Ok(())
}
