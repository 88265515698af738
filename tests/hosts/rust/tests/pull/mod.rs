//! Pulls: nothing that changes is lost, in few requests, whatever happens in between.

mod account;
mod changes;
mod deletes;
mod emulated;
mod failures;
mod world;
