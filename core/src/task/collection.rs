//! A task that is a fetch: its parts become one result.

use std::collections::VecDeque;

use super::Collection;
use crate::checkpoint::Position;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::id_set::IdSet;
use crate::job::{Draft, Job, Outlook, Unusable};
use crate::jobs::FetchJob;
use crate::json::{ObjectText, array, quoted};
use crate::output::{Output, Refusal, Resources, TaskResult};
use crate::telemetry::Event;

/// A fetch under way, and what it has brought so far.
pub(crate) struct CollectionJob {
    name: &'static str,
    fetch: FetchJob,
    collection: Collection,
    /// The resources, each as JSON, and as a member where they are keyed.
    resources: String,
    missing: IdSet,
    refused: Vec<Refusal>,
    outputs: VecDeque<Output>,
    is_put_out: bool,
    is_consumed: bool,
}

impl CollectionJob {
    /// Plans the fetch.
    pub(crate) fn new(name: &'static str, collection: Collection, ahead: usize) -> Result<Self> {
        collection.fetch.check()?;
        Ok(Self {
            name,
            fetch: FetchJob::new(&collection.fetch, ahead)?.that_doubts(),
            collection,
            resources: String::new(),
            missing: IdSet::new(),
            refused: Vec::new(),
            outputs: VecDeque::new(),
            is_put_out: false,
            is_consumed: false,
        })
    }

    /// Goes on where an earlier run ended: a read that was not consumed begins anew.
    pub(crate) fn resume(mut self, position: &Position) -> Self {
        let is_over = *position == Position::End;
        self.is_put_out = is_over;
        self.is_consumed = is_over;
        self
    }

    /// Takes what the fetch puts out, and makes the result when that was all.
    fn collect(&mut self) {
        while let Some(output) = self.fetch.outputs().pop_front() {
            self.fetch.acknowledge(None);
            if let Output::Resources(resources) = output {
                self.take(resources);
            }
        }
        if !self.fetch.is_finished() || self.is_put_out {
            return;
        }
        self.is_put_out = true;
        let json = self.result();
        self.outputs.push_back(Output::Task(TaskResult { name: self.name.to_owned(), json }));
    }

    fn take(&mut self, mut resources: Resources) {
        for (index, item) in resources.items.iter().enumerate() {
            let Some(Ok(json)) = resources.json(index).map(str::from_utf8) else { continue };
            let name = match (self.collection.keyed, item.id) {
                (false, _) => None,
                (true, Some(id)) => Some(id.to_string()),
                (true, None) => continue,
            };
            if !self.resources.is_empty() {
                self.resources.push(',');
            }
            if let Some(name) = name {
                self.resources.push_str(&quoted(&name));
                self.resources.push(':');
            }
            self.resources.push_str(json);
        }
        self.missing = self.missing.union(&resources.missing);
        self.refused.append(&mut resources.refused);
    }

    fn result(&self) -> String {
        let (open, close) = if self.collection.keyed { ("{", "}") } else { ("[", "]") };
        let result =
            ObjectText::new().raw(self.collection.member, &format!("{open}{}{close}", self.resources));
        if !self.collection.by_id {
            return result.finish();
        }
        let refused = self.refused.iter().map(|Refusal { id, error }| {
            let errors = error.errors().iter().map(|said| {
                ObjectText::new().text("code", &said.code).text("message", &said.message).finish()
            });
            ObjectText::new()
                .id("id", *id)
                .text("message", error.message())
                .raw("errors", &array(errors))
                .finish()
        });
        result.text("missing", &self.missing.to_string()).raw("refused", &array(refused)).finish()
    }
}

impl Job for CollectionJob {
    fn next(&mut self) -> Option<Draft> {
        if self.is_put_out { None } else { self.fetch.next() }
    }

    fn accept(&mut self, tag: u64, response: Response, events: &mut Vec<Event>) -> Result<(), Unusable> {
        self.fetch.accept(tag, response, events)?;
        self.collect();
        Ok(())
    }

    fn reject(&mut self, tag: u64, error: Error, events: &mut Vec<Event>) -> Result<()> {
        self.fetch.reject(tag, error, events)?;
        self.collect();
        Ok(())
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.is_put_out && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        self.is_consumed |= items.is_none();
    }

    fn outlook(&self) -> Outlook {
        if self.is_put_out { Outlook { exact: true, ..Outlook::default() } } else { self.fetch.outlook() }
    }

    fn position(&self) -> Result<Position> {
        Ok(if self.is_consumed { Position::End } else { Position::Start })
    }
}
