//! Results of the last few searches, so that paging through one does not search anew for every page, and the last few
//! pages themselves, so that one that is asked for again is not written anew.

use std::sync::Arc;

/// How many are kept: enough for a few clients that page side by side.
const KEPT: usize = 8;

/// Results by question, newest last.
#[derive(Debug, Default)]
pub(crate) struct Found {
    ids: Vec<FoundIds>,
    pages: Vec<FoundPage>,
}

#[derive(Debug)]
struct FoundIds {
    search: &'static str,
    question: String,
    revision: u64,
    ids: Arc<[u32]>,
}

/// A page as it was answered.
#[derive(Debug)]
struct FoundPage {
    search: &'static str,
    query: String,
    revision: u64,
    body: Vec<u8>,
}

/// Longer pages are not kept.
const MOST_PAGE_BYTES: usize = 1 << 20;

impl Found {
    /// The page that was answered to this query, unless something was written since.
    pub(crate) fn page(&self, search: &str, query: &str, revision: u64) -> Option<Vec<u8>> {
        let fits =
            |page: &&FoundPage| page.revision == revision && page.query == query && page.search == search;
        self.pages.iter().rev().find(fits).map(|page| page.body.clone())
    }

    /// Keeps a page.
    pub(crate) fn keep_page(&mut self, search: &'static str, query: &str, revision: u64, body: &[u8]) {
        if body.len() > MOST_PAGE_BYTES {
            return;
        }
        self.pages.retain(|page| page.revision == revision);
        if self.pages.len() == KEPT {
            self.pages.remove(0);
        }
        self.pages.push(FoundPage { search, query: query.to_owned(), revision, body: body.to_vec() });
    }

    /// The ids found, unless something was written since.
    pub(crate) fn get(&self, search: &str, question: &str, revision: u64) -> Option<Arc<[u32]>> {
        let entry = self.ids.iter().find(|entry| entry.search == search && entry.question == question)?;
        (entry.revision == revision).then(|| Arc::clone(&entry.ids))
    }

    pub(crate) fn put(&mut self, search: &'static str, question: String, revision: u64, ids: Arc<[u32]>) {
        self.ids.retain(|entry| {
            entry.revision == revision && !(entry.search == search && entry.question == question)
        });
        if self.ids.len() == KEPT {
            self.ids.remove(0);
        }
        self.ids.push(FoundIds { search, question, revision, ids });
    }
}
