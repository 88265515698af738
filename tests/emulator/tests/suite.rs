//! The tests of the emulator as one program: linking dozens takes longer than running them. A file of tests is listed
//! here, or in `optimised.rs`.

mod accounting;
mod authentication;
mod catalogued;
mod contacts;
mod faults;
mod gateway_properties;
mod goods_properties;
mod harness;
mod multi_message;
mod notes;
mod oauth;
mod orders;
mod other_clients;
mod products;
mod reading;
mod recordings;
mod refusals;
mod sales_orders;
mod searching;
mod shapes;
mod shipping;
mod state;
mod stock;
mod stock_balance;
mod webhooks;
mod world;
mod writing;
