//! Sequences of calls to the C functions, in any order that the header allows, with NULLs and wrong sizes among them.
//! Every input is freed as soon as the function returns, so a pointer that is kept is found; a handle
//! that is not freed is found as a leak.

use crate::acts;

mod host;

pub fn fuzz(data: &[u8]) {
    let mut host = host::Host::new();
    for act in acts::decode(data) {
        host.act(&act);
    }
    host.free_everything();
}
