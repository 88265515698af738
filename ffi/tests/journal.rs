//! The journal's file through the C functions: on disk as a whole, and one push at a time.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr::{null, null_mut};
use std::{env, thread};

use crate::hands::words;
use brightpearl::*;
use tempfile::TempDir;

mod forked;
#[cfg(target_os = "linux")]
mod watched;

/// A directory of a test's own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a new directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// An error's status, place, message and advice; it is freed.
#[derive(Debug)]
struct Told(bp_status, String, String, String);

fn told(error: *mut bp_error) -> Told {
    // SAFETY: an error of our own, or NULL.
    unsafe {
        let told = Told(
            bp_error_kind(error),
            words(bp_error_location(error)),
            words(bp_error_message(error)),
            words(bp_error_advice(error)),
        );
        bp_error_free(error);
        told
    }
}

/// A journal that is freed at the end of its scope.
struct Journal(*mut bp_journal);

// SAFETY: a journal may move between threads.
unsafe impl Send for Journal {}

impl Journal {
    fn open(path: &Path) -> Result<Self, Told> {
        let bytes = path.as_os_str().as_bytes();
        let (mut journal, mut error) = (null_mut(), null_mut());
        // SAFETY: bytes and places of our own.
        let status = unsafe { bp_journal_open(bytes.as_ptr().cast(), bytes.len(), &mut journal, &mut error) };
        assert_eq!((status == bp_status::Ok, journal.is_null()), (error.is_null(), !error.is_null()));
        if error.is_null() { Ok(Self(journal)) } else { Err(told(error)) }
    }

    fn text(&self) -> String {
        // SAFETY: an open journal of our own.
        words(unsafe { bp_journal_text(self.0) })
    }

    fn append(&self, lines: &str) -> Result<(), Told> {
        let mut error = null_mut();
        // SAFETY: an open journal, a text and a place of our own.
        unsafe { bp_journal_append(self.0, lines.as_ptr().cast(), lines.len(), &mut error) };
        if error.is_null() { Ok(()) } else { Err(told(error)) }
    }

    fn close(&self) -> Result<(), Told> {
        let mut error = null_mut();
        // SAFETY: an open journal and a place of our own.
        unsafe { bp_journal_close(self.0, &mut error) };
        if error.is_null() { Ok(()) } else { Err(told(error)) }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // SAFETY: our own, and freed once.
        unsafe { bp_journal_free(self.0) };
    }
}

#[track_caller]
fn refused(path: &Path) -> Told {
    match Journal::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(told) => {
            assert_eq!((told.0, told.1.as_str()), (bp_status::Validation, "journal"), "{told:?}");
            told
        }
    }
}

/// Whether this is a process of the test's own; otherwise carries it out in one, since what it changes is of a process.
fn is_alone(test: &str) -> bool {
    const NAME: &str = "BRIGHTPEARL_TEST_ALONE";
    if env::var_os(NAME).is_some() {
        return true;
    }
    let program = env::current_exe().expect("this program");
    let output = Command::new(program)
        .args(["--exact", &format!("journal::{test}")])
        .env(NAME, "1")
        .output()
        .expect("a process");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

#[test]
fn a_journal_that_lost_its_name_takes_no_more_lines() {
    for is_replaced in [false, true] {
        let folder = Folder::new();
        let path = folder.path("journal");
        let journal = Journal::open(&path).unwrap();
        journal.append("{\"a\":1}\n").unwrap();
        fs::rename(&path, folder.path("before")).unwrap();
        if is_replaced {
            fs::write(&path, "{\"a\":1}\n").unwrap();
        }
        let Told(status, place, message, advice) = journal.append("{\"b\":2}\n").unwrap_err();
        assert_eq!((status, place.as_str()), (bp_status::Validation, "journal"));
        assert!(message.contains("was removed or replaced while the push had it"), "{message}");
        assert!(advice.contains("push the same records once more"), "{advice}");
    }
}

#[test]
fn a_missing_file_is_an_empty_journal_and_it_only_grows() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.text(), "");
    journal.append("{\"a\":1}\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n");
    journal.append("{\"b\":\"\\n\"}\n{\"c\":3}\n").unwrap();
    journal.append("").unwrap();
    journal.close().unwrap();
    assert_eq!(journal.text(), "", "what it held when it was opened");
    let again = Journal::open(&path).unwrap();
    assert_eq!(again.text(), "{\"a\":1}\n{\"b\":\"\\n\"}\n{\"c\":3}\n");
    again.append("{\"d\":4}\n").unwrap();
    drop(again);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 4);
}

