//! The journal of a push, read part by part.

use std::sync::{Mutex, PoisonError};

use brightpearl_core::Error;
use brightpearl_core::flow;
use pyo3::prelude::*;

use crate::error::or_raise;

/// What the lines of a journal come to. A push that is started with it takes it.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct JournalBook(Mutex<Option<flow::JournalBook>>);

impl JournalBook {
    pub(crate) fn take(&self) -> Result<flow::JournalBook, Error> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.take().ok_or_else(taken)
    }

    fn with<T: Send>(
        &self,
        py: Python<'_>,
        step: impl FnOnce(&mut flow::JournalBook) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let stepped = py.detach(|| {
            let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            book.as_mut().ok_or_else(taken).and_then(step)
        });
        or_raise(py, stepped)
    }
}

fn taken() -> Error {
    Error::misuse("the journal's book was taken by a push; expected one that was read for this purpose")
}

#[pymethods]
impl JournalBook {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Some(flow::JournalBook::new())))
    }

    /// Reads on. What is wrong with the journal is told by `end`, and by the push that is started with it.
    fn read(&self, py: Python<'_>, part: &[u8]) -> PyResult<()> {
        self.with(py, |book| {
            drop(book.read(part));
            Ok(())
        })
    }

    /// Takes note that all of it was read; raises what is wrong with it.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, flow::JournalBook::end)
    }

    /// Whether the journal is worth being written anew.
    fn is_worth_compacting(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |book| Ok(book.is_worth_compacting()))
    }
}

/// A journal written anew.
#[pyclass(frozen, module = "brightpearl._native")]
pub(crate) struct JournalCompaction(Mutex<flow::JournalCompaction>);

#[pymethods]
impl JournalCompaction {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(flow::JournalCompaction::new()))
    }

    /// Takes the next part of the journal that the book was made of; lines of the new one.
    fn read(&self, py: Python<'_>, book: &JournalBook, part: &[u8]) -> PyResult<String> {
        book.with(py, |book| self.0.lock().unwrap_or_else(PoisonError::into_inner).read(book, part))
    }

    /// The last lines.
    fn end(&self, py: Python<'_>, book: &JournalBook) -> PyResult<String> {
        book.with(py, |book| self.0.lock().unwrap_or_else(PoisonError::into_inner).end(book))
    }
}
