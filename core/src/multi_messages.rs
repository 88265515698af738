//! Whether the multi-message service works, as all calls of a client have seen it. While it fails, writes go
//! one by one; after a pause one packet tries it again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{Clock, EngineTime, HostTime};

/// The first pause, in milliseconds; it doubles with every packet that fails after it.
const FIRST_PAUSE_MS: u64 = 60_000;

/// The longest pause. Outages of most of a day have been seen (API notes §9).
const LONGEST_PAUSE_MS: u64 = 900_000;

/// The service's health, shared by the calls of a client.
#[derive(Debug, Default)]
pub(crate) struct MultiMessageService(Mutex<ServiceState>);

#[derive(Debug, Default)]
struct ServiceState {
    clock: Clock,
    outage: Option<Outage>,
}

#[derive(Debug)]
struct Outage {
    pause_ms: u64,
    until: EngineTime,
    /// Whether a packet is out that tries the service again.
    is_probed: bool,
}

/// Whether a packet may be sent.
#[derive(Debug)]
pub(crate) enum Admission {
    /// The service works.
    Packed,
    /// The service failed, and this packet tries it again.
    Probe(Probe),
    /// The service fails: writes go one by one.
    Singly,
}

/// The right of one packet to try the service. Dropped without a verdict, it goes to another packet.
#[derive(Debug)]
pub(crate) struct Probe(Arc<MultiMessageService>);

impl MultiMessageService {
    /// Asks on behalf of a packet that is ready.
    pub(crate) fn admit(self: &Arc<Self>, now: HostTime) -> Admission {
        let mut state = self.lock();
        let time = state.clock.advance(now);
        match &mut state.outage {
            None => Admission::Packed,
            Some(outage) if outage.is_probed || time < outage.until => Admission::Singly,
            Some(outage) => {
                outage.is_probed = true;
                Admission::Probe(Probe(Arc::clone(self)))
            }
        }
    }

    /// Whether it failed and was not seen to work since.
    pub(crate) fn is_failing(&self) -> bool {
        self.lock().outage.is_some()
    }

    /// Takes note that a packet failed. Answers the pause that begins with it, unless one is on already:
    /// packets that were out when the outage was noticed do not make it longer.
    pub(crate) fn failed(&self, now: HostTime) -> Option<u64> {
        let mut state = self.lock();
        let time = state.clock.advance(now);
        if state.outage.is_some() {
            return None;
        }
        let until = time.after(FIRST_PAUSE_MS);
        state.outage = Some(Outage { pause_ms: FIRST_PAUSE_MS, until, is_probed: false });
        Some(FIRST_PAUSE_MS)
    }

    fn lock(&self) -> MutexGuard<'_, ServiceState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Probe {
    /// The service works again.
    pub(crate) fn succeeded(self) {
        self.0.lock().outage = None;
    }

    /// The service still fails. Returns the next pause.
    pub(crate) fn failed(self, now: HostTime) -> u64 {
        let mut state = self.0.lock();
        let time = state.clock.advance(now);
        let before = state.outage.as_ref().map_or(0, |outage| outage.pause_ms);
        let pause_ms = before.saturating_mul(2).clamp(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        state.outage = Some(Outage { pause_ms, until: time.after(pause_ms), is_probed: false });
        pause_ms
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(outage) = &mut self.0.lock().outage {
            outage.is_probed = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(service: &Arc<MultiMessageService>, now: u64) -> Probe {
        match service.admit(HostTime::new(now)) {
            Admission::Probe(probe) => probe,
            other => panic!("expected a probe, found {other:?}"),
        }
    }

    #[test]
    fn pauses_longer_with_every_failure_and_packs_again_after_a_success() {
        let service = Arc::new(MultiMessageService::default());
        assert!(matches!(service.admit(HostTime::new(0)), Admission::Packed));
        assert_eq!(service.failed(HostTime::new(0)), Some(60_000));
        assert_eq!(service.failed(HostTime::new(10)), None, "one that was out already");
        let (mut now, mut pauses) = (60_000, Vec::new());
        for _ in 0..6 {
            assert!(matches!(service.admit(HostTime::new(now - 1)), Admission::Singly), "{now}");
            let pause = probe(&service, now).failed(HostTime::new(now));
            pauses.push(pause);
            now += pause;
        }
        assert_eq!(pauses, [120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
        probe(&service, now).succeeded();
        assert!(!service.is_failing());
        assert_eq!(service.failed(HostTime::new(now)), Some(60_000));
    }

    #[test]
    fn lets_one_packet_try_at_a_time_and_another_when_it_is_dropped() {
        let service = Arc::new(MultiMessageService::default());
        service.failed(HostTime::new(0));
        let first = probe(&service, 60_000);
        assert!(matches!(service.admit(HostTime::new(60_001)), Admission::Singly));
        drop(first);
        drop(probe(&service, 60_002));
    }
}
