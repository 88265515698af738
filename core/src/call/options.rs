//! `OPTIONS`: the URIs that read an id set in legal chunks (API notes §1.4).

use std::collections::VecDeque;

use serde::Deserialize;

use crate::account::checked_path;
use crate::envelope::unreadable;
use crate::error::{Error, Result};
use crate::http::{Method, Response};
use crate::telemetry::{Event, template};

use super::job::{Draft, Job, Outlook, Position, Unusable};
use super::operation::Options;
use super::output::Output;

/// An `OPTIONS` under way.
pub(crate) struct OptionsJob {
    draft: Option<Draft>,
    outputs: VecDeque<Output>,
    answered: bool,
    consumed: bool,
}

impl OptionsJob {
    /// Plans an `OPTIONS` that was checked before.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let resource = options.resource.trim_matches('/');
        let path = match &options.ids {
            Some(ids) => checked_path(&format!("{resource}/{ids}"))?,
            None => checked_path(resource)?,
        };
        let template = template(&path);
        let draft = Some(Draft::read(1, Method::Options, path, &template, ""));
        Ok(Self { draft, outputs: VecDeque::new(), answered: false, consumed: false })
    }

    /// Goes on where an earlier run ended.
    pub(crate) fn resume(&mut self, position: &Position) {
        if *position == Position::End {
            self.draft = None;
            self.answered = true;
        }
    }
}

impl Job for OptionsJob {
    fn next(&mut self) -> Option<Draft> {
        self.draft.take()
    }

    fn accept(&mut self, _tag: u64, response: Response, _events: &mut Vec<Event>) -> Result<(), Unusable> {
        self.outputs.push_back(Output::Uris(read_uris(&response.body)?));
        self.answered = true;
        Ok(())
    }

    fn reject(&mut self, _tag: u64, error: Error, _events: &mut Vec<Event>) -> Result<()> {
        Err(error)
    }

    fn outputs(&mut self) -> &mut VecDeque<Output> {
        &mut self.outputs
    }

    fn is_finished(&self) -> bool {
        self.answered && self.outputs.is_empty()
    }

    fn acknowledge(&mut self, items: Option<usize>) {
        self.consumed |= items.is_none();
    }

    fn outlook(&self) -> Outlook {
        Outlook { requests: u64::from(self.draft.is_some()), exact: true, items: None }
    }

    fn position(&self) -> Result<Position> {
        Ok(if self.consumed { Position::End } else { Position::Start })
    }
}

/// The URIs of an `OPTIONS` answer.
pub(crate) fn read_uris(body: &[u8]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Answer {
        response: Plan,
    }
    #[derive(Deserialize)]
    struct Plan {
        #[serde(rename = "getUris")]
        get_uris: Vec<String>,
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    Ok(answer.response.get_uris)
}