#[test]
fn one_push_at_a_time_has_it() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    journal.append("{}\n").unwrap();
    let Told(_, _, message, advice) = refused(&path);
    assert!(message.starts_with("another push is writing to the journal '"), "{message}");
    assert!(message.ends_with("; expected to run one after the other"), "{message}");
    assert!(
        message.contains(path.to_str().unwrap()) && advice.starts_with("Wait for the other push"),
        "{advice}"
    );
    assert!(File::open(&path).unwrap().try_lock().is_err(), "others find the lock, too");
    journal.append("{}\n").unwrap();
    journal.close().unwrap();
    Journal::open(&path).unwrap();

    let file = File::open(&path).unwrap();
    file.try_lock().unwrap();
    refused(&path);
    drop(file);
    assert_eq!(Journal::open(&path).unwrap().text(), "{}\n{}\n", "a refusal changes nothing");
}

/// What one push has written is not known to another that was given what the file held when it was opened.
#[test]
fn one_push_has_it_for_as_long_as_it_is_open() {
    const BEGIN: &str = "{\"push\":{\"version\":1,\"account\":\"acme\",\"mapping\":\"orders\"}}\n";
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    journal.append(BEGIN).unwrap();
    journal.append("{\"write\":{\"what\":\"a\"}}\n").unwrap();
    let before = fs::read(&path).unwrap();
    for second in [BEGIN.to_owned(), format!("\n{BEGIN}"), format!("{{}}\n{BEGIN}{{}}\n")] {
        let Told(status, location, message, advice) = journal.append(&second).unwrap_err();
        assert_eq!((status, location.as_str()), (bp_status::Validation, "journal"));
        assert!(message.starts_with("another push has, or had, the journal '"), "{message}");
        assert!(advice.ends_with("open the journal again for each."), "{advice}");
    }
    assert_eq!(fs::read(&path).unwrap(), before, "a refusal changes nothing");
    journal.append("{\"confirmed\":{}}\n").unwrap();
    journal.close().unwrap();
    let next = Journal::open(&path).unwrap();
    next.text();
    next.append(BEGIN).unwrap();
}

/// Whoever starts a push with another text, or none, would write once more what is there.
#[test]
fn a_push_that_cannot_know_what_a_journal_holds_is_refused() {
    const BEGIN: &str = "{\"push\":{\"version\":1,\"account\":\"acme\",\"mapping\":\"orders\"}}\n";
    let folder = Folder::new();
    let path = folder.path("journal");
    fs::write(&path, "{\"write\":{\"what\":\"a\"}}\n").unwrap();
    let journal = Journal::open(&path).unwrap();
    let Told(status, location, message, advice) = journal.append(BEGIN).unwrap_err();
    assert_eq!((status, location.as_str()), (bp_status::Validation, "journal"));
    assert!(message.contains("does not know what the journal '"), "{message}");
    assert!(advice.starts_with("Start the push with what the journal held"), "{advice}");
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1, "nothing was appended");
    // SAFETY: an open journal of our own.
    unsafe { bp_journal_json(journal.0) };
    journal.append(BEGIN).unwrap();
}

#[test]
fn of_many_at_once_one_gets_it() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let won: Vec<Journal> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Journal::open(&path).ok())).collect();
        threads.into_iter().filter_map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(won.len(), 1);
}

