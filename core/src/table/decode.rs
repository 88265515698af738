//! The envelope of a search answer.

use jiter::{Jiter, Peek};

use super::column::Header;
use super::metadata::{self, Metadata};
use super::page::Page;
use super::reference::{Label, Labels, ReferenceMap};
use super::rows::{self, Rows};
use super::{fault, scan};
use crate::error::Result;

/// Reads a whole answer.
pub(super) fn page(body: &[u8]) -> Result<Page> {
    if i32::try_from(body.len()).is_err() {
        return Err(fault::protocol(i32::MAX as usize, "the answer is longer than 2 GiB"));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        fault::protocol(error.valid_up_to(), "the answer is not UTF-8, which all JSON is")
    })?;
    PageReader::new(text).answer()
}

enum AnswerMember {
    Response,
    Reference,
    Unknown,
}

enum ResponseMember {
    Results,
    MetaData,
    Unknown,
}

/// What `response` holds.
#[derive(Default)]
struct PageAnswer {
    rows: Option<Rows>,
    metadata: Option<(Metadata, Vec<Header>)>,
}

/// A general parser that can jump, so that the rows are read by faster means.
struct PageReader<'body> {
    body: &'body str,
    base: usize,
    jiter: Jiter<'body>,
}

impl<'body> PageReader<'body> {
    fn new(body: &'body str) -> Self {
        Self { body, base: 0, jiter: Jiter::new(body.as_bytes()) }
    }

    fn answer(mut self) -> Result<Page> {
        let mut response = None;
        let mut reference = None;
        let name = |name: &str| match name {
            "response" => AnswerMember::Response,
            "reference" => AnswerMember::Reference,
            _ => AnswerMember::Unknown,
        };
        let mut member = self.first_member("the answer", name)?;
        while let Some(found) = member {
            let position = self.position();
            match found {
                AnswerMember::Response => {
                    once(&response, "response", position)?;
                    response = Some(self.response()?);
                }
                AnswerMember::Reference => {
                    once(&reference, "reference", position)?;
                    reference = Some(self.reference()?);
                }
                AnswerMember::Unknown => _ = self.skip()?,
            }
            member = self.next_member(name)?;
        }
        self.jiter.finish().map_err(|error| fault::malformed(&error, self.base))?;
        let response = response
            .ok_or_else(|| fault::protocol(0, "the answer is not a search page: it has no `response`"))?;
        response.into_page(reference.unwrap_or_default())
    }

    fn response(&mut self) -> Result<PageAnswer> {
        let mut response = PageAnswer::default();
        let name = |name: &str| match name {
            "results" => ResponseMember::Results,
            "metaData" => ResponseMember::MetaData,
            _ => ResponseMember::Unknown,
        };
        let start = self.position();
        let mut member = self.first_member("`response` of a search page", name)?;
        while let Some(found) = member {
            let position = self.position();
            match found {
                ResponseMember::Results => {
                    once(&response.rows, "results", position)?;
                    let headers = response.metadata.as_ref().map(|(_, headers)| headers.as_slice());
                    let (rows, end) = rows::read(self.body, position, headers)?;
                    response.rows = Some(rows);
                    self.jump(end);
                }
                ResponseMember::MetaData => {
                    once(&response.metadata, "metaData", position)?;
                    let (start, text) = self.skip()?;
                    response.metadata = Some(metadata::read(text, start)?);
                }
                ResponseMember::Unknown => _ = self.skip()?,
            }
            member = self.next_member(name)?;
        }
        if response.rows.is_none() && response.metadata.is_none() {
            let message = "`response` is not a search page: it has neither `results` nor `metaData`";
            return Err(fault::protocol(start, message));
        }
        Ok(response)
    }

    fn reference(&mut self) -> Result<Labels> {
        let mut reference = Labels::default();
        match self.peek()? {
            Peek::Null => _ = self.skip()?,
            Peek::Object => {
                let mut member = self.first_member("`reference`", str::to_owned)?;
                while let Some(name) = member {
                    let map = self.reference_map(name)?;
                    reference.maps.push(map);
                    member = self.next_member(str::to_owned)?;
                }
            }
            _ => reference.raw = Some(self.skip()?.1.to_owned()),
        }
        Ok(reference)
    }

    fn reference_map(&mut self, name: String) -> Result<ReferenceMap> {
        let mut map = ReferenceMap::new(name);
        if self.peek()? != Peek::Object {
            map.set_raw(self.skip()?.1);
            return Ok(map);
        }
        let mut member = self.first_member("a map of `reference`", |key| map.push_key(key))?;
        while member.is_some() {
            if self.peek()? == Peek::String {
                let label = self.jiter.known_str().map_err(|error| fault::malformed(&error, self.base))?;
                map.push_value(Label::Text(label));
            } else {
                map.push_value(Label::Json(self.skip()?.1));
            }
            member = self.next_member(|key| map.push_key(key))?;
        }
        map.index();
        Ok(map)
    }

    fn position(&self) -> usize {
        self.base + self.jiter.current_index()
    }

    /// Goes on at another place.
    fn jump(&mut self, position: usize) {
        self.base = position;
        self.jiter = Jiter::new(self.body.as_bytes().get(position..).unwrap_or_default());
    }

    fn peek(&mut self) -> Result<Peek> {
        self.jiter.peek().map_err(|error| fault::malformed(&error, self.base))
    }

    /// Enters an object, and reads the name of its first member.
    fn first_member<T>(&mut self, what: &str, name: impl FnOnce(&str) -> T) -> Result<Option<T>> {
        if self.peek()? != Peek::Object {
            let position = scan::skip_whitespace(self.body.as_bytes(), self.position());
            let found = fault::found(self.body, position);
            return Err(fault::protocol(position, format!("expected an object as {what}, found {found}")));
        }
        let member = self.jiter.known_object().map_err(|error| fault::malformed(&error, self.base))?;
        Ok(member.map(name))
    }

    /// Reads the name of the object's next member.
    fn next_member<T>(&mut self, name: impl FnOnce(&str) -> T) -> Result<Option<T>> {
        let member = self.jiter.next_key().map_err(|error| fault::malformed(&error, self.base))?;
        Ok(member.map(name))
    }

    /// Passes over a value, and answers where it began and its text.
    fn skip(&mut self) -> Result<(usize, &'body str)> {
        let peek = self.peek()?;
        let start = self.position();
        self.jiter.known_skip(peek).map_err(|error| fault::malformed(&error, self.base))?;
        Ok((start, self.body.get(start..self.position()).unwrap_or_default()))
    }
}

/// A member that comes twice leaves open which one is meant.
fn once<T>(earlier: &Option<T>, name: &str, position: usize) -> Result<()> {
    match earlier {
        None => Ok(()),
        Some(_) => Err(fault::protocol(position, format!("`{name}` comes twice"))),
    }
}

impl PageAnswer {
    fn into_page(self, reference: Labels) -> Result<Page> {
        let (metadata, headers) = self.metadata.unwrap_or_default();
        let rows = self.rows.unwrap_or(Rows { builders: Vec::new(), count: 0, start: 0 });
        Page::assemble(rows, metadata, headers, reference)
    }
}
