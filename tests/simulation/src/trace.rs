//! What happened in a seed, for those who look into it.

/// Notes with their times, or nothing when nobody wants them.
#[derive(Default)]
pub struct Trace {
    notes: Option<Vec<(u64, String)>>,
}

impl Trace {
    /// A trace that is kept.
    pub fn kept() -> Self {
        Self { notes: Some(Vec::new()) }
    }

    /// Adds a note.
    pub fn note(&mut self, now: u64, text: impl FnOnce() -> String) {
        if let Some(notes) = &mut self.notes {
            notes.push((now, text()));
        }
    }

    /// The notes, a line each.
    pub fn lines(&self) -> Vec<String> {
        self.notes.iter().flatten().map(|(now, text)| format!("{now} {text}")).collect()
    }
}
