//! Records that came without all of their rows: each is asked for once more by itself, and then told.

use super::{Chunk, ChunkState, FetchJob};
use crate::catalog::rows_within;
use crate::error::{Delivery, Error, Kind, Result};
use crate::id_set::IdSet;
use crate::jobs::emptiness::Occasion;
use crate::jobs::rows_read::RowsRead;
use crate::json::Record;
use crate::operation::Fetch;
use crate::output::{Refusal, Resources};

impl FetchJob {
    /// The same, which hands out no record without all of its rows, as far as its own totals tell.
    pub(crate) fn that_wants_all_rows(self, fetch: &Fetch) -> Self {
        let rows = rows_within(&self.resource).filter(|_| fetch.leaves_nothing_out());
        Self { rows, ..self }
    }

    /// Takes what came without all of its rows out of an answer. Reading it once more at once tells a slip from what is lasting.
    pub(super) fn take_out_cut_short(&mut self, index: usize, resources: Resources) -> Result<Resources> {
        let Some(rows) = self.rows else { return Ok(resources) };
        let mut cut_short: Vec<(u64, String)> = Vec::new();
        let Resources { body, mut items, mut requested, missing, mut refused } = resources;
        items.retain(|item| {
            let json = str::from_utf8(&body[item.span.clone()]).unwrap_or_default();
            let Some(id) = item.id else { return true };
            let RowsRead::Wrong(why) = RowsRead::of(rows, &Record::parse(json)) else { return true };
            cut_short.push((id, why));
            false
        });
        let chunk = &self.chunks[index];
        if chunk.asked == Occasion::Reread || chunk.ids.is_none() {
            let refusal = |(id, why): (u64, String)| {
                let message = format!(
                    "record {id} was read only in part: {why}. Nothing was changed; ask for it again in a while"
                );
                let error = Error::new(Kind::Protocol, message).at("response");
                Refusal { id, error: error.with_delivery(Delivery::Applied) }
            };
            refused.extend(cut_short.into_iter().map(refusal));
        } else if !cut_short.is_empty() {
            let again = IdSet::from_ids(cut_short.into_iter().map(|(id, _)| id))?;
            requested = requested.difference(&again);
            let (tag, state) = (self.tag(), ChunkState::Planned);
            let chunk = Chunk { tag, ids: Some(again), asked: Occasion::Reread, state };
            self.chunks.insert(index + 1, chunk);
        }
        Ok(Resources { body, items, requested, missing, refused })
    }
}