#[test]
fn a_process_that_is_killed_leaves_no_lock() {
    const PATH: &str = "BRIGHTPEARL_TEST_JOURNAL";
    if let Some(path) = env::var_os(PATH) {
        let journal = Journal::open(Path::new(&path)).unwrap();
        journal.append("{\"of\":\"the other\"}\n").unwrap();
        println!("has it");
        let _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let folder = Folder::new();
    let path = folder.path("journal");
    let mut other = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "journal::a_process_that_is_killed_leaves_no_lock", "--nocapture"])
        .env(PATH, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let said = BufReader::new(other.stdout.take().expect("its output")).lines();
    assert!(said.map_while(Result::ok).any(|line| line.ends_with("has it")));
    assert!(refused(&path).2.starts_with("another push"));
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(Journal::open(&path).unwrap().text(), "{\"of\":\"the other\"}\n");
}

#[test]
fn a_torn_line_is_closed_before_more_is_said_and_opening_changes_nothing() {
    let folder = Folder::new();
    let torn = b"{\"a\":1}\n{\"\xc3";
    for (name, lines) in [("plain", "{\"c\":3}\n"), ("as a push begins", "\n{\"c\":3}\n")] {
        let path = folder.path(name);
        fs::write(&path, torn).unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.text(), "{\"a\":1}\n{\"\u{fffd}");
        // SAFETY: an open journal of our own.
        let json = words(unsafe { bp_journal_json(journal.0) });
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), journal.text());
        assert_eq!(fs::read(&path).unwrap(), torn);
        journal.append(lines).unwrap();
        journal.append("{\"d\":4}\n").unwrap();
        let found = fs::read(&path).unwrap();
        assert_eq!(found, [torn.as_slice(), b"\n{\"c\":3}\n{\"d\":4}\n"].concat());
    }
}

#[test]
fn what_a_full_disk_cut_off_is_closed_by_the_next_append() {
    if !is_alone("what_a_full_disk_cut_off_is_closed_by_the_next_append") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    journal.append("{\"a\":1}\n").unwrap();
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a place of our own; a signal and a limit of a process that is this test's alone.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit);
        libc::setrlimit(libc::RLIMIT_FSIZE, &libc::rlimit { rlim_cur: 13, ..limit });
    }
    let Told(status, location, message, advice) = journal.append("{\"b\":22222}\n").unwrap_err();
    assert_eq!((status, location.as_str()), (bp_status::Validation, "journal"));
    assert!(message.contains("cannot be written: File too large; no write is sent"), "{message}");
    assert!(advice.starts_with("Make room on the disk"), "{advice}");
    journal.append("{\"c\":3}\n").unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), b"{\"a\":1}\n{\"b\":");
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &limit) };
    journal.append("{\"d\":4}\n").unwrap();
    journal.append("{\"e\":5}\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"{\"a\":1}\n{\"b\":\n{\"d\":4}\n{\"e\":5}\n");
}

#[test]
fn what_is_not_a_regular_file_is_refused_at_once_and_not_written() {
    let folder = Folder::new();
    let fifo = folder.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    let socket = folder.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let link = folder.path("link");
    symlink("/dev/full", &link).unwrap();
    for (path, kind) in [
        (folder.0.path(), "a directory"),
        (&fifo, "a FIFO"),
        (&socket, "a socket"),
        (Path::new("/dev/null"), "a device"),
        (&link, "a device"),
    ] {
        let Told(_, _, message, advice) = refused(path);
        assert!(message.ends_with(&format!("is {kind}; expected a regular file, or none yet")), "{message}");
        assert_eq!(advice, "Name a file on a disk that stays.");
    }
}

#[test]
fn what_cannot_be_opened_is_told_with_its_place() {
    let folder = Folder::new();
    fs::write(folder.path("file"), "").unwrap();
    for path in ["none/journal", "file/journal", "a\0b"].map(|name| folder.path(name)) {
        let Told(_, _, message, advice) = refused(&path);
        assert!(message.contains("cannot be opened: ") && !message.contains("os error"), "{message}");
        assert!(advice.starts_with("Correct the path"), "{advice}");
    }
    assert!(refused(Path::new("")).2.contains("path is empty"));
}

