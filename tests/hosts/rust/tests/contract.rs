//! What the faces have of the engine's tables is what `make generate` would write.

use std::fs;

use brightpearl_contract::{File, files, root};

#[test]
fn what_is_generated_is_up_to_date_in_every_host() {
    let stale: Vec<String> = files()
        .expect("files with the lines between which something is generated")
        .into_iter()
        .filter(|File { path, text }| fs::read_to_string(root().join(path)).ok().as_ref() != Some(text))
        .map(|file| file.path)
        .collect();
    assert!(stale.is_empty(), "{} differ from the engine's tables; run make generate", stale.join(", "));
}

#[test]
fn every_table_of_the_documentation_stands_somewhere() {
    let texts: String = files().expect("the files").into_iter().map(|file| file.text).collect();
    for heading in [
        "\n| delivery | what became of the request |\n",
        "\n| outcome | what became of the record |\n",
        "\n| kind | what to do |\n",
        "\n| class | kind | when |\n",
        "\n| code | meaning | what to do |\n",
        "\n| task | what it does | requests |\n",
        "\n| secret | with | credentials |\n",
        "\n| `type` | what it is | members |\n",
    ] {
        assert!(texts.contains(heading), "no documentation has the table {heading}");
    }
}
