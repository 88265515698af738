//! Of what an answer leaves out, `OPTIONS` or a read of its own says whether it is there.

use super::cutting::common;
use super::{Chunk, ChunkState, FetchJob, planned_ids};
use crate::error::Result;
use crate::http::Method;
use crate::id_set::IdSet;
use crate::job::{Draft, Unusable};
use crate::jobs::emptiness::{Occasion, lacking};
use crate::jobs::options::read_uris;
use crate::output::Resources;

impl FetchJob {
    /// Asks `OPTIONS` about what was answered with nothing.
    pub(super) fn ask_about_doubts(&mut self) -> Option<Draft> {
        let index = self.chunks.iter().position(|chunk| matches!(chunk.state, ChunkState::Doubted(_)))?;
        let path = self.url_path(self.chunks[index].ids.as_ref());
        let chunk = &mut self.chunks[index];
        if let ChunkState::Doubted(resources) = std::mem::replace(&mut chunk.state, ChunkState::Requested) {
            chunk.state = ChunkState::Asked(resources);
        }
        Some(Draft::read(chunk.tag, Method::Options, path, &self.template, ""))
    }

    /// Takes what `OPTIONS` says of records of which none was answered.
    pub(super) fn take_existence(&mut self, index: usize, body: &[u8]) -> Result<(), Unusable> {
        let asked = self.chunks[index].ids.clone().unwrap_or_default();
        let mut known = IdSet::new();
        for uri in read_uris(body)? {
            known = known.union(&common(&planned_ids(&uri)?, &asked));
        }
        if known.is_empty() {
            self.believe(index);
            return Ok(());
        }
        Err(Unusable::Refused(lacking(&asked, &format!("and OPTIONS says that {known} are there"))))
    }

    /// None of a chunk's records is there.
    pub(super) fn believe(&mut self, index: usize) {
        let chunk = &mut self.chunks[index];
        if let ChunkState::Asked(resources) = std::mem::replace(&mut chunk.state, ChunkState::Planned) {
            self.answer_chunk(index, *resources);
        }
    }

    /// What an answer leaves out beside others is asked for by itself: that it is not there is for its own read to say. Each
    /// time it is less.
    pub(super) fn ask_for_rest(&mut self, index: usize, resources: Resources) -> Resources {
        let rest = &resources.missing;
        if resources.items.is_empty() || rest.is_empty() {
            return resources;
        }
        let tag = self.tag();
        let (ids, state) = (Some(rest.clone()), ChunkState::Planned);
        self.chunks.insert(index + 1, Chunk { tag, ids, asked: Occasion::Again, state });
        Resources { requested: resources.requested.difference(rest), missing: IdSet::new(), ..resources }
    }
}
