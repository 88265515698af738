//! JSON, read and written with numbers as they were spelled: a text part by part, objects member by member, strings, and
//! what is wrong with a text that a host gave us.

mod data;
mod document;
mod error;
mod given;
mod nearest;
mod object;
mod pointer;
mod string;

#[cfg(test)]
pub(crate) use data::Unwritable;
pub(crate) use data::{plain, value, written};
pub(crate) use document::{DEEPEST, Node, Part, at, depth, form, member};
pub(crate) use error::json_error;
pub(crate) use given::{GivenObject, given_value, unfit};
pub(crate) use nearest::nearest;
pub(crate) use object::{ObjectText, Record, array, elements, id_member, id_of, quoted, records, text_of};
pub(crate) use pointer::token;
pub(crate) use string::{plain_string, write_string};
