//! What can be asked without an account, outwards.

use brightpearl_core as core;
use core::auth::signature::{Freshness, verify_callback};
use core::validate::UnknownMembers;

use crate::bindings::exports::brightpearl::connector::discovery::{self, Callback, KindSummary, TaskSummary};
use crate::engine::Connector;
use crate::wit;

impl discovery::Guest for Connector {
    fn ask(question: String) -> Result<String, wit::Error> {
        #[cfg(feature = "flows")]
        return Ok(core::ask(&question)?);
        #[cfg(not(feature = "flows"))]
        return Ok(core::ask_about_the_api(&question)?);
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

    fn task(name: String) -> Result<TaskSummary, wit::Error> {
        let core::task::TaskDescription { name, summary, writes, .. } = core::task::task(&name)?;
        Ok(TaskSummary { name: name.to_owned(), summary: summary.to_owned(), writes })
    }

    fn errors() -> String {
        core::discovery::errors()
    }

    fn kind(kind: wit::ErrorKind) -> KindSummary {
        let kind = core::Kind::from(kind);
        KindSummary {
            advice: kind.advice().to_owned(),
            is_of_record: kind.is_of_record(),
            exit_code: kind.exit_code(),
        }
    }

    fn validate(
        path: String,
        verb: wit::Method,
        body: String,
        unknown_members: Option<wit::UnknownMembers>,
    ) -> Result<Vec<wit::Violation>, wit::Error> {
        let unknown = unknown_members.map(UnknownMembers::from).unwrap_or_default();
        let violations = core::discovery::violations(&path, verb.into(), body.as_bytes(), unknown)?;
        Ok(violations.iter().map(wit::Violation::from).collect())
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
