//! The whole world: accounts in every time zone, with addresses in every country and every currency.

use crate::harness::{account, rows, small_account};
use brightpearl_core::Method;
use brightpearl_emulator::{Config, Emulator};
use jiff::Timestamp;
use serde_json::{Value, json};

fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

fn zoned(zone: &str, orders: u32) -> Config {
    let config = json!({"time_zone": zone, "orders": orders, "contacts": 8, "products": 8});
    Config::from_json(&config.to_string()).unwrap()
}

#[test]
fn accounts_are_in_any_zone_and_tell_the_same_instants() {
    let created = |config: Config| {
        let page = account(config).get("order-service/order-search?columns=createdOn");
        rows(&page).into_iter().map(|row| row[0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let instants = |texts: Vec<String>| -> Vec<Timestamp> {
        texts.iter().map(|text| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))).collect()
    };
    let expected = instants(created(zoned("Etc/UTC", 4)));
    assert_eq!(expected.len(), 4);
    for line in lines(include_str!("../src/protocol/zones.txt")) {
        let (zone, _) = line.split_once(' ').unwrap();
        assert_eq!(instants(created(zoned(zone, 4))), expected, "{zone}");
    }
}

#[test]
fn an_account_shows_the_offset_of_each_moment() {
    let mut account = account(zoned("Europe/London", 120));
    let setup = account.get("integration-service/account-configuration")["response"].clone();
    assert_eq!(setup["configuration"]["timeZone"], "Europe/London");
    let page = account.get("order-service/order-search?columns=createdOn,taxDate");
    let mut seen = [false; 2];
    for cell in rows(&page).into_iter().flatten() {
        let text = cell.as_str().unwrap().to_owned();
        let is_summer = text.ends_with("+01:00");
        assert!(is_summer || text.ends_with(".000Z"), "{text}");
        // Clocks go forward at the end of March and back at the end of October.
        let month: u32 = text[5..7].parse().unwrap();
        assert!(!(4..=9).contains(&month) || is_summer, "{text}");
        assert!(!matches!(month, 1 | 2 | 11 | 12) || !is_summer, "{text}");
        seen[usize::from(is_summer)] = true;
    }
    assert_eq!(seen, [true; 2]);

    let customer = account.some_contact("isCustomer=true");
    let path = format!("accounting-service/contact/{customer}/currency/USD/balance");
    let whole = account.get(&path);
    let dated = account.get(&format!("{path}?dateFrom=2001-01-01&dateTo=2030-03-31"));
    assert_eq!(whole, dated);
    for day in ["2026-03-29", "2026-07-01", "2026-10-25"] {
        let body = json!({"header": {"journalType": "JJ", "journalDate": day, "currencyId": 1},
            "lines": [{"nominalCode": "7500", "debit": "1.00"}, {"nominalCode": "4000", "credit": "1.00"}]});
        let id = account.post("accounting-service/journal-entry", &body);
        let journal = account.get(&format!("accounting-service/journal/{id}"));
        let date = journal["response"]["journals"][0]["taxDate"].as_str().unwrap().to_owned();
        assert!(date.starts_with(&format!("{day}T00:00:00.000")), "{date}");
    }
    assert_eq!(account.emulator.audit(), [""; 0]);
    let continued = Emulator::load(&account.emulator.save().unwrap()).unwrap();
    assert_eq!(continued.audit(), [""; 0]);
}

#[test]
fn an_unknown_zone_is_refused() {
    for zone in ["Mars/Olympus", "europe/london", "", "+01:00"] {
        let error = Config::from_json(&json!({"time_zone": zone}).to_string()).unwrap_err().to_string();
        assert!(error.contains("`time_zone`") && error.contains("such as Europe/London"), "{error}");
    }
}

#[test]
fn every_country_is_known_by_either_code_in_either_case() {
    let mut account = small_account();
    for line in lines(include_str!("../src/world/countries.txt")) {
        let [two, three, _, name] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        for code in [two, three, &two.to_lowercase(), &three.to_lowercase()] {
            let address = json!({"addressLine1": "1 Road", "postalCode": "1", "countryIsoCode": code});
            let id = account.post("contact-service/postal-address", &address);
            let read = account.get(&format!("contact-service/postal-address/{id}"))["response"][0].clone();
            assert_eq!(
                [&read["countryIsoCode2"], &read["countryIsoCode"]],
                [&json!(two), &json!(three)],
                "{name}"
            );
        }
    }
}

#[test]
fn every_currency_can_be_an_accounts_own() {
    for line in lines(include_str!("../src/world/currencies.txt")) {
        let [code, symbol, title] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let config = json!({"orders": 2, "contacts": 8, "products": 8, "currencies":
            [{"code": code, "exchange_rate": "1"}, {"code": "AAA", "exchange_rate": "0.5"}]});
        let mut account = account(Config::from_json(&config.to_string()).unwrap());
        let found =
            account.get(&format!("accounting-service/currency-search?columns=title,symbol&code={code}"));
        assert_eq!(rows(&found), [[json!(title), json!(symbol)]], "{code}");
        let body = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": account.some_contact("isCustomer=true")}}});
        let order = account.post("order-service/order", &body);
        assert_eq!(account.order(order)["currency"]["accountingCurrencyCode"], code);
        assert_eq!(account.emulator.audit(), [""; 0], "{code}");
    }
}

#[test]
fn the_product_of_free_text_rows_is_ignored_by_availability() {
    let mut account = small_account();
    let found = account.get("warehouse-service/product-availability/1000,1007");
    let named: Vec<&String> = found["response"].as_object().unwrap().keys().collect();
    assert_eq!(named, ["1007"]);
    let none = account.get("warehouse-service/product-availability/1000");
    assert_eq!(none, json!({"response": {}}));
    let unknown = account.send(Method::Get, "warehouse-service/product-availability/1007,999999", "");
    assert_eq!(unknown.status, 400);
    assert_ne!(crate::harness::json(&unknown)["errors"], Value::Null);
}
