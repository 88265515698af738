//! Secrets that can be told from everything else in memory, and are kept out of it where they are not under test: a
//! marker is held masked, and unmasked only into texts that wipe themselves.

use zeroize::Zeroizing;

/// Hides the bytes of markers, so that the list of them is not taken for what it looks for.
pub(crate) const MASK: u8 = 0xA5;

/// So many bytes of a marker in a row are a find: fewer may stand in a register that was put aside.
const ENOUGH: usize = 12;

/// The same of characters that take four bytes each, as the engine folds texts.
const WIDE: usize = 8;

/// Characters of each of the two halves of a secret.
const HALF: usize = 24;

/// A secret of its own kind.
pub(crate) struct Marker {
    pub(crate) name: &'static str,
    masked: Vec<u8>,
}

impl Marker {
    /// A secret that differs from those of all other names. `middle` stands between its halves: characters that are
    /// escaped in JSON, in forms and in headers.
    pub(crate) fn new(name: &'static str, middle: &str) -> Self {
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut letter = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            LETTERS[(state >> 32) as usize % LETTERS.len()] ^ MASK
        };
        let mut masked: Vec<u8> = (0..HALF).map(|_| letter()).collect();
        masked.extend(middle.bytes().map(|byte| byte ^ MASK));
        masked.extend((0..HALF).map(|_| letter()));
        Self { name, masked }
    }

    /// What another secret was made into.
    pub(crate) fn derived(name: &'static str, text: &str) -> Self {
        Self { name, masked: text.bytes().map(|byte| byte ^ MASK).collect() }
    }

    /// The secret itself, wiped when it is dropped.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        let mut text = text(self.masked.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.masked.len()));
        bytes.extend(self.masked.iter().map(|byte| byte ^ MASK));
        text.push_str(std::str::from_utf8(&bytes).expect("a marker is text"));
        text
    }

    /// The secret as JSON has it: with escapes for nothing but what needs them, or for every other character.
    pub(crate) fn quoted(&self, is_escaped: bool) -> Zeroizing<String> {
        use std::fmt::Write;
        let plain = self.text();
        let mut quoted = text(plain.len() * 6 + 2);
        quoted.push('"');
        for (index, character) in plain.chars().enumerate() {
            if matches!(character, '"' | '\\') || is_escaped && character == '/' {
                quoted.push('\\');
                quoted.push(character);
            } else if is_escaped && index % 2 == 0 {
                write!(quoted, "\\u{:04x}", u32::from(character)).expect("a text takes everything");
            } else {
                quoted.push(character);
            }
        }
        quoted.push('"');
        quoted
    }
}

/// An empty text that wipes itself, with room for so many bytes: one that grew would leave its beginning behind.
pub(crate) fn text(room: usize) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(room))
}

/// The parts in one text.
pub(crate) fn joined(parts: &[&str]) -> Zeroizing<String> {
    let mut whole = text(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| whole.push_str(part));
    whole
}

/// What to look for: markers as they are, in UTF-32 and in hex.
pub(crate) struct Wanted {
    /// The name, and a part of the marker without any character that is escaped somewhere, masked; and its hex.
    parts: Vec<(&'static str, Vec<u8>)>,
    /// Which two bytes a find can begin with: all else is passed over quickly.
    begins: Vec<bool>,
}

impl Wanted {
    pub(crate) fn new(markers: &[&Marker]) -> Self {
        let mut parts = Vec::new();
        for marker in markers {
            let length = marker.masked.len();
            for half in [&marker.masked[..HALF.min(length)], &marker.masked[length.saturating_sub(HALF)..]] {
                parts.push((marker.name, half.to_vec()));
                parts.push((marker.name, hex(half)));
            }
        }
        let mut begins = vec![false; 1 << 16];
        for (_, part) in &parts {
            for pair in part[..=part.len() - ENOUGH].windows(2) {
                begins[usize::from(pair[0]) << 8 | usize::from(pair[1])] = true;
            }
            let last = &part[part.len() - ENOUGH..];
            begins[usize::from(last[0]) << 8 | usize::from(last[1])] = true;
        }
        Self { parts, begins }
    }

    /// The first part of a marker among bytes, with its place.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<(&'static str, usize)> {
        let mut at = 0;
        while at + ENOUGH <= bytes.len() {
            let pair = usize::from(bytes[at] ^ MASK) << 8 | usize::from(bytes[at + 1] ^ MASK);
            if self.begins[pair]
                && let Some(name) = self.part_at(&bytes[at..at + ENOUGH])
            {
                return Some((name, at));
            }
            // Few bytes have three of zero behind them twice.
            if bytes[at + 1..at + 4] == [0; 3]
                && bytes[at + 5..at + 8] == [0; 3]
                && let Some(narrow) = narrowed(&bytes[at..])
                && let Some(name) = self.folded_at(&narrow)
            {
                return Some((name, at));
            }
            at += 1;
        }
        None
    }

    fn folded_at(&self, narrow: &[u8; WIDE]) -> Option<&'static str> {
        let is_there = |window: &[u8]| {
            window.iter().zip(narrow).all(|(masked, byte)| (masked ^ MASK).to_ascii_lowercase() == *byte)
        };
        let found = self.parts.iter().find(|(_, part)| part.windows(WIDE).any(is_there));
        found.map(|(name, _)| *name)
    }

    fn part_at(&self, bytes: &[u8]) -> Option<&'static str> {
        let is_there = |window: &[u8]| window.iter().zip(bytes).all(|(masked, byte)| *masked == byte ^ MASK);
        let found = self.parts.iter().find(|(_, part)| part.windows(bytes.len()).any(is_there));
        found.map(|(name, _)| *name)
    }
}

/// The hex of masked bytes, masked.
fn hex(masked: &[u8]) -> Vec<u8> {
    let digits = masked.iter().map(|byte| byte ^ MASK).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| b"0123456789abcdef"[usize::from(digit)] ^ MASK).collect()
}

/// The letters and digits that stand there in four bytes each.
fn narrowed(bytes: &[u8]) -> Option<[u8; WIDE]> {
    let mut narrow = [0; WIDE];
    for (place, wide) in narrow.iter_mut().zip(bytes.get(..4 * WIDE)?.chunks_exact(4)) {
        match wide {
            [byte, 0, 0, 0] if byte.is_ascii_alphanumeric() => *place = byte.to_ascii_lowercase(),
            _ => return None,
        }
    }
    Some(narrow)
}
