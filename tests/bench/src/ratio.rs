//! Ratios of medians, taken in one run with the contenders in turn, so that a slow moment of the machine
//! hits them all alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Something to measure.
pub struct Contender<'a> {
    name: &'a str,
    run: Box<dyn FnMut() + 'a>,
    times: Vec<Duration>,
}

impl<'a> Contender<'a> {
    /// Measures `run`; what it returns is kept from the optimiser, and dropped inside the measurement.
    pub fn new<T>(name: &'a str, mut run: impl FnMut() -> T + 'a) -> Self {
        Self { name, run: Box::new(move || drop(black_box(run()))), times: Vec::new() }
    }

    /// The median of what was measured; zero before anything was.
    pub fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

/// Runs every contender in turn, a short series at a time, `rounds` times. The first runs of a series are
/// not counted: in them a contender still pays for what the one before left in the allocator and the caches.
pub fn race(contenders: &mut [Contender<'_>], rounds: usize) {
    const UNCOUNTED: usize = 5;
    const COUNTED: usize = 10;
    for _ in 0..rounds {
        for contender in &mut *contenders {
            for run in 0..UNCOUNTED + COUNTED {
                let start = Instant::now();
                (contender.run)();
                let time = start.elapsed();
                if run >= UNCOUNTED {
                    contender.times.push(time);
                }
            }
        }
    }
}

/// What is asked of a contender beside an anchor.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// So many times faster than the anchor, at least.
    Faster(f64),
    /// So many times the anchor's time, at most.
    AtMost(f64),
}

/// One line of the table: a contender beside an anchor.
pub struct Comparison<'a> {
    name: &'a str,
    time: Duration,
    anchor: &'a str,
    anchor_time: Duration,
    target: Target,
}

impl<'a> Comparison<'a> {
    /// Compares two contenders that raced.
    pub fn new(contender: &'a Contender<'_>, anchor: &'a Contender<'_>, target: Target) -> Self {
        Self {
            name: contender.name,
            time: contender.median(),
            anchor: anchor.name,
            anchor_time: anchor.median(),
            target,
        }
    }

    /// The measured ratio, in the target's sense.
    pub fn ratio(&self) -> f64 {
        let ratio = self.time.as_secs_f64() / self.anchor_time.as_secs_f64();
        match self.target {
            Target::Faster(_) => 1.0 / ratio,
            Target::AtMost(_) => ratio,
        }
    }

    /// Whether the target is reached.
    pub fn is_reached(&self) -> bool {
        match self.target {
            Target::Faster(target) => self.ratio() >= target,
            Target::AtMost(target) => self.ratio() <= target,
        }
    }
}

/// Prints the comparisons as a table.
pub fn print(title: &str, comparisons: &[Comparison<'_>]) {
    println!("{title}");
    println!(
        "  {:<24} {:>10}  {:<32} {:>12}  {:>14}  reached",
        "what", "median", "beside", "ratio", "target"
    );
    for comparison in comparisons {
        let target = match comparison.target {
            Target::Faster(target) => format!(">= {target:.1}x faster"),
            Target::AtMost(target) => format!("<= {target:.1}x time"),
        };
        let sense = match comparison.target {
            Target::Faster(_) => "x faster",
            Target::AtMost(_) => "x time",
        };
        let beside = format!("{} ({})", comparison.anchor, microseconds(comparison.anchor_time));
        println!(
            "  {:<24} {:>10}  {beside:<32} {:>12}  {target:>14}  {}",
            comparison.name,
            microseconds(comparison.time),
            format!("{:.2}{sense}", comparison.ratio()),
            if comparison.is_reached() { "yes" } else { "no" },
        );
    }
}

fn microseconds(time: Duration) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Comparison, Target};

    #[test]
    fn a_target_is_reached_at_its_ratio_and_not_below() {
        let comparison = |time, target| Comparison {
            name: "",
            time: Duration::from_micros(time),
            anchor: "",
            anchor_time: Duration::from_micros(400),
            target,
        };
        assert!(comparison(100, Target::Faster(4.0)).is_reached());
        assert!(!comparison(101, Target::Faster(4.0)).is_reached());
        assert!(comparison(800, Target::AtMost(2.0)).is_reached());
        assert!(!comparison(801, Target::AtMost(2.0)).is_reached());
    }
}
