//! Every number finds the name that all hosts have for it, and other numbers none.

use std::ffi::{CStr, c_char};

use brightpearl::*;
use brightpearl_core::flow::State;
use brightpearl_core::validate::{Fault, Severity};
use brightpearl_core::webhook::{RemovalReason, Unaccepted};
use brightpearl_core::{Delivery, Kind, OutputKind, WaitReason};

fn text(name: *const c_char) -> &'static str {
    // SAFETY: the functions answer static NUL-terminated texts.
    unsafe { CStr::from_ptr(name) }.to_str().expect("UTF-8")
}

#[test]
fn names_are_those_of_the_core() {
    for kind in Kind::ALL {
        assert_eq!(text(bp_status_name(bp_status::from(kind) as i32)), kind.as_str());
    }
    for delivery in Delivery::ALL {
        assert_eq!(text(bp_delivery_name(bp_delivery::from(delivery) as i32)), delivery.as_str());
    }
    for severity in Severity::ALL {
        assert_eq!(text(bp_severity_name(bp_severity::from(severity) as i32)), severity.as_str());
    }
    for fault in Fault::ALL {
        assert_eq!(text(bp_fault_name(bp_fault::from(fault) as i32)), fault.as_str());
    }
    for reason in WaitReason::ALL {
        assert_eq!(text(bp_wait_reason_name(bp_wait_reason::from(reason) as i32)), reason.as_str());
    }
    for state in State::ALL {
        assert_eq!(text(bp_record_state_name(bp_record_state::from(state) as i32)), state.as_str());
    }
    for refused in Unaccepted::ALL {
        assert_eq!(text(bp_unaccepted_name(bp_unaccepted::from(refused) as i32)), refused.as_str());
    }
    for reason in RemovalReason::ALL {
        assert_eq!(text(bp_removal_reason_name(bp_removal_reason::from(reason) as i32)), reason.as_str());
    }
    for output in OutputKind::ALL {
        assert_eq!(text(bp_step_kind_name(bp_step_kind::from(output) as i32)), output.as_str());
    }
}

#[test]
fn errors_of_the_record_are_those_of_the_core() {
    for kind in Kind::ALL {
        let is_of_record = bp_status_is_of_record(bp_status::from(kind) as i32);
        assert_eq!(is_of_record, kind.is_of_record(), "{kind}");
    }
    assert!([-1, 0, 13, 100, 101, 102, i32::MAX].into_iter().all(|other| !bp_status_is_of_record(other)));
}

#[test]
fn other_numbers_have_no_name() {
    assert_eq!(
        [0, 100, 101, 102].map(|own| text(bp_status_name(own))),
        ["ok", "null-pointer", "bad-utf8", "panic"]
    );
    for other in [-1, 13, 99, 103, i32::MAX] {
        assert_eq!(text(bp_status_name(other)), "unknown");
    }
    for named in [bp_delivery_name, bp_severity_name, bp_fault_name, bp_wait_reason_name] {
        assert_eq!([named(-1), named(13)].map(text), ["unknown"; 2]);
    }
    assert_eq!([-1, 99].map(|other| text(bp_step_kind_name(other))), ["unknown"; 2]);
}
