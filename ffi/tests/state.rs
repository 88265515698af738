//! The state's file through the C functions: replaced as a whole, and one pull at a time.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::ptr::{null, null_mut};

use brightpearl::*;
use tempfile::TempDir;

use crate::hands::{self, told, words};

const STATE: &str = r#"{"version":1,"account":"acme"}"#;

/// A state that is freed at the end of its scope.
struct State(*mut bp_state);

impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: a state of our own.
        unsafe { bp_state_free(self.0) };
    }
}

fn open(path: &Path) -> Result<State, String> {
    let bytes = path.as_os_str().as_bytes();
    let (mut state, mut error) = (null_mut(), null_mut());
    // SAFETY: bytes and places of our own.
    let status = unsafe { bp_state_open(bytes.as_ptr().cast(), bytes.len(), &mut state, &mut error) };
    if status == bp_status::Ok { Ok(State(state)) } else { Err(message(error)) }
}

/// An error's message; all that is refused here is so at `state`.
fn message(error: *mut bp_error) -> String {
    // SAFETY: an error of our own.
    let message = words(unsafe { bp_error_message(error) });
    assert_eq!(told(error), (bp_status::Validation, "state".to_owned()), "{message}");
    message
}

fn replace(state: &State, text: &str) -> Result<(), String> {
    let mut error = null_mut();
    // SAFETY: a state, a text and a place of our own.
    let status = unsafe { bp_state_replace(state.0, text.as_ptr().cast(), text.len(), &mut error) };
    if status == bp_status::Ok { Ok(()) } else { Err(message(error)) }
}

fn text(state: &State) -> Option<String> {
    // SAFETY: a state of our own.
    let text = unsafe { bp_state_text(state.0) };
    (!text.data.is_null()).then(|| words(text))
}

#[test]
fn a_state_is_replaced_as_a_whole_and_read_by_the_next() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    let state = open(&path).unwrap();
    assert_eq!(text(&state), None, "nothing was put there yet");
    replace(&state, STATE).unwrap();
    assert_eq!(text(&state).as_deref(), Some(STATE), "where the next pull goes on");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{STATE}\n"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // Whoever reads meanwhile has the one or the other: the file itself is not written to.
    let mut before = File::open(&path).unwrap();
    replace(&state, r#"{"version":1,"account":"other"}"#).unwrap();
    assert_eq!(std::io::read_to_string(&mut before).unwrap(), format!("{STATE}\n"));
    drop(state);
    assert_eq!(text(&open(&path).unwrap()).unwrap(), r#"{"version":1,"account":"other"}"#);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(left, ["orders.state"], "neither a lock nor a partial file is left");
}

#[test]
fn one_pull_at_a_time_has_a_state() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    let first = open(&path).unwrap();
    assert!(folder.path().join(".orders.state.lock").exists(), "the lock that Python looks at");
    for path in [&path, &link] {
        assert!(open(path).err().unwrap().contains("another pull has the state"));
    }
    let mut error = null_mut();
    // SAFETY: a state and a place of our own.
    unsafe {
        assert_eq!(bp_state_close(first.0, &mut error), bp_status::Ok);
        assert_eq!(bp_state_close(first.0, &mut error), bp_status::Misuse);
        bp_error_free(error);
    }
    let second = open(&link).unwrap();
    replace(&second, STATE).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "what the link leads to is replaced");
    assert_eq!(fs::read_to_string(&path).unwrap().trim(), STATE);
}

#[test]
fn what_a_killed_process_left_beside_it_is_removed_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    let names = [
        ".orders.state.brightpearl-abcdefgh.partial",
        ".orders.state.brightpearl-taken_09.partial",
        ".orders.state.brightpearl-toolong99.partial",
        ".other.state.brightpearl-abcdefgh.partial",
    ];
    let made: Vec<File> = names.iter().map(|name| File::create(folder.path().join(name)).unwrap()).collect();
    made[1].lock().unwrap();
    drop(open(&path).unwrap());
    let left = names.map(|name| folder.path().join(name).exists());
    assert_eq!(left, [false, true, true, true], "one that somebody has locked is still being written");
}

