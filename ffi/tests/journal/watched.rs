//! A journal's name in its directory.

use std::ffi::CString;
use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Folder, Journal};

/// How often a directory was opened since it is watched: its names are synced through it.
struct Watch(File);

impl Watch {
    fn of(directory: &Path) -> Self {
        let path = CString::new(directory.as_os_str().as_bytes()).unwrap();
        // SAFETY: a descriptor that is ours alone, and a path of our own.
        unsafe {
            let descriptor = libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC);
            assert!(descriptor >= 0, "nothing can be watched");
            let watch = Self(File::from_raw_fd(descriptor));
            assert!(
                libc::inotify_add_watch(descriptor, path.as_ptr(), libc::IN_OPEN | libc::IN_ONLYDIR) >= 0
            );
            watch
        }
    }

    fn opened(&mut self) -> usize {
        const HEAD: usize = size_of::<libc::inotify_event>();
        let mut bytes = [0; 4096];
        let length = self.0.read(&mut bytes).unwrap_or(0);
        let (mut at, mut opened) = (0, 0);
        while at < length {
            let number =
                |place: usize| u32::from_ne_bytes(bytes[at + place..at + place + 4].try_into().unwrap());
            opened += usize::from(number(4) & libc::IN_ISDIR != 0);
            at += HEAD + number(12) as usize;
        }
        opened
    }
}

#[test]
fn the_name_of_an_empty_journal_is_put_on_disk_by_whoever_has_it() {
    let folder = Folder::new();
    let path = folder.path("journal");
    let mut watch = Watch::of(folder.0.path());
    drop(Journal::open(&path).unwrap());
    assert_eq!(watch.opened(), 1, "the run that makes it");
    let journal = Journal::open(&path).unwrap();
    assert_eq!(watch.opened(), 1, "the next one, since the first may have been killed before");
    journal.append("{}\n").unwrap();
    drop(journal);
    drop(Journal::open(&path).unwrap());
    assert_eq!(watch.opened(), 0, "what was announced was announced under that name");
}
