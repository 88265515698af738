//! `OPTIONS`: the URIs that read an id set in legal chunks (API notes §1.4).

use serde::Deserialize;

use crate::account::checked_path;
use crate::envelope::unreadable;
use crate::error::Result;
use crate::http::Method;
use crate::job::Draft;
use crate::operation::Options;
use crate::output::Output;
use crate::telemetry::template;

use super::single::SingleJob;

/// Plans an `OPTIONS` that was checked before.
pub(crate) fn job(options: &Options) -> Result<SingleJob> {
    let resource = options.resource.trim_matches('/');
    let path = match &options.ids {
        Some(ids) => checked_path(&format!("{resource}/{ids}"))?,
        None => checked_path(resource)?,
    };
    let template = template(&path);
    let draft = Draft::read(1, Method::Options, path, &template, "");
    Ok(SingleJob::new(draft, |response| Ok(Output::Uris(read_uris(&response.body)?))))
}

/// The URIs of an `OPTIONS` answer.
pub(crate) fn read_uris(body: &[u8]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct UriAnswer {
        response: UriList,
    }
    #[derive(Deserialize)]
    struct UriList {
        #[serde(rename = "getUris")]
        get_uris: Vec<String>,
    }
    let answer: UriAnswer = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    Ok(answer.response.get_uris)
}
