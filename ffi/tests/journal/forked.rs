//! A journal in a process that forks.

use std::fs;
use std::io::Read;
use std::os::fd::AsRawFd;

use brightpearl::*;

use super::{Folder, Journal, is_alone, refused};

/// Carries something out in a child that is forked from this process, and gives what it exits with.
fn forked(carry_out: impl FnOnce() -> i32) -> libc::pid_t {
    // SAFETY: the child calls the library only, and ends without unwinding into the test.
    match unsafe { libc::fork() } {
        -1 => panic!("fork failed"),
        // SAFETY: ends the child at once.
        0 => unsafe { libc::_exit(carry_out()) },
        child => child,
    }
}

fn exit_code(child: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: a child and a place of our own.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(libc::WIFEXITED(status), "{status}");
    libc::WEXITSTATUS(status)
}

#[test]
fn a_forked_child_lets_nobody_have_the_journal() {
    if !is_alone("forked::a_forked_child_lets_nobody_have_the_journal") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    let appends = || journal.append("{}\n").map_or_else(|told| told.0 as i32, |()| 0);
    assert_eq!(exit_code(forked(appends)), bp_status::Misuse as i32);
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(exit_code(forked(|| i32::from(journal.close().is_err()))), 0);
    refused(&path);
    // SAFETY: the child's own copy of the journal, which is freed once there.
    let frees = || unsafe {
        bp_journal_free(journal.0);
        0
    };
    assert_eq!(exit_code(forked(frees)), 0);
    refused(&path);
    journal.append("{}\n").unwrap();
    journal.close().unwrap();
    assert_eq!(Journal::open(&path).unwrap().text(), "{}\n");
}

#[test]
fn a_forked_child_keeps_no_journal_locked() {
    if !is_alone("forked::a_forked_child_keeps_no_journal_locked") {
        return;
    }
    let folder = Folder::new();
    for is_closed in [true, false] {
        let path = folder.path(if is_closed { "closed" } else { "freed" });
        let journal = Journal::open(&path).unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        let waits = || {
            // SAFETY: the child's own copy of the descriptor, which nothing uses there any more.
            unsafe { libc::close(writer.as_raw_fd()) };
            i32::from((&reader).read(&mut [0]).is_err())
        };
        let child = forked(waits);
        if is_closed {
            journal.close().unwrap();
        }
        drop(journal);
        drop(Journal::open(&path).unwrap());
        drop(writer);
        assert_eq!(exit_code(child), 0);
    }
}
