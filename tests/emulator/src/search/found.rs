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
    /// What a fault has had repeated last, which goes on until something is written: pages from before do not go with
    /// those from behind.
    repeated: Option<FoundRepeated>,
}

/// Results some of whose rows come twice: before a place, and again from there on. No page shows both.
#[derive(Debug)]
struct FoundRepeated {
    search: &'static str,
    question: String,
    revision: u64,
    behind: usize,
    ids: Arc<[u32]>,
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
        if body.len() > MOST_PAGE_BYTES || self.is_repeated_at(revision) {
            return;
        }
        self.pages.retain(|page| page.revision == revision);
        if self.pages.len() == KEPT {
            self.pages.remove(0);
        }
        self.pages.push(FoundPage { search, query: query.to_owned(), revision, body: body.to_vec() });
    }

    fn is_repeated_at(&self, revision: u64) -> bool {
        self.repeated.as_ref().is_some_and(|repeated| repeated.revision == revision)
    }

    /// Takes note that a fault has rows repeated in pages that begin behind a place, from now on.
    pub(crate) fn note_repeated(
        &mut self,
        search: &'static str,
        question: String,
        revision: u64,
        behind: usize,
        ids: Arc<[u32]>,
    ) {
        self.repeated = Some(FoundRepeated { search, question, revision, behind, ids });
        self.pages.clear();
    }

    /// What is repeated for a page that begins behind so many results, and behind how many that begins.
    pub(crate) fn repeated(
        &self,
        search: &str,
        question: &str,
        revision: u64,
        skipped: usize,
    ) -> Option<(usize, Arc<[u32]>)> {
        let repeated = self.repeated.as_ref()?;
        let fits =
            repeated.search == search && repeated.question == question && repeated.revision == revision;
        (fits && repeated.behind <= skipped).then(|| (repeated.behind, Arc::clone(&repeated.ids)))
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
        found.note_repeated("order-search", "orderId=1-9".to_owned(), 7, 2, [1, 2, 1, 2, 3].into());
        let repeated =
            |skipped| found.repeated("order-search", "orderId=1-9", 7, skipped).map(|(_, ids)| ids.len());
        assert_eq!((repeated(1), repeated(2), repeated(3)), (None, Some(5), Some(5)));
        assert!(found.repeated("order-search", "", 7, 3).is_none());
        found.keep_page("order-search", "firstResult=3", 7, b"repeated");
        for query in ["firstResult=1", "firstResult=3"] {
            assert_eq!(found.page("order-search", query, 7), None, "{query}");
        }
        found.keep_page("order-search", "firstResult=1", 8, b"anew");
        assert_eq!(found.page("order-search", "firstResult=1", 8).as_deref(), Some(&b"anew"[..]));
    }
}
