//! Results of the last few searches, so that paging through one does not search anew for every page.

use std::sync::Arc;

/// How many are kept: enough for a few clients that page side by side.
const KEPT: usize = 8;

/// Results by question, newest last.
#[derive(Debug, Default)]
pub(crate) struct Found(Vec<FoundIds>);

#[derive(Debug)]
struct FoundIds {
    search: &'static str,
    question: String,
    revision: u64,
    ids: Arc<[u32]>,
}

impl Found {
    /// The ids found, unless something was written since.
    pub(crate) fn get(&self, search: &str, question: &str, revision: u64) -> Option<Arc<[u32]>> {
        let entry = self.0.iter().find(|entry| entry.search == search && entry.question == question)?;
        (entry.revision == revision).then(|| Arc::clone(&entry.ids))
    }

    pub(crate) fn put(&mut self, search: &'static str, question: String, revision: u64, ids: Arc<[u32]>) {
        self.0.retain(|entry| {
            entry.revision == revision && !(entry.search == search && entry.question == question)
        });
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(FoundIds { search, question, revision, ids });
    }
}