#[test]
fn a_path_and_a_content_may_be_any_bytes() {
    let folder = Folder::new();
    let path = folder.0.path().join(OsStr::from_bytes(b"j\xff'\n\xe9"));
    let journal = Journal::open(&path).unwrap();
    assert!(path.exists() && refused(&path).2.contains("j\u{fffd}\\'\\n\u{fffd}'"));
    drop(journal);
    fs::write(&path, b"\xff\xfe\0\n").unwrap();
    let journal = Journal::open(&path).unwrap();
    // SAFETY: an open journal of our own.
    let text = unsafe { bp_journal_text(journal.0) };
    assert_eq!(text.len, "\u{fffd}\u{fffd}\0\n".len());
}

#[test]
fn a_new_file_is_private_and_an_old_one_keeps_its_mode() {
    if !is_alone("a_new_file_is_private_and_an_old_one_keeps_its_mode") {
        return;
    }
    let folder = Folder::new();
    let mode = |name: &str| fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o7777;
    for (name, mask) in [("open", 0), ("shut", 0o777)] {
        // SAFETY: the mask of a process that is this test's alone.
        unsafe { libc::umask(mask) };
        Journal::open(&folder.path(name)).unwrap();
        assert_eq!(mode(name), 0o600);
    }
    fs::set_permissions(folder.path("open"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("open", folder.path("link")).unwrap();
    Journal::open(&folder.path("link")).unwrap().append("{}\n").unwrap();
    assert_eq!(mode("open"), 0o640);
    symlink("made", folder.path("dangling")).unwrap();
    Journal::open(&folder.path("dangling")).unwrap();
    assert_eq!(mode("made"), 0o600, "a link that leads to nothing yet leads to the new journal");
}

#[test]
fn lines_that_are_not_whole_are_refused_and_not_appended() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    for (line, lines) in
        [(1, "{\"a\":1}"), (2, "{\"a\":1}\n{\"b\":\n2}\n"), (2, "{}\nno line\n"), (1, "[1]\n"), (2, "{}\n{}")]
    {
        let Told(status, location, message, _) = journal.append(lines).unwrap_err();
        assert_eq!((status, location.as_str()), (bp_status::Validation, "journal"));
        assert!(message.starts_with(&format!("line {line} of what the journal")), "{message}");
    }
    journal.append("{}\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n", "what is refused tears nothing");
}

#[test]
fn hands_that_do_not_read_the_manual_are_told() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let journal = Journal::open(&path).unwrap();
    journal.close().unwrap();
    for told in [journal.append("{}\n").unwrap_err(), journal.close().unwrap_err()] {
        assert_eq!((told.0, told.1.as_str()), (bp_status::Misuse, "journal"));
        assert!(told.2.contains("closed"), "{}", told.2);
    }
    let null_at = |Told(status, location, ..): Told| {
        assert_eq!(status, bp_status::NullPointer);
        location
    };
    // SAFETY: places of our own, and NULL, which the functions promise to bear.
    unsafe {
        bp_journal_free(null_mut());
        assert!(bp_journal_text(null()).data.is_null() && bp_journal_json(null()).data.is_null());
        let mut error = null_mut();
        bp_journal_open(null(), 3, &mut null_mut(), &mut error);
        assert_eq!(null_at(told(error)), "path");
        bp_journal_open(c"x".as_ptr(), 1, null_mut(), &mut error);
        assert_eq!(null_at(told(error)), "journal");
        bp_journal_append(null_mut(), null(), 0, &mut error);
        assert_eq!(null_at(told(error)), "journal");
        bp_journal_append(journal.0, null(), 7, &mut error);
        assert_eq!(null_at(told(error)), "lines");
        bp_journal_close(null_mut(), &mut error);
        assert_eq!(null_at(told(error)), "journal");
        let open = Journal::open(&path).unwrap();
        bp_journal_append(open.0, c"\xff".as_ptr(), 1, &mut error);
        assert_eq!(told(error).0, bp_status::BadUtf8);
        let mut journal = std::ptr::dangling_mut::<bp_journal>();
        let name = path.as_os_str().as_bytes();
        assert_eq!(
            bp_journal_open(name.as_ptr().cast(), name.len(), &mut journal, null_mut()),
            bp_status::Validation
        );
        assert!(journal.is_null(), "a place for a handle is NULL after a failure");
    }
}
