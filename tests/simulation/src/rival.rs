//! Another host that pushes the same records, with a journal of its own: what the first has looked for a while ago is
//! there when it goes on.

use brightpearl_core::operation::Push;
use serde_json::Value;

use crate::draw::Draw;
use crate::host::{Host, client};
use crate::network::Network;
use crate::trace::Trace;

/// What has changed meanwhile was seen to be absent so long ago, at least.
const PAUSE_MS: (u64, u64) = (6_000, 90_000);

/// A push that comes in between, once.
pub(crate) struct Rival {
    draw: Draw,
    seed: u64,
    in_flight: u64,
    mapping: &'static str,
    records: Vec<Vec<u8>>,
    is_over: bool,
}

impl Rival {
    pub(crate) fn new(seed: u64, in_flight: u64, mapping: &'static str, records: &[Value]) -> Self {
        let records = records.iter().map(|record| record.to_string().into_bytes()).collect();
        Self { draw: Draw::new(seed, 8), seed, in_flight, mapping, records, is_over: false }
    }

    /// Perhaps pushes, between two steps of the other.
    ///
    /// # Errors
    /// What must never happen.
    pub(crate) fn perhaps_push(&mut self, network: &mut Network, trace: &mut Trace) -> Result<(), String> {
        if self.is_over || !self.draw.happens(40) {
            return Ok(());
        }
        self.is_over = true;
        let aside = network.set_aside();
        trace.note(network.now, || "the other push".to_owned());
        let push = Push {
            journal: Some(String::new()),
            ..Push::writing(self.mapping).map_err(|error| error.to_string())?
        };
        let call = client(network, self.seed ^ 0x51de, self.in_flight).push(push);
        let call = call.map_err(|error| error.to_string())?;
        let mut host = Host {
            network,
            draw: &mut self.draw,
            trace,
            journal: &mut String::new(),
            crashes: 0,
            full_disk: 0,
            meanwhile: &mut |_, _| Ok(()),
        };
        host.drive(call, &self.records)?;
        let pause = self.draw.between(PAUSE_MS.0, PAUSE_MS.1);
        network.pass_until(network.now + pause);
        network.take_up(aside);
        trace.note(network.now, || "the other push is over".to_owned());
        Ok(())
    }
}
