//! What lies between Brightpearl and the receiver: the way there, and those who write in Brightpearl's name.

use brightpearl_core::{Method, Request};
use brightpearl_emulator::{Delivery, Receipt};

use super::office::{Answer, LARGEST_BODY, OTHER_ACCOUNT, OTHER_SECRET, Office, Sender};
use crate::draw::Draw;
use crate::network::Network;
use crate::trace::Trace;

/// The longest that a notification lies about on its way.
const LATEST_MS: u64 = 1_200_000;

/// What becomes of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    /// It never arrives, and Brightpearl knows.
    Lost,
    /// It arrives, and Brightpearl does not hear of it.
    AnswerLost,
    /// It arrives after others that were sent later.
    Late,
    Twice,
    /// Somebody takes it in the receiver's place.
    Swallowed,
    /// A part of it is missing or wrong.
    Mangled,
}

const MISFORTUNES: [Fate; 6] =
    [Fate::Lost, Fate::AnswerLost, Fate::Late, Fate::Twice, Fate::Swallowed, Fate::Mangled];

/// The way from Brightpearl to the receiver.
pub(crate) struct Post {
    draw: Draw,
    /// What happens, each with its likelihood in a thousand.
    misfortunes: Vec<(Fate, u64)>,
    /// Likelihood in a thousand that somebody forges a notification when one is delivered.
    forged: u64,
    held: Vec<(u64, Delivery)>,
}

impl Post {
    pub(crate) fn new(mut draw: Draw) -> Self {
        let mut misfortunes = Vec::new();
        for fate in MISFORTUNES {
            if draw.happens(400) {
                misfortunes.push((fate, draw.between(20, 250)));
            }
        }
        let forged = *draw.pick(&[0, 100, 300]);
        Self { draw, misfortunes, forged, held: Vec::new() }
    }

    /// From here on everything arrives.
    pub(crate) fn clear_up(&mut self) {
        self.misfortunes.clear();
        self.forged = 0;
    }

