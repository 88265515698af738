//! A search page as typed columns.
