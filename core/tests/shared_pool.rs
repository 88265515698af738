//! One budget for several clients: what one of them sends, the others may not.

use brightpearl_core::operation::SingleRequest;
use brightpearl_core::pool::Pacing;
use brightpearl_core::{Client, Config, Method, Pool, PoolConfig, Step};

const NOW: u64 = 1_782_864_000_000;

fn config() -> Config {
    let credentials = r#"{"type":"private-app","app_ref":"acme_sync","account_token":"token"}"#;
    let text = format!(r#"{{"account":"acme","datacentre":"use1","credentials":{credentials}}}"#);
    Config::from_json(&text).unwrap()
}

#[test]
fn a_forecast_of_more_requests_than_time_has_room_for_is_as_long_as_can_be_said() {
    for pacing in [Pacing::Burst, Pacing::Spread] {
        let pool = Pool::new(PoolConfig { quota: 1, pacing, ..Default::default() }).unwrap();
        assert_eq!(pool.forecast(u64::MAX, NOW), u64::MAX, "{pacing:?}");
    }
}

#[test]
fn clients_that_share_a_pool_share_its_budget() {
    let pool = Pool::new(PoolConfig { quota: 2, ..Default::default() }).unwrap();
    let [one, other] = [(); 2].map(|()| Client::with_pool(config(), pool.clone()).unwrap());
    let mut calls = [&one, &other, &one]
        .map(|client| client.request(SingleRequest::new(Method::Get, "order-service/order-type")).unwrap());
    let steps: Vec<_> = calls.iter_mut().map(|call| call.poll(NOW).unwrap()).collect();
    assert!(matches!(steps[..], [Step::Send(_), Step::Send(_), Step::Wait { .. }]), "{steps:?}");
    assert_eq!([one.budget(NOW).available, other.budget(NOW).available, pool.budget(NOW).available], [0; 3]);
}
