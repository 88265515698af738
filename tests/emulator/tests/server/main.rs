//! The tests of the server, which run its program. They are a program of their own, since cargo builds the server for whoever
//! names it: with all that the other Rust tests have compiled, as long as their packages are named, too.

mod account;
mod foreign_clients;
mod options;
mod process;
mod requests;
mod strangers;
