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
    /// The revision in which a fault has had rows repeated, which goes on until something is written: pages from before
    /// do not go with those from behind.
    repeated_at: Option<u64>,
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
        if body.len() > MOST_PAGE_BYTES || self.repeated_at == Some(revision) {
            return;
        }
        self.pages.retain(|page| page.revision == revision);
        if self.pages.len() == KEPT {
            self.pages.remove(0);
        }
        self.pages.push(FoundPage { search, query: query.to_owned(), revision, body: body.to_vec() });
    }

    /// Takes note that a fault has rows repeated from now on.
    pub(crate) fn note_repeated(&mut self, revision: u64) {
        self.repeated_at = Some(revision);
        self.pages.clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_before_a_fault_do_not_go_with_those_from_behind() {
        let mut found = Found::default();
        found.keep_page("order-search", "firstResult=1", 7, b"true");
        assert_eq!(found.page("order-search", "firstResult=1", 7).as_deref(), Some(&b"true"[..]));
        found.note_repeated(7);
        found.keep_page("order-search", "firstResult=3", 7, b"repeated");
        for query in ["firstResult=1", "firstResult=3"] {
            assert_eq!(found.page("order-search", query, 7), None, "{query}");
        }
        found.keep_page("order-search", "firstResult=1", 8, b"anew");
        assert_eq!(found.page("order-search", "firstResult=1", 8).as_deref(), Some(&b"anew"[..]));
    }
}
