//! Operations that drive themselves.

use brightpearl_wasm_wasi::now;
use serde_json::Value;
use wasip2::clocks::monotonic_clock;
use wasip2::random::random;

use crate::bindings::brightpearl::connector::engine::{Call, Client};
use crate::bindings::brightpearl::connector::types::{Delivery, Error, ErrorKind, Tokens};
use crate::bindings::exports::brightpearl::connector::runner;
use crate::transport::{Request, transmit};

/// The component.
pub(crate) struct Driver;

/// `resource run`.
pub(crate) struct Run {
    client: Client,
    call: Call,
}

impl runner::Guest for Driver {
    type Run = Run;

    fn carry_out(config: String, operation: String) -> Result<String, Error> {
        let run = Run::begin(&config, &operation)?;
        let mut outputs = String::from("[");
        while let Some(output) = run.advance()? {
            if outputs.len() > 1 {
                outputs.push(',');
            }
            outputs.push_str(&output);
        }
        outputs.push(']');
        Ok(outputs)
    }
}

impl runner::GuestRun for Run {
    fn begin(config: String, operation: String) -> Result<runner::Run, Error> {
        Ok(runner::Run::new(Run::begin(&config, &operation)?))
    }

    fn resume(config: String, checkpoint: String, allow_writes: bool) -> Result<runner::Run, Error> {
        let client = open(&config)?;
        let call = client.resume(&checkpoint, allow_writes)?;
        Ok(runner::Run::new(Run { client, call }))
    }

    fn next(&self) -> Result<Option<String>, Error> {
        self.advance()
    }

    fn checkpoint(&self) -> Result<String, Error> {
        self.call.checkpoint()
    }

    fn tokens(&self) -> Tokens {
        self.client.tokens()
    }
}

impl Run {
    fn begin(config: &str, operation: &str) -> Result<Self, Error> {
        let client = open(config)?;
        let call = client.start_json(operation)?;
        Ok(Self { client, call })
    }

    /// Runs until there is an output, or nothing more.
    fn advance(&self) -> Result<Option<String>, Error> {
        loop {
            let text = self.call.poll_json(now())?;
            // Outputs may be large; the other steps are small, and begin with one of these words.
            if !["{\"send\"", "{\"wait\"", "{\"feed\"", "\"pending\"", "\"done\""]
                .iter()
                .any(|word| text.starts_with(word))
            {
                return Ok(Some(text));
            }
            let step: Value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
            if step == "done" {
                return Ok(None);
            } else if let Some(wait) = step.get("wait") {
                sleep_until(wait.get("until").and_then(Value::as_u64).unwrap_or_default());
            } else if let Some(sent) = step.get("send") {
                self.exchange(sent)?;
            } else {
                return Err(without_records());
            }
        }
    }

    fn exchange(&self, sent: &Value) -> Result<(), Error> {
        let exchange = sent.get("exchange").and_then(Value::as_u64).unwrap_or_default();
        match transmit(&Request::read(sent)) {
            Ok(answer) => match String::from_utf8(answer.body) {
                Ok(text) => self.call.answer_text(exchange, answer.status, &answer.headers, &text, now()),
                Err(bytes) => {
                    let response = crate::bindings::brightpearl::connector::types::Response {
                        status: answer.status,
                        headers: answer.headers,
                        body: bytes.into_bytes(),
                    };
                    self.call.answer(exchange, &response, now())
                }
            },
            Err(failure) => self.call.fail(exchange, &failure, now()),
        }
    }
}

/// A client whose back-off differs from that of other instances, unless the configuration says otherwise.
fn open(config: &str) -> Result<Client, Error> {
    if let Ok(Value::Object(mut members)) = serde_json::from_str(config)
        && !members.contains_key("seed")
    {
        members.insert("seed".to_owned(), random::get_random_u64().into());
        return Client::open_json(&Value::Object(members).to_string(), None);
    }
    Client::open_json(config, None)
}

fn sleep_until(moment: u64) {
    let milliseconds = moment.saturating_sub(now());
    monotonic_clock::subscribe_duration(milliseconds.saturating_mul(1_000_000)).block();
}

fn without_records() -> Error {
    misuse(
        "operation",
        "the push asks for records, which this component does not take as it goes; expected them in the operation, at `records`",
    )
}

fn unreadable(error: &serde_json::Error) -> Error {
    misuse("engine", &format!("the engine's step cannot be read: {error}; please report it"))
}

fn misuse(location: &str, message: &str) -> Error {
    Error {
        kind: ErrorKind::Misuse,
        message: message.to_owned(),
        location: Some(location.to_owned()),
        delivery: Delivery::NotSent,
        status: None,
        errors: Vec::new(),
        retry_after: None,
        request: None,
        advice: "Correct the host program: it broke the rules of the call's contract.".to_owned(),
        retryable: false,
        is_of_record: false,
        violations: Vec::new(),
        verifications: Vec::new(),
        progress: None,
    }
}
