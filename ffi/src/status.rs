//! Stable numbers for what the core names.

use std::ffi::c_char;

use brightpearl_core::{Delivery, Kind, WaitReason};

/// What a function came to. 0 is success; the numbers never change their meaning.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_status {
    /// It worked.
    Ok = 0,
    /// The credentials were refused (HTTP 401).
    Authentication = 1,
    /// The credentials are good but may not do this (HTTP 403).
    Permission = 2,
    /// The input was refused before anything was sent.
    Validation = 3,
    /// Brightpearl refused the request, with codes and messages.
    Rejected = 4,
    /// There is no such resource or record (HTTP 404).
    NotFound = 5,
    /// The record changed meanwhile, or a unique key is taken (HTTP 409, 412).
    Conflict = 6,
    /// The request cap was reached and stayed reached through every retry.
    Throttled = 7,
    /// Brightpearl, or something before it, is out of order (HTTP 5xx).
    Unavailable = 8,
    /// The host's transport failed: no connection, a reset, a timeout.
    Transport = 9,
    /// The answer cannot be read: not JSON, cut off, too large, or not what was asked for.
    Protocol = 10,
    /// The host broke the rules of the call's contract.
    Misuse = 11,
    /// The call was cancelled.
    Cancelled = 12,
    /// A pointer is NULL that must not be; the error's location names the argument.
    NullPointer = 100,
    /// An input is not UTF-8; the error's location names the argument and the byte.
    BadUtf8 = 101,
    /// A defect in the library. The handle that was used may only be freed. Please report it.
    Panic = 102,
}

/// What became of the request that an error is about. Decides whether it may be sent again.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_delivery {
    /// Nothing reached Brightpearl: safe to send again.
    NotSent = 0,
    /// Brightpearl said no: nothing was changed.
    Rejected = 1,
    /// Sent, outcome unknown: look before sending again.
    MaybeApplied = 2,
    /// Brightpearl did it, though something failed afterwards.
    Applied = 3,
}

/// Why a call waits.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum bp_wait_reason {
    /// The account's request cap leaves no room.
    Throttled = 0,
    /// A failed request is sent again after a pause.
    Backoff = 1,
    /// A token is being renewed.
    TokenRefresh = 2,
}

/// The name of a status, such as `not-found`: the same in every host of the engine, and `ok`,
/// `null-pointer`, `bad-utf8`, `panic` for the ones that only C has. NUL-terminated, static, never NULL;
/// `unknown` for a number that is no status. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn bp_status_name(status: i32) -> *const c_char {
    let known = bp_status::ALL.into_iter().find(|known| *known as i32 == status);
    known.map_or(c"unknown", bp_status::name).as_ptr()
}

/// The name of a delivery state, such as `maybe-applied`. As `bp_status_name` otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn bp_delivery_name(delivery: i32) -> *const c_char {
    let known = bp_delivery::ALL.into_iter().find(|known| *known as i32 == delivery);
    known.map_or(c"unknown", bp_delivery::name).as_ptr()
}

/// The name of a reason to wait, such as `token-refresh`. As `bp_status_name` otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn bp_wait_reason_name(reason: i32) -> *const c_char {
    let known = bp_wait_reason::ALL.into_iter().find(|known| *known as i32 == reason);
    known.map_or(c"unknown", bp_wait_reason::name).as_ptr()
}

impl bp_status {
    const ALL: [Self; 16] = [
        Self::Ok,
        Self::Authentication,
        Self::Permission,
        Self::Validation,
        Self::Rejected,
        Self::NotFound,
        Self::Conflict,
        Self::Throttled,
        Self::Unavailable,
        Self::Transport,
        Self::Protocol,
        Self::Misuse,
        Self::Cancelled,
        Self::NullPointer,
        Self::BadUtf8,
        Self::Panic,
    ];

    /// The name, as other hosts spell it.
    pub(crate) fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Ok => c"ok",
            Self::Authentication => c"authentication",
            Self::Permission => c"permission",
            Self::Validation => c"validation",
            Self::Rejected => c"rejected",
            Self::NotFound => c"not-found",
            Self::Conflict => c"conflict",
            Self::Throttled => c"throttled",
            Self::Unavailable => c"unavailable",
            Self::Transport => c"transport",
            Self::Protocol => c"protocol",
            Self::Misuse => c"misuse",
            Self::Cancelled => c"cancelled",
            Self::NullPointer => c"null-pointer",
            Self::BadUtf8 => c"bad-utf8",
            Self::Panic => c"panic",
        }
    }
}

impl From<Kind> for bp_status {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Authentication => Self::Authentication,
            Kind::Permission => Self::Permission,
            Kind::Validation => Self::Validation,
            Kind::Rejected => Self::Rejected,
            Kind::NotFound => Self::NotFound,
            Kind::Conflict => Self::Conflict,
            Kind::Throttled => Self::Throttled,
            Kind::Unavailable => Self::Unavailable,
            Kind::Transport => Self::Transport,
            Kind::Protocol => Self::Protocol,
            Kind::Misuse => Self::Misuse,
            Kind::Cancelled => Self::Cancelled,
        }
    }
}

impl bp_delivery {
    const ALL: [Self; 4] = [Self::NotSent, Self::Rejected, Self::MaybeApplied, Self::Applied];

    fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::NotSent => c"not-sent",
            Self::Rejected => c"rejected",
            Self::MaybeApplied => c"maybe-applied",
            Self::Applied => c"applied",
        }
    }
}

impl From<Delivery> for bp_delivery {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::NotSent => Self::NotSent,
            Delivery::Rejected => Self::Rejected,
            Delivery::MaybeApplied => Self::MaybeApplied,
            Delivery::Applied => Self::Applied,
        }
    }
}

impl bp_wait_reason {
    const ALL: [Self; 3] = [Self::Throttled, Self::Backoff, Self::TokenRefresh];

    fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Throttled => c"throttled",
            Self::Backoff => c"backoff",
            Self::TokenRefresh => c"token-refresh",
        }
    }
}

impl From<WaitReason> for bp_wait_reason {
    fn from(reason: WaitReason) -> Self {
        match reason {
            WaitReason::Throttled => Self::Throttled,
            WaitReason::Backoff => Self::Backoff,
            WaitReason::TokenRefresh => Self::TokenRefresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_core() {
        for kind in Kind::ALL {
            assert_eq!(bp_status::from(kind).name().to_str(), Ok(kind.as_str()));
        }
        for delivery in Delivery::ALL {
            assert_eq!(bp_delivery::from(delivery).name().to_str(), Ok(delivery.as_str()));
        }
        for reason in WaitReason::ALL {
            assert_eq!(bp_wait_reason::from(reason).name().to_str(), Ok(reason.as_str()));
        }
    }

    #[test]
    fn every_number_finds_its_name_and_others_none() {
        // SAFETY: the functions answer static NUL-terminated texts.
        let text = |name: *const c_char| unsafe { std::ffi::CStr::from_ptr(name) };
        for status in bp_status::ALL {
            assert_eq!(text(bp_status_name(status as i32)), status.name());
        }
        for other in [-1, 13, 99, 103, i32::MAX] {
            assert_eq!(text(bp_status_name(other)), c"unknown");
        }
        assert_eq!(text(bp_delivery_name(9)), c"unknown");
        assert_eq!(text(bp_wait_reason_name(2)), c"token-refresh");
    }
}
