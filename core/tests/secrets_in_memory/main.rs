//! No secret is left in memory when what held it is dropped: this process has every kind of them, lets go of all, and
//! looks through its own memory. A program of its own, so that nothing else writes or holds anything meanwhile.
#![allow(missing_docs)]

#[cfg(target_os = "linux")]
mod marker;
#[cfg(target_os = "linux")]
mod play;
#[cfg(target_os = "linux")]
mod scan;

#[cfg(target_os = "linux")]
fn main() {
    let markers = play::Markers::new();
    let wanted = marker::Wanted::new(&markers.all());
    let held = markers.all().pop().expect("there are markers").text();
    assert!(!scan::find(&wanted).is_empty(), "a secret that is still held is found");
    drop(held);
    assert_eq!(scan::find(&wanted), Vec::<String>::new(), "nothing is left of what this test itself holds");
    let clients = play::play(&markers);
    let found = scan::find(&wanted);
    assert!(found.is_empty(), "secrets are left in memory after {clients} clients:\n{}", found.join("\n"));
    println!("nothing left of {} secrets of {clients} clients", markers.all().len());
}

/// Other systems do not show a process its memory as a file; the rules are the same there.
#[cfg(not(target_os = "linux"))]
fn main() {}
