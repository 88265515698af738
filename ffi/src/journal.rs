//! The journal of a push in a file of its own, which the library keeps and locks.

use std::ffi::c_char;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::boundary::{Failure, create, guarded, peek, release};
use crate::error::bp_error;
use crate::journal_file::JournalFile;
use crate::ownership::{Handle, Sole};
use crate::private_file::path_of;
use crate::status::bp_status;
use crate::text::{OwnedText, bp_text};

/// The journal of one push, in a file that is locked while it is open: one push at a time has it, among all processes and
/// hosts on the machine. The next push opens the file anew, since `bp_journal_text` is what it held before this one. It
/// has one owner: only one thread may use it at a time, and it may move between threads. The end of the process, however
/// it ends, lets others have the file.
///
/// A child that was forked while the journal was open must not use it: there, `bp_journal_append` is
/// `BP_STATUS_MISUSE`, and `bp_journal_close` and `bp_journal_free` let nobody have the file. As long as such a child runs
/// only they, in the process that opened the journal, do: should that process end without them, the file stays locked.
#[derive(Debug)]
pub struct bp_journal {
    /// None once it was closed.
    file: Option<JournalFile>,
    text: OwnedText,
    /// Made when it is asked for first.
    json: OnceLock<OwnedText>,
    /// Whether the text was asked for, in either form: without it no push can know what earlier runs wrote.
    is_read: AtomicBool,
}

impl Handle for bp_journal {
    type Kept = Sole;
}

/// Opens the journal of a push: locks the file and reads what it holds, or makes a new one, which its owner alone may
/// read (mode 0600). `path` is the file's path: any bytes but NUL on Unix, UTF-8 on Windows. Nothing that the file holds
/// is changed, and the function never waits.
///
/// `BP_STATUS_VALIDATION` at `journal` when another push has the file, when it is not a regular file (a directory, a FIFO,
/// a device, a socket), and when it cannot be opened. On success `*journal` is owned: end with `bp_journal_close` or
/// `bp_journal_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_journal_open(
    path: *const c_char,
    path_len: usize,
    journal: *mut *mut bp_journal,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(journal, "journal", || {
                let path = path_of(scope.items(path.cast::<u8>(), path_len, "path")?, "journal")?;
                let (file, content) = JournalFile::open(path)?;
                let is_read = AtomicBool::new(content.is_empty());
                Ok(bp_journal {
                    file: Some(file),
                    text: OwnedText::new(&content),
                    json: OnceLock::new(),
                    is_read,
                })
            })
        })
    }
}

/// What the file held when it was opened: what earlier runs put out, to be given to one `bp_push` as its `journal`. Bytes
/// that are not UTF-8, which a crash may have left, are U+FFFD. It lives as long as the journal, also when that was closed. No
/// text when `journal` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_journal_text(journal: *const bp_journal) -> bp_text {
    // SAFETY: NULL or a valid journal.
    unsafe {
        peek(journal, bp_text::NONE, |journal| {
            journal.is_read.store(true, Ordering::Relaxed);
            Some(journal.text.lend())
        })
    }
}

/// The same as a JSON string with its quotes, as it stands behind `"journal":` in what `bp_call_start_json` takes. As
/// `bp_journal_text` otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_journal_json(journal: *const bp_journal) -> bp_text {
    // SAFETY: NULL or a valid journal.
    unsafe {
        peek(journal, bp_text::NONE, |journal| {
            journal.is_read.store(true, Ordering::Relaxed);
            let quoted = || serde_json::Value::from(journal.text.as_str()).to_string();
            Some(journal.json.get_or_init(|| OwnedText::new(&quoted())).lend())
        })
    }
}

/// Appends whole lines, and returns when they are on disk: the `journal` of a step, as it is. Poll the call only then, since
/// what the lines announce is sent next. Where the last line lacks its end, because a crash or a failure cut it off, that
/// is ended first.
///
/// `BP_STATUS_VALIDATION` at `journal` when the file cannot be written; when another push has begun in it since it was
/// opened, be that one over or not, since this one knows nothing of what it wrote; when a push begins that cannot know what
/// the file holds, since nobody has asked for `bp_journal_text` or `bp_journal_json`; or when a line is not whole: no JSON
/// object, cut by a line feed inside, or without one at its end. Of these three nothing was appended. Whatever it is, end
/// the push: `bp_call_cancel` it, poll it until it is over, and take its outcomes, but append nothing more; what is then
/// open is looked up by the next push with the journal. `BP_STATUS_MISUSE` when the journal was closed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_journal_append(
    journal: *mut bp_journal,
    lines: *const c_char,
    lines_len: usize,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let journal = scope.place(journal, "journal")?;
            let lines = scope.text(lines, lines_len, "lines")?;
            let is_read = journal.is_read.load(Ordering::Relaxed);
            journal.file.as_mut().ok_or_else(closed)?.append(lines, is_read)
        })
    }
}

/// Closes a journal, so that others may have the file; what was appended is on disk already. Do so when the push is over.
/// The handle stays, for `bp_journal_text` and `bp_journal_free`. `BP_STATUS_MISUSE` when the journal was closed before.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_journal_close(journal: *mut bp_journal, error: *mut *mut bp_error) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let journal = scope.place(journal, "journal")?;
            journal.file.take().ok_or_else(closed)?.close()
        })
    }
}

/// Frees a journal, and closes it unless that was done; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_journal_free(journal: *mut bp_journal) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(journal) }
}

fn closed() -> Failure {
    Failure::misuse("journal", "the journal was closed; expected one that is open: open it again".to_owned())
}
