//! What the calls of a client share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::Session;
use crate::config::Config;
use crate::error::Result;
use crate::guard::check_draft;
use crate::http::{Headers, Request};
use crate::job::Draft;
use crate::live::{Drift, LiveColumns};
use crate::multi_messages::MultiMessageService;
use crate::pool::Pool;
use crate::telemetry::{Event, Recorder, Statistics};

/// What the calls of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) session: Session,
    pub(crate) pool: Pool,
    pub(crate) multi_messages: Arc<MultiMessageService>,
    pub(crate) live: Arc<LiveColumns>,
    recorder: Mutex<Recorder>,
    exchanges: AtomicU64,
    calls: AtomicU64,
    messages: AtomicU64,
}

impl Shared {
    pub(crate) fn new(config: Config, session: Session, pool: Pool) -> Self {
        Self {
            config,
            session,
            pool,
            multi_messages: Arc::default(),
            live: Arc::default(),
            recorder: Mutex::default(),
            exchanges: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            messages: AtomicU64::new(0),
        }
    }

    pub(crate) fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes so many numbers for messages, and gives the first: no two messages of a client have one label, so that the
    /// answer to another packet cannot pass for the answer to this one.
    pub(crate) fn number_messages(&self, count: usize) -> u64 {
        self.messages.fetch_add(count as u64, Ordering::Relaxed)
    }

    pub(crate) fn url(&self, draft: &Draft) -> String {
        self.session.url(draft.prefix, &draft.path, &draft.query)
    }

    /// The request of a draft, and the generation of the token that it carries.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at `read_only` when it would write, and the client only reads.
    pub(crate) fn build(&self, draft: &Draft) -> Result<(Request, u64)> {
        check_draft(self.config.read_only, draft)?;
        Ok(draft.request(self.url(draft), |headers| self.session.sign(headers)))
    }

    /// Learns the columns of a search from the answer of its `/meta-data`, and says how they differ from the
    /// catalog's.
    ///
    /// # Errors
    /// [`Kind::Protocol`](crate::Kind::Protocol) when the body is not meta-data.
    pub(crate) fn learn_columns(&self, search: &str, body: &[u8]) -> Result<Drift> {
        let (drift, event) = self.live.learn_meta_data(search, body)?;
        self.record_all(event);
        Ok(drift)
    }

    pub(crate) fn record(&self, event: Event) {
        let event = if let Event::SchemaDrift { resource, added, removed, changed } = event {
            // The names are the answer's.
            let redactor = self.session.redactor();
            let blanked = |names: Vec<String>| names.iter().map(|name| redactor.blank(name)).collect();
            let (added, removed, changed) = (blanked(added), blanked(removed), blanked(changed));
            Event::SchemaDrift { resource, added, removed, changed }
        } else {
            event
        };
        self.recorder().record(event);
    }

    pub(crate) fn record_all(&self, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| self.record(event));
    }

    /// Takes note of what the header lines of an answer tell of what was asked.
    pub(crate) fn record_answered(&self, template: &Arc<str>, headers: &Headers) {
        self.recorder().answered(template, headers);
    }

    pub(crate) fn record_received(&self, bytes: usize) {
        self.recorder().received(bytes);
    }

    /// Takes the events since the last time, oldest first.
    pub(crate) fn drain_events(&self) -> Vec<Event> {
        self.recorder().drain()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.recorder().statistics()
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
