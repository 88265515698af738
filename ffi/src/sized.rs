//! Structures that may grow: their first field says how large the program's compiler found them.

use std::{mem, ptr};

use crate::boundary::Failure;

/// A `repr(C)` structure whose first field is `struct_size: usize`.
///
/// # Safety
/// The first field is the size, and all bits zero is a valid value of every field.
pub(crate) unsafe trait Growing: Copy {
    /// The size in the first release that had it; what was added later may be missing.
    const FIRST_SIZE: usize = mem::size_of::<Self>();
}

/// Reads a structure; fields that the program's header did not have yet are zero.
///
/// # Safety
/// `source` is NULL or points to a structure whose first field tells its true size.
pub(crate) unsafe fn read<T: Growing>(source: *const T, argument: &str) -> Result<T, Failure> {
    // SAFETY: passed on to the caller.
    let size = unsafe { size_at(source, argument) }?;
    // SAFETY: all zero is a valid value, by the trait's promise.
    let mut structure: T = unsafe { mem::zeroed() };
    // SAFETY: `size` bytes can be read by the caller's promise, and as many as fit are written.
    unsafe {
        let bytes = size.min(mem::size_of::<T>());
        ptr::copy_nonoverlapping(source.cast::<u8>(), (&raw mut structure).cast::<u8>(), bytes);
    }
    Ok(structure)
}

/// Writes a structure, as much of it as the program's header knows, and leaves its size alone.
///
/// # Safety
/// As [`read`], and the structure can be written.
pub(crate) unsafe fn write<T: Growing>(target: *mut T, value: &T, argument: &str) -> Result<(), Failure> {
    const HEAD: usize = mem::size_of::<usize>();
    // SAFETY: passed on to the caller.
    let size = unsafe { size_at(target, argument) }?;
    let bytes = size.min(mem::size_of::<T>()) - HEAD;
    // SAFETY: both sides have `HEAD + bytes` bytes: `size_at` checked that they are not fewer than `HEAD`.
    unsafe {
        let from = ptr::from_ref(value).cast::<u8>().add(HEAD);
        ptr::copy_nonoverlapping(from, target.cast::<u8>().add(HEAD), bytes);
    }
    Ok(())
}

/// # Safety
/// As [`read`].
unsafe fn size_at<T: Growing>(structure: *const T, argument: &str) -> Result<usize, Failure> {
    if structure.is_null() {
        return Err(Failure::null(argument));
    }
    // SAFETY: not NULL, and the first field is the size, by the trait's promise.
    let size = unsafe { structure.cast::<usize>().read_unaligned() };
    if size < T::FIRST_SIZE {
        return Err(Failure::misuse(
            &format!("{argument}.struct_size"),
            format!(
                "struct_size is {size}; expected sizeof of the structure, at least {}: initialise it with BP_INIT",
                T::FIRST_SIZE
            ),
        ));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Grown {
        struct_size: usize,
        first: u64,
        later: u64,
    }
    // SAFETY: as the trait asks; `later` came after the first release.
    unsafe impl Growing for Grown {
        const FIRST_SIZE: usize = 16;
    }

    #[test]
    fn an_older_program_neither_gives_nor_gets_what_it_does_not_know() {
        let mut old = Grown { struct_size: 16, first: 1, later: 99 };
        // SAFETY: `old` is larger than it says.
        unsafe {
            assert_eq!(read(&old, "old").unwrap(), Grown { struct_size: 16, first: 1, later: 0 });
            write(&mut old, &Grown { struct_size: 24, first: 5, later: 6 }, "old").unwrap();
        }
        assert_eq!(old, Grown { struct_size: 16, first: 5, later: 99 });
    }

    #[test]
    fn a_newer_program_is_read_and_a_forgotten_size_is_told() {
        let newer = [Grown { struct_size: 48, first: 1, later: 2 }; 2];
        // SAFETY: 48 bytes are there.
        assert_eq!(unsafe { read(newer.as_ptr(), "newer") }.unwrap().later, 2);
        let forgotten = Grown { struct_size: 0, first: 1, later: 2 };
        // SAFETY: refused before it is read.
        let failure = unsafe { read(&forgotten, "search") }.unwrap_err();
        assert_eq!(failure.error.location(), Some("search.struct_size"));
    }
}
