//! Calls the functions that need no client.

use std::hint::black_box;
use std::ptr::null_mut;

use brightpearl::*;
use crate::acts::{Function, Size};

use super::{Fields, Host, Input, sized};

impl Host {
    pub(super) fn function(&self, function: &Function, size: &Size) {
        match function {
            Function::Describe { resource } => {
                let it = Input::of(resource);
                // SAFETY: a text and places of our own.
                self.taken(|buffer, error| unsafe { bp_describe(it.data(), it.len(), buffer, error) });
            }
            Function::Validate { path, verb, body, unknown_members } => {
                let (path, verb, body) = (Input::of(path), Input::of(verb), Input::of(body));
                let unknown = Input::of(unknown_members);
                let mut it = sized(size, |it: &mut bp_validation, size| it.struct_size = size);
                (it.verb, it.path, it.body) = (verb.text(), path.text(), body.bytes());
                it.unknown_members = unknown.text();
                // SAFETY: structures and places of our own.
                self.taken(|buffer, error| unsafe { bp_validate(&*it, buffer, error) });
            }
            Function::Map { document, record, resolved } => {
                let document = Input::of(document);
                self.map(document, &Input::of(record), &Input::of(resolved));
            }
            Function::Verify { parameters, secret, max_age, now } => {
                let (parameters, secret) = (Fields::of(parameters), Input::of(secret));
                let (lines, count) = parameters.lent();
                let (data, len) = (secret.data(), secret.len());
                // SAFETY: an array, a text and places of our own.
                self.taken(|buffer, error| unsafe {
                    bp_verify_callback(lines, count, data, len, *max_age, *now, buffer, error)
                });
            }
            Function::Authorize { account, app_ref, redirect_uri, state } => {
                let texts = [account, app_ref, redirect_uri, state].map(Input::of);
                let mut it = sized(size, |it: &mut bp_authorization, size| it.struct_size = size);
                [it.account, it.app_ref, it.redirect_uri, it.state] = texts.each_ref().map(Input::text);
                // SAFETY: structures and places of our own.
                self.taken(|buffer, error| unsafe { bp_authorize_url(&*it, buffer, error) });
            }
            Function::Header { name } => {
                let name = Input::of(name);
                // SAFETY: a text of our own.
                black_box(unsafe { bp_header_is_secret(name.data(), name.len()) });
                // SAFETY: as above.
                black_box(unsafe { bp_host_is_loopback(name.data(), name.len()) });
            }
        }
    }

    /// The document goes before the mapping is used.
    fn map(&self, document: Input, record: &Input, resolved: &Input) {
        let (mut mapping, mut error) = (null_mut(), null_mut());
        let (data, len) = (document.data(), document.len());
        // SAFETY: texts and places of our own.
        unsafe {
            self.taken(|buffer, error| bp_mapping_check(data, len, buffer, error));
            self.taken(|buffer, error| bp_mapping_explain(data, len, buffer, error));
            let status = bp_mapping_new(data, len, &mut mapping, &mut error);
            drop(document);
            self.judge(status, error);
            let (record, resolved) = (record.text(), resolved.text());
            self.taken(|buffer, error| {
                bp_mapping_run(mapping, record.data, record.len, resolved.data, resolved.len, buffer, error)
            });
            bp_mapping_free(mapping);
        }
    }
}
