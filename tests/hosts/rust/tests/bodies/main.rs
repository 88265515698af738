//! Bodies made from the catalog's tables, sent to the emulated account.

#[path = "../../../../../core/tests/generated_body/mod.rs"]
mod generated_body;

mod account;
mod fitting;

use std::collections::BTreeMap;
use brightpearl_core::validate::{UnknownMembers, check};
use generated_body::{Source, generate};
use fitting::{fit, writes, path};

#[test]
fn explore() {
    let furnished = account::furnish();
    println!("{:?}", furnished.known);
    for write in writes() {
        let Some(path) = path(&write, &furnished.known) else { println!("NO PATH {write}"); continue };
        let mut seen: BTreeMap<String, (u32, String)> = BTreeMap::new();
        for seed in 0..40 {
            let mut generated = generate(&write.operation.content, &mut Source::new(seed));
            fit(&write, &mut generated, &furnished.known, &mut Source::new(seed));
            let body = generated.json.to_string();
            if let Err(error) = check(&path, write.operation.method, body.as_bytes(), UnknownMembers::Warn) { panic!("{write} {body} {error}"); }
            let (status, answer) = furnished.open().send(write.operation.method, &path, &body);
            let key = if status < 300 { "ok".to_owned() } else { format!("{status} {}", answer["errors"]) };
            seen.entry(key.chars().take(200).collect()).or_insert((0, body)).0 += 1;
        }
        println!("## {write} {path}");
        for (key, (count, body)) in seen { println!("  {count:3} {key}"); if key != "ok" { println!("        {}", body.chars().take(300).collect::<String>()); } }
    }
}
