//! What can be asked without an account, outwards.

use brightpearl_core as core;

use crate::bindings::exports::brightpearl::connector::discovery;
use crate::engine::Connector;
use crate::wit;

impl discovery::Guest for Connector {
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

    fn verify_callback(parameters: Vec<(String, String)>, dev_secret: String) -> Result<(), wit::Error> {
        Ok(core::auth::signature::verify_callback(&parameters, &dev_secret.into())?)
    }

    fn authorize_url(
        account: String,
        app_ref: String,
        redirect_uri: String,
        state: String,
    ) -> Result<String, wit::Error> {
        Ok(core::auth::oauth::authorize_url(&account, &app_ref, &redirect_uri, &state)?)
    }
}