#[test]
fn what_is_no_state_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    for wrong in [&b"[1]"[..], b"{\"cut", b"orders.json", b"{\"a\":\"\xff\"}"] {
        fs::write(&path, wrong).unwrap();
        assert!(open(&path).err().unwrap().contains("is not a state"), "{wrong:?}");
        assert_eq!(fs::read(&path).unwrap(), wrong);
    }
    fs::write(&path, " \n").unwrap();
    let state = open(&path).unwrap();
    assert_eq!(text(&state), None);
    for wrong in ["", "{", "[]", "null"] {
        assert!(replace(&state, wrong).unwrap_err().contains("is not a state"), "{wrong}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), " \n");
    assert!(open(folder.path()).err().unwrap().contains("is a directory"));
    assert!(open(&folder.path().join("nowhere/state")).err().unwrap().contains("no state can be kept"));
    assert!(open(Path::new("")).err().unwrap().contains("path is empty"));
}

#[test]
fn a_state_of_another_account_is_refused_by_the_pull() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    fs::write(&path, r#"{"version":1,"account":"other","operation":{},"position":{}}"#).unwrap();
    let state = open(&path).unwrap();
    let client = hands::client();
    let resource = hands::sized(|one: &mut bp_pull_resource, size| {
        one.struct_size = size;
        one.resource = bp_text { data: c"order".as_ptr(), len: 5 };
    });
    let resources = [&raw const resource];
    let pull = hands::sized(|pull: &mut bp_pull, size| {
        pull.struct_size = size;
        pull.resources = resources.as_ptr();
        pull.resource_count = 1;
        // SAFETY: a state of our own.
        pull.state = unsafe { bp_state_text(state.0) };
    });
    let (mut call, mut error) = (null_mut(), null_mut());
    // SAFETY: a client, a structure and places of our own.
    unsafe {
        assert_eq!(bp_call_start_pull(client, &pull, &mut call, &mut error), bp_status::Validation);
        assert!(call.is_null());
        assert_eq!(told(error), (bp_status::Validation, "state".to_owned()));
        bp_client_free(client);
        assert_eq!(bp_state_text(null()).data, null());
    }
}

/// Does something as a user who may not do everything, and who owns a folder: another one where this one is root.
#[cfg(target_os = "linux")]
fn as_plain_user<T>(folder: &Path, done: impl FnOnce() -> T) -> T {
    const NOBODY: u32 = 65534;
    // SAFETY: both have no preconditions; of this thread alone.
    let own = unsafe { libc::geteuid() };
    if own != 0 {
        return done();
    }
    std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    // SAFETY: as above.
    unsafe { libc::setfsuid(NOBODY) };
    let result = done();
    // SAFETY: as above.
    unsafe { libc::setfsuid(own) };
    result
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_that_was_replaced_is_not_said_to_be_what_it_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    let said = as_plain_user(folder.path(), || {
        let state = open(&path).unwrap();
        // It may be written to, but not opened.
        mode(0o300);
        let said = replace(&state, STATE).unwrap_err();
        mode(0o500);
        let before = replace(&state, r#"{"version":2}"#).unwrap_err();
        mode(0o700);
        (said, before)
    });
    assert!(
        said.0.contains("was replaced, but its directory cannot be synced: Permission denied"),
        "{}",
        said.0
    );
    assert!(said.0.contains("after a power cut"), "{}", said.0);
    assert!(said.1.contains("it has what it had"), "{}", said.1);
    assert_eq!(fs::read_to_string(&path).unwrap().trim(), STATE);
}

#[cfg(target_os = "linux")]
#[test]
fn a_lock_that_cannot_be_opened_is_named() {
    let folder = TempDir::new().unwrap();
    let lock = folder.path().join(".orders.state.lock");
    fs::write(&lock, "").unwrap();
    fs::set_permissions(&lock, fs::Permissions::from_mode(0o000)).unwrap();
    let said = as_plain_user(folder.path(), || open(&folder.path().join("orders.state")).err().unwrap());
    let expected = format!("its lock '{}' cannot be opened: Permission denied", lock.display());
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn whoever_replaces_a_state_leaves_it_to_its_owner() {
    use std::os::unix::fs::{MetadataExt, chown};

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.state");
    fs::write(&path, STATE).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    // Only root gives files away; others find it as it is.
    _ = chown(&path, Some(12345), Some(23456));
    let before = fs::metadata(&path).unwrap();
    replace(&open(&path).unwrap(), STATE).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_ne!(after.ino(), before.ino(), "it was replaced");
    assert_eq!((after.uid(), after.gid(), after.mode()), (before.uid(), before.gid(), before.mode()));
}
