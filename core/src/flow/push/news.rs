//! What the push's searches, reads and writes have brought.

use super::entry::Stage;
use super::settle::Ending;
use super::{Purpose, PushJob, is_fatal};
use crate::error::{Error, Kind};
use crate::flow::team::News;
use crate::output::{Output, Resources, State};

impl PushJob {
    /// Takes the news, and goes on.
    pub(super) fn heed(&mut self, news: Vec<News<Purpose>>) {
        for news in news {
            match news {
                News::Output(purpose, output) => self.take_output(&purpose, output),
                News::Done(purpose) => self.take_end(&purpose),
                News::Failed(purpose, error) => self.take_failure(&purpose, error),
            }
        }
        if self.fatal.is_none() {
            self.advance();
        }
    }

    fn take_output(&mut self, purpose: &Purpose, output: Output) {
        match (purpose, output) {
            (Purpose::Look(look) | Purpose::Again(_, look), Output::Page(page)) => {
                if !self.lookups.take(look, &page.page) {
                    self.team.dismiss(|purpose| matches!(purpose, Purpose::Look(other) if other == look));
                }
            }
            (Purpose::Read, Output::Resources(resources)) => self.take_resources(&resources),
            (Purpose::Write, Output::Results(results)) => self.take_results(results),
            // A search puts out pages, a fetch resources, and a batch results; nothing else.
            (
                _,
                Output::Page(_)
                | Output::Resources(_)
                | Output::Reply(_)
                | Output::Uris(_)
                | Output::Results(_)
                | Output::Task(_)
                | Output::Outcomes(_)
                | Output::Journal(_)
                | Output::Records(_),
            ) => {}
        }
    }

    fn take_end(&mut self, purpose: &Purpose) {
        match purpose {
            Purpose::Look(look) => self.lookups.finished(look),
            Purpose::Again(index, look) => {
                self.lookups.finished(look);
                if let Some(entry) = self.entries.get_mut(*index) {
                    entry.stage = Stage::Open;
                    entry.verified = true;
                }
            }
            Purpose::Read => {
                let error = Error::new(Kind::NotFound, "the search finds it, and it cannot be read");
                self.cannot_read(&error);
            }
            Purpose::Write => self.sending.clear(),
        }
    }

    fn take_failure(&mut self, purpose: &Purpose, error: Error) {
        if is_fatal(&error) {
            self.fatal.get_or_insert(error);
            return;
        }
        match purpose {
            Purpose::Look(look) => self.lookups.failed(look, &error),
            Purpose::Again(index, look) => {
                if let Some(entry) = self.entries.get_mut(*index) {
                    entry.stage = Stage::Open;
                }
                self.lookups.failed(look, &error);
            }
            Purpose::Read => self.cannot_read(&error),
            Purpose::Write => self.fatal = Some(error),
        }
    }

    /// Settles those that wait for being read.
    pub(super) fn cannot_read(&mut self, error: &Error) {
        for index in 0..self.entries.len() {
            if let Stage::Reading(id) = self.entries[index].stage {
                self.settle_unread(index, id, error.clone());
            }
        }
    }

    fn settle_unread(&mut self, index: usize, id: u64, error: Error) {
        if self.entries[index].may_be_written() {
            return self.leave_in_doubt(index);
        }
        let reason = format!("it is there already and could not be read: {error}");
        let ending = Ending { id: Some(id), error: Some(error), ..Ending::because(State::Rejected, reason) };
        self.settle(index, ending);
    }

    fn take_resources(&mut self, resources: &Resources) {
        for (place, item) in resources.items.iter().enumerate() {
            let Some(id) = item.id else { continue };
            let json = resources.json(place).map(String::from_utf8_lossy).unwrap_or_default();
            for entry in &mut self.entries {
                if matches!(entry.stage, Stage::Reading(reading) if reading == id) {
                    entry.stage = Stage::Read(id, json.clone().into_owned());
                }
            }
        }
        for refusal in &resources.refused {
            for index in 0..self.entries.len() {
                if matches!(self.entries[index].stage, Stage::Reading(reading) if reading == refusal.id) {
                    self.settle_unread(index, refusal.id, refusal.error.clone());
                }
            }
        }
    }
}
