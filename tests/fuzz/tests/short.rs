//! Every target with its regressions, its seeds and a number of inputs that are made of the seeds: the same ones each time, so
//! that a failure here is a failure everywhere. `FUZZ_INPUTS` in the environment is another number of made inputs.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use brightpearl_fuzz::seeds::Seeds;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What a target takes at most, as under libFuzzer.
const MOST_BYTES: usize = 16_384;

static SEEDS: LazyLock<Seeds> = LazyLock::new(|| {
    Seeds::from_vectors(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors")))
        .expect("golden vectors")
});

/// The words of libFuzzer's dictionary.
static WORDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    include_str!("../dictionaries/json.dict")
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'))
        .map(|word| word.replace("\\\"", "\"").replace("\\\\", "\\").into_bytes())
        .collect()
});

/// A change to an input; places are counted in what is there then.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Bit(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Cut(Index),
    /// A stretch of this seed, at another place.
    Repeat(Index, usize, Index),
    /// A stretch of another seed.
    Splice(Index, Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), select(WORDS.as_slice())).prop_map(|(at, word)| Change::Insert(at, word)),
        (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), 1_usize..200, any::<Index>())
            .prop_map(|(from, length, to)| Change::Repeat(from, length, to)),
        (any::<Index>(), any::<Index>(), any::<Index>(), 1_usize..400)
            .prop_map(|(at, seed, from, length)| Change::Splice(at, seed, from, length)),
    ]
}

/// At most `length` bytes from a place.
fn stretch(bytes: &[u8], from: &Index, length: usize) -> Vec<u8> {
    let from = from.index(bytes.len() + 1);
    bytes[from..bytes.len().min(from + length)].to_vec()
}

fn apply(change: &Change, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let place = |at: &Index, input: &[u8]| at.index(input.len() + 1);
    let insert = |at: usize, bytes: Vec<u8>, input: &mut Vec<u8>| {
        input.splice(at..at, bytes);
    };
    match change {
        Change::Byte(at, byte) => {
            if let Some(there) = input.len().checked_sub(1).map(|_| at.index(input.len())) {
                input[there] = *byte;
            }
        }
        Change::Bit(at, bit) => {
            if let Some(there) = input.len().checked_sub(1).map(|_| at.index(input.len())) {
                input[there] ^= 1 << bit;
            }
        }
        Change::Insert(at, bytes) => insert(place(at, input), bytes.clone(), input),
        Change::Remove(at, length) => {
            let from = place(at, input);
            input.drain(from..input.len().min(from + length));
        }
        Change::Cut(at) => input.truncate(place(at, input)),
        Change::Repeat(from, length, to) => insert(place(to, input), stretch(input, from, *length), input),
        Change::Splice(at, seed, from, length) => {
            insert(place(at, input), stretch(&seeds[seed.index(seeds.len())], from, *length), input);
        }
    }
    input.truncate(MOST_BYTES);
}

fn play(target: &str, fuzz: fn(&[u8])) {
    if let Ok(files) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(target)) {
        for file in files {
            fuzz(&fs::read(file.expect("a regression").path()).expect("a regression"));
        }
    }
    let seeds = SEEDS.of(target);
    assert!(!seeds.is_empty(), "{target} has no seeds");
    for seed in seeds {
        fuzz(seed);
    }
    let inputs =
        env::var("FUZZ_INPUTS").map_or(4000, |number| number.parse().expect("a number in FUZZ_INPUTS"));
    let config = Config { cases: inputs, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let made = (select(seeds), vec(change(), 1..6));
    runner
        .run(&made, |(mut input, changes)| {
            for change in &changes {
                apply(change, &mut input, seeds);
            }
            fuzz(&input);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{target}: {failure}"));
}

macro_rules! short {
    ($name:ident) => {
        #[test]
        fn $name() {
            play(stringify!($name), brightpearl_fuzz::targets::$name::fuzz);
        }
    };
}

brightpearl_fuzz::each_target!(short);
