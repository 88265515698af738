//! Answers of writes that are about several records, each of which may succeed or fail (API notes §3.2).

use serde::Serialize;

use super::fields::Problem;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;

/// What became of each record.
#[derive(Default)]
pub(super) struct Outcomes(Vec<(u32, ResourceOutcome)>);

/// Nothing, or a status and what was wrong.
type ResourceOutcome = Result<(), (u16, Problem)>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomesShape {
    resource_errors: Members<u32, Vec<Problem>>,
    resource_statuses: Members<u32, u16>,
}

impl Outcomes {
    pub(super) fn done(&mut self, id: u32) {
        self.0.push((id, Ok(())));
    }

    pub(super) fn refused(&mut self, id: u32, status: u16, code: &'static str, message: String) {
        self.0.push((id, Err((status, Problem { code, message }))));
    }

    /// 200 when all went well, and 207 as soon as one did not, whatever became of the others.
    pub(super) fn answer(self) -> Answer {
        let went_well = self.0.iter().all(|(_, outcome)| outcome.is_ok());
        let status = |outcome: &ResourceOutcome| outcome.as_ref().err().map_or(200, |(status, _)| *status);
        let statuses = self.0.iter().map(|(id, outcome)| (*id, status(outcome))).collect();
        let errors = self
            .0
            .into_iter()
            .map(|(id, outcome)| (id, outcome.err().map(|(_, problem)| problem).into_iter().collect()));
        let shape = OutcomesShape {
            resource_errors: Members(errors.collect()),
            resource_statuses: Members(statuses),
        };
        let body = response(shape)?;
        if went_well { Ok(body) } else { Err(Refusal::in_part(body)) }
    }
}
