//! Looks through all memory that this process can write: heap, stacks, and the data of libraries.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use crate::marker::Wanted;

const CHUNK: usize = 1 << 20;

/// Neighbouring chunks overlap by so much, so that nothing is cut in two.
const OVERLAP: usize = 64;

/// Where markers stand, in words.
pub(crate) fn find(wanted: &Wanted) -> Vec<String> {
    let memory = File::open("/proc/self/mem").expect("a process can read its own memory");
    let mut chunk = vec![0; CHUNK];
    let own = chunk.as_ptr().addr()..chunk.as_ptr().addr() + CHUNK;
    let maps = fs::read_to_string("/proc/self/maps").expect("a process can read its own map");
    let mut found = Vec::new();
    let mut scanned = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let name = words.nth(3).unwrap_or("memory");
        let ends = range.split_once('-').expect("a range has two ends");
        let [mut at, end] = [ends.0, ends.1].map(|end| usize::from_str_radix(end, 16).expect("hexadecimal"));
        if !rights.starts_with("rw") {
            continue;
        }
        while at < end {
            let length = CHUNK.min(end - at);
            // What cannot be read, such as a guard page, holds nothing.
            let Ok(read) = memory.read_at(&mut chunk[..length], at as u64) else { break };
            scanned += read;
            let mut place = 0;
            while let Some((secret, offset)) = wanted.find(&chunk[place..read]) {
                place += offset;
                // The chunk itself is a copy of what was found elsewhere.
                if !own.contains(&(at + place)) {
                    found.push(format!("{secret} in {name} at {:#x}", at + place));
                }
                place += OVERLAP;
            }
            at += if length < CHUNK { length } else { CHUNK - OVERLAP };
        }
    }
    assert!(scanned > 100_000, "too little memory was read: {scanned} bytes");
    found
}