    /// When the next of those that lie about is to arrive.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.held.iter().map(|(due, _)| *due).min()
    }

    /// Delivers what is due.
    ///
    /// # Errors
    /// A notification that was taken or refused against the promises.
    pub(crate) fn deliver(
        &mut self,
        network: &mut Network,
        office: &mut Office,
        trace: &mut Trace,
    ) -> Result<(), String> {
        let now = network.now;
        let mut due: Vec<Delivery> = Vec::new();
        for (at, delivery) in std::mem::take(&mut self.held) {
            if at <= now {
                due.push(delivery);
            } else {
                self.held.push((at, delivery));
            }
        }
        for delivery in due {
            self.hand_over(Fate::Arrives, &delivery, network, office, trace)?;
        }
        for delivery in network.emulator.deliveries(now) {
            let fate = self.fate();
            if fate == Fate::Late {
                let until = now + self.draw.between(1, LATEST_MS);
                trace.note(now, || format!("post: delivery {} is held until {until}", delivery.id));
                self.held.push((until, delivery));
                continue;
            }
            self.hand_over(fate, &delivery, network, office, trace)?;
            if self.draw.happens(self.forged) {
                self.forge(&delivery.request, now, office, trace)?;
            }
        }
        Ok(())
    }

    fn fate(&mut self) -> Fate {
        for (fate, per_mille) in &self.misfortunes {
            if self.draw.happens(*per_mille) {
                return *fate;
            }
        }
        Fate::Arrives
    }

    fn hand_over(
        &mut self,
        fate: Fate,
        delivery: &Delivery,
        network: &mut Network,
        office: &mut Office,
        trace: &mut Trace,
    ) -> Result<(), String> {
        let now = network.now;
        let request = &delivery.request;
        trace.note(now, || {
            let body = String::from_utf8_lossy(&request.body);
            format!("post: delivery {}, attempt {}, {fate:?}: {body}", delivery.id, delivery.attempt)
        });
        let answer = match fate {
            Fate::Lost => Answer::Nothing,
            Fate::Swallowed => Answer::Stored(200),
            Fate::Arrives | Fate::Late => office.take(request, Sender::Brightpearl, now, trace)?,
            Fate::AnswerLost => {
                office.take(request, Sender::Brightpearl, now, trace)?;
                Answer::Nothing
            }
            Fate::Twice => {
                office.take(request, Sender::Brightpearl, now, trace)?;
                office.take(request, Sender::Brightpearl, now, trace)?
            }
            Fate::Mangled => office.take(&self.mangled(request), Sender::Nobody, now, trace)?,
        };
        settle(answer, delivery, network)
    }

    /// The same without its end, or with a byte that no text has.
    fn mangled(&mut self, request: &Request) -> Request {
        let mut mangled = request.clone();
        let at = self.draw.below(mangled.body.len() as u64) as usize;
        if self.draw.happens(500) {
            mangled.body.truncate(at);
        } else {
            mangled.body[at] = 0xFF;
        }
        mangled
    }

    /// Sends something that is like a notification, and is none of this account.
    fn forge(
        &mut self,
        like: &Request,
        now: u64,
        office: &mut Office,
        trace: &mut Trace,
    ) -> Result<(), String> {
        let Some(secret) = office.secret_in(&like.url).map(str::to_owned) else { return Ok(()) };
        let replaced =
            |from: &str, to: &str| String::from_utf8_lossy(&like.body).replace(from, to).into_bytes();
        let of_account =
            |code: &str| replaced(r#""accountCode":"demo""#, &format!(r#""accountCode":"{code}""#));
        let mut forged = like.clone();
        let mut sender = Sender::Nobody;
        match self.draw.below(9) {
            0 => forged.body = of_account("stranger"),
            1 => forged.body = of_account(OTHER_ACCOUNT),
            // Another account's secret, and this account's name.
            2 => forged.url = like.url.replace(&secret, OTHER_SECRET),
            3 => forged.url = like.url.replace(&secret, "guessed-by-somebody-0000"),
            4 => forged.method = Method::Get,
            5 => forged.url = like.url.replace("brightpearl", "elsewhere"),
            6 => forged.body = like.body.repeat(LARGEST_BODY / like.body.len() + 1),
            7 => forged.body = replaced(r#""id":""#, r#""id":"0,"#),
            // Genuine, and of another account: it is taken, and is none of this account's.
            _ => {
                forged.url = like.url.replace(&secret, OTHER_SECRET);
                forged.body = of_account(OTHER_ACCOUNT);
                sender = Sender::OtherAccount;
            }
        }
        office.take(&forged, sender, now, trace).map(drop)
    }
}

/// Tells Brightpearl what came of a delivery, and sees that it does what its receiver expects (API notes §7.4).
fn settle(answer: Answer, delivery: &Delivery, network: &mut Network) -> Result<(), String> {
    let before = network.emulator.statistics().clone();
    let (receipt, status) = match answer {
        Answer::Stored(status) | Answer::NotStored(status) | Answer::Refused(status) => {
            (Receipt::Answered(status), status)
        }
        Answer::Nothing => (Receipt::Failed, 0),
    };
    // Nobody is at it any more where its webhook is gone.
    if !network.emulator.delivered(delivery.id, receipt, network.now) {
        return Ok(());
    }
    let after = network.emulator.statistics();
    let is_sent_again = after.redelivered > before.redelivered;
    let is_given_up = after.undelivered > before.undelivered;
    let attempts = network.emulator.config().webhooks.retry_after_ms.len() as u32;
    match answer {
        Answer::Stored(_) if is_sent_again || is_given_up => Err(format!(
            "a stored notification was answered {status}, and Brightpearl takes that for a failure"
        )),
        Answer::Refused(_) if !is_given_up => {
            Err(format!("a refused notification was answered {status}, and is sent again"))
        }
        Answer::NotStored(_) if !is_sent_again && delivery.attempt <= attempts => {
            Err(format!("a notification that was not stored was answered {status}, and is not sent again"))
        }
        Answer::Stored(_) | Answer::Refused(_) | Answer::NotStored(_) | Answer::Nothing => Ok(()),
    }
}
