//! The tests of the emulator as one program: linking dozens takes longer than running them. A file of tests is listed
//! here.

mod accounting;
mod authentication;
mod catalogued;
mod contacts;
mod faults;
#[cfg(feature = "server")]
mod foreign_clients;
mod gateway_properties;
mod goods_properties;
mod harness;
mod limits;
mod multi_message;
mod notes;
mod oauth;
mod orders;
mod other_clients;
mod products;
mod properties;
mod reading;
mod recordings;
mod refusals;
mod sales_orders;
mod searching;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "server")]
mod server_account;
mod shapes;
mod shipping;
mod state;
mod stock;
mod stock_balance;
mod webhooks;
mod write_properties;
mod writing;
