//! What goes wrong in a seed.

use brightpearl_core::Method;
use brightpearl_emulator::{BadIds, Config, Fault, FaultPlan, Noise, Rated, ThrottleWindow};

use crate::draw::Draw;

/// A seed's account, with its misfortunes.
pub(crate) fn account(seed: u64) -> Config {
    let mut draw = Draw::new(seed, 1);
    let noise = draw.happens(150).then(|| Noise { requests_per_period: draw.between(1, 20) as u32 });
    Config {
        seed,
        orders: draw.between(0, 30) as u32,
        contacts: draw.between(6, 14) as u32,
        products: draw.between(8, 14) as u32,
        quota: draw.between(25, 200) as u32,
        window: *draw.pick(&[ThrottleWindow::Aligned, ThrottleWindow::FirstRequest, ThrottleWindow::Rolling]),
        noise,
        faults: faults(&mut draw),
        session_lifetime_s: draw.happens(150).then(|| draw.between(20, 120)),
        ..Config::default()
    }
}

/// A plan in which each kind of fault has its own likelihood, and most have none.
fn faults(draw: &mut Draw) -> FaultPlan {
    let applied = draw.happens(500);
    let kinds = [
        Fault::LostResponse,
        Fault::ResetBeforeSend,
        Fault::Cap,
        Fault::Outage { applied },
        Fault::OutagePage { applied: !applied },
        Fault::ServerError { applied },
        Fault::TooManyRequests { retry_after_s: draw.between(1, 20) as u32 },
        Fault::Slow { delay_ms: draw.between(100, 60_000) },
        Fault::TruncatedBody,
        Fault::HtmlPage,
        Fault::ResultsAvailableLies { value: draw.between(0, 900) },
        Fault::MorePagesLies,
        Fault::DuplicateRows { rows: draw.between(1, 5) as u32 },
        Fault::MultiMessageOutage { applied },
        Fault::FailedMessage { message: draw.between(1, 10) as u32, status: 503, applied },
    ];
    let mut rates = Vec::new();
    for fault in kinds {
        if !draw.happens(250) {
            continue;
        }
        let rate = draw.between(5, 300) as f64 / 1_000.0;
        let methods = if draw.happens(400) { vec![Method::Post] } else { Vec::new() };
        let from = draw.happens(300).then(|| draw.between(1, 40));
        let until = draw.happens(500).then(|| from.unwrap_or(1) + draw.between(1, 60));
        rates.push(Rated { rate, methods, path: None, from, until, fault });
    }
    FaultPlan { rates, ..FaultPlan::default() }
}

/// Now and then some records that spoil every set of ids that they stand in.
pub(crate) fn spoilt(draw: &mut Draw) -> Vec<BadIds> {
    let of = |draw: &mut Draw, resource: &str, first: u64| BadIds {
        resource: resource.to_owned(),
        ids: (0..draw.between(1, 3)).map(|_| (first + draw.below(8)) as u32).collect(),
    };
    let all =
        [("order-service/order", 1), ("contact-service/contact", 200), ("product-service/product", 1_007)];
    let mut spoilt = Vec::new();
    for (resource, first) in all {
        if draw.happens(120) {
            spoilt.push(of(draw, resource, first));
        }
    }
    spoilt
}

/// Whether anything but our own requests draws on the account's cap.
pub(crate) fn has_neighbours(account: &Config) -> bool {
    let caps = |rated: &Rated| matches!(rated.fault, Fault::Cap | Fault::TooManyRequests { .. });
    account.noise.is_some() || account.faults.rates.iter().any(caps)
}
