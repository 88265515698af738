//! What can be asked without an account, outwards.

use brightpearl_core as core;
use core::auth::signature::{Freshness, verify_callback};
use core::mapping;

use crate::bindings::exports::brightpearl::connector::discovery::{self, Callback};
use crate::engine::Connector;
use crate::wit;

/// `resource mapping`.
pub(crate) struct Mapping(mapping::Mapping);

impl discovery::GuestMapping for Mapping {
    fn open(document: String) -> Result<discovery::Mapping, wit::Error> {
        Ok(discovery::Mapping::new(Mapping(mapping::Mapping::compiled(&document)?)))
    }

    fn run(&self, record: Vec<u8>, resolved: String) -> Result<String, wit::Error> {
        Ok(core::discovery::map_record(&self.0, &record, &resolved)?)
    }
}

impl discovery::Guest for Connector {
    type Mapping = Mapping;

    fn ask(question: String) -> Result<String, wit::Error> {
        Ok(core::ask(&question)?)
    }

    fn catalog() -> String {
        core::discovery::catalog()
    }

    fn describe(resource: String) -> Result<String, wit::Error> {
        Ok(core::discovery::describe(&resource)?)
    }

    fn tasks() -> String {
        core::discovery::tasks()
    }

    fn errors() -> String {
        core::discovery::errors()
    }

    fn validate(
        path: String,
        verb: String,
        body: Vec<u8>,
        unknown_members: String,
    ) -> Result<String, wit::Error> {
        Ok(core::discovery::validate(&path, &verb, &body, &unknown_members)?)
    }

    fn check_mapping(document: String) -> String {
        core::discovery::check_mapping(&document)
    }

    fn explain_mapping(document: String) -> Result<String, wit::Error> {
        Ok(core::discovery::explain_mapping(&document)?)
    }

    fn ready_mappings() -> String {
        core::discovery::ready_mappings()
    }

    fn mapping_schema() -> String {
        mapping::schema().to_owned()
    }

    fn verify_callback(
        parameters: Vec<(String, String)>,
        dev_secret: String,
        max_age: Option<u64>,
        now: u64,
    ) -> Result<Callback, wit::Error> {
        let freshness = max_age.map(|max_age_ms| Freshness { now, max_age_ms });
        // The token is among them.
        let parameters = core::Zeroizing::new(parameters);
        let callback = verify_callback(&parameters, &dev_secret.into(), freshness)?;
        Ok(Callback {
            account_code: callback.account_code,
            timestamp: callback.timestamp,
            token: callback.token.map(|token| token.expose().to_owned()),
        })
    }

    fn authorize_url(
        account: String,
        app_ref: String,
        redirect_uri: String,
        state: String,
    ) -> Result<String, wit::Error> {
        Ok(core::auth::oauth::authorize_url(&account, &app_ref, &redirect_uri, &state)?)
    }

    fn header_is_secret(name: String) -> bool {
        core::Headers::is_secret(&name)
    }
}
