//! Outputs in one piece, for hosts to which each call across the border is dear: they copy all of an output at once.
//!
//! A piece begins with numbers, which tell where everything stands in it. They are `uint32_t` in the machine's byte order;
//! a place is counted in bytes from the beginning of the piece, and 0 where there is nothing.

use brightpearl_core::table::{Bitmap, Column, ColumnData, Text};
use zeroize::Zeroize;

use crate::boundary::peek;
use crate::data::bp_data;
use crate::page::bp_page;
use crate::resources::bp_resources;

/// Copies all of a page into `buffer`, which is aligned to 8 bytes, if it has room for it, and answers how many bytes that
/// takes; nothing is written when `capacity` is less, and the answer is 0 when `page` is NULL or takes 4 GiB. It begins
/// with these `uint32_t`, in pairs the lower half first where they make one number:
///
///  - 0: rows; 1: columns; 2 and 3: place and length of all texts of the piece, which stand together.
///  - 4: bits: 1 all texts are ASCII, 2 there may be labels, 4 the server says whether more pages follow, 8 and they do,
///    16 the server says how many results there are.
///  - 5: 0; 6 and 7: position of the first row; 8 and 9: duplicates dropped; 10 and 11: how many results there are.
///  - from 12 on, for each column: the kind (`bp_column_kind`); bits: 1 sortable, 2 filterable, 4 required, 8 it has a
///    report type; place and length of its name; those of its report type; the places of `validity`, of `integers` or
///    `booleans`, of `offset_minutes`, and of `offsets`; place and length of its texts.
///
/// Arrays are those of `bp_column`, and begin at multiples of 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_packed(page: *const bp_page, buffer: *mut u8, capacity: usize) -> usize {
    // SAFETY: NULL or a valid page; NULL or a place to write so many bytes to.
    unsafe { peek(page, 0, |page| pack_page(page)?.write_to(buffer, capacity)) }
}

/// Copies resources into `buffer`, if it has room for them, as `bp_page_packed` does. They begin with these `uint32_t`:
///
///  - 0: how many there are; 1: 0; 2 and 3: place and length of the body; 4 and 5: those of the ids that were asked for; 6
///    and 7: those of the missing ids.
///  - from 8 on, for each resource: its id in two halves; bits: 1 it says its id, 2 its JSON is ASCII; where its JSON begins
///    in the body, and how many bytes that has.
///
/// Ids that were refused are not in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_resources_packed(
    resources: *const bp_resources,
    buffer: *mut u8,
    capacity: usize,
) -> usize {
    // SAFETY: NULL or valid resources; NULL or a place to write so many bytes to.
    unsafe { peek(resources, 0, |resources| pack_resources(resources)?.write_to(buffer, capacity)) }
}

/// Copies data into `buffer`, if it has room for it, as `bp_page_packed` does. It begins with these `uint32_t`:
///
///  - 0: how many items there are; 1: 0; 2 and 3: place and length of the name.
///  - from 4 on, for each item: place and length of its JSON; those of its record; bits: 1 it tells of an error, which
///    `bp_data_error` has, 2 its JSON is ASCII.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_data_packed(data: *const bp_data, buffer: *mut u8, capacity: usize) -> usize {
    // SAFETY: NULL or valid data; NULL or a place to write so many bytes to.
    unsafe {
        peek(data, 0, |data| {
            let mut piece = pack_data(data)?;
            let size = piece.write_to(buffer, capacity);
            // Data may hold what is secret: new tokens, for instance, that a server echoes.
            piece.0.zeroize();
            size
        })
    }
}

fn pack_page(page: &bp_page) -> Option<Piece> {
    let (search, page) = (&page.page, &page.page.page);
    let metadata = page.metadata();
    let mut piece = Piece::new(12 + 12 * page.columns().len());
    piece.set(0, page.rows())?;
    piece.set(1, page.columns().len())?;
    piece.set_long(6, search.first_result);
    piece.set_long(8, search.duplicates);
    piece.set_long(10, metadata.results_available.unwrap_or_default());
    let mut bits = 0;
    bits |= if page.reference().maps().is_empty() { 0 } else { 2 };
    bits |= metadata.more_pages_available.map_or(0, |more| if more { 12 } else { 4 });
    bits |= if metadata.results_available.is_some() { 16 } else { 0 };
    for (index, column) in page.columns().iter().enumerate() {
        piece.arrays(12 + 12 * index, column)?;
    }
    let begin = piece.end();
    for (index, column) in page.columns().iter().enumerate() {
        piece.texts(12 + 12 * index, column)?;
    }
    piece.close(begin, bits)?;
    Some(piece)
}

fn pack_resources(resources: &bp_resources) -> Option<Piece> {
    let mut piece = Piece::new(8 + 5 * resources.items.len());
    piece.set(0, resources.items.len())?;
    for (index, item) in resources.items.iter().enumerate() {
        let word = 8 + 5 * index;
        piece.set_long(word, item.id);
        let json = resources.body.get(item.offset..item.offset + item.length)?;
        piece.set(word + 2, usize::from(item.has_id) + 2 * usize::from(json.is_ascii()))?;
        piece.set(word + 3, item.offset)?;
        piece.set(word + 4, item.length)?;
    }
    piece.text(4, resources.requested.as_str().as_bytes())?;
    piece.text(6, resources.missing.as_str().as_bytes())?;
    piece.text(2, &resources.body)?;
    Some(piece)
}

fn pack_data(data: &bp_data) -> Option<Piece> {
    let mut piece = Piece::new(4 + 5 * data.entries.len());
    piece.set(0, data.entries.len())?;
    piece.text(2, data.name.as_ref().map_or("", |name| name.as_str()).as_bytes())?;
    for (index, entry) in data.entries.iter().enumerate() {
        let (word, place) = (4 + 5 * index, piece.end());
        let json = entry.json.as_str().as_bytes();
        piece.text(word, json)?;
        if let Some(record) = &entry.record {
            piece.set(word + 2, place + record.start)?;
            piece.set(word + 3, record.len())?;
        }
        piece.set(word + 4, usize::from(entry.error.is_some()) + 2 * usize::from(json.is_ascii()))?;
    }
    Some(piece)
}

/// What is being packed.
struct Piece(Vec<u8>);

impl Piece {
    fn new(words: usize) -> Self {
        // A page of a usual size is then not copied as it grows.
        let mut bytes = Vec::with_capacity(words * 4 + (128 << 10));
        bytes.resize(words * 4, 0);
        Self(bytes)
    }

    fn end(&self) -> usize {
        self.0.len()
    }

    /// Sets a number at the beginning, unless it has more than 32 bits.
    fn set(&mut self, word: usize, value: usize) -> Option<()> {
        let value = u32::try_from(value).ok()?;
        self.0.get_mut(word * 4..word * 4 + 4)?.copy_from_slice(&value.to_ne_bytes());
        Some(())
    }

    /// Sets a number of two halves.
    fn set_long(&mut self, word: usize, value: u64) {
        for (half, bits) in [(word, value & u64::from(u32::MAX)), (word + 1, value >> 32)] {
            // Either half has 32 bits.
            _ = self.set(half, usize::try_from(bits).unwrap_or_default());
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Adds a text, and sets its place and length.
    fn text(&mut self, word: usize, text: &[u8]) -> Option<()> {
        self.set(word, self.end())?;
        self.set(word + 1, text.len())?;
        self.put(text);
        Some(())
    }

    /// Adds numbers or bits where such may stand, and sets their place.
    fn array<const SIZE: usize>(
        &mut self,
        word: usize,
        items: impl ExactSizeIterator<Item = [u8; SIZE]>,
    ) -> Option<()> {
        let aligned = self.end().next_multiple_of(8);
        self.0.resize(aligned, 0);
        self.set(word, aligned)?;
        self.0.reserve(items.len() * SIZE);
        for item in items {
            self.0.extend_from_slice(&item);
        }
        Some(())
    }

    /// Adds bits where such may stand, and sets their place.
    fn bits(&mut self, word: usize, bits: &Bitmap) -> Option<()> {
        self.array(word, std::iter::empty::<[u8; 1]>())?;
        self.put(bits.as_bytes());
        Some(())
    }

    /// Adds the arrays of a column.
    fn arrays(&mut self, word: usize, column: &Column) -> Option<()> {
        let bits = [column.is_sortable(), column.is_filterable(), column.is_required()];
        let bits = bits.into_iter().rev().fold(0, |bits, bit| bits * 2 + usize::from(bit));
        self.set(word + 1, bits + if column.report_type().is_some() { 8 } else { 0 })?;
        if let Some(validity) = column.validity() {
            self.bits(word + 6, validity)?;
        }
        let kind = match column.data() {
            ColumnData::Null => 0,
            ColumnData::Integer(values) => {
                self.array(word + 7, values.iter().map(|value| value.to_ne_bytes()))?;
                1
            }
            ColumnData::Boolean(values) => {
                self.bits(word + 7, values)?;
                2
            }
            ColumnData::Text(texts) => self.offsets(word, texts).map(|()| 3)?,
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                self.array(word + 7, milliseconds.iter().map(|value| value.to_ne_bytes()))?;
                self.array(word + 8, offset_minutes.iter().map(|value| value.to_ne_bytes()))?;
                4
            }
            ColumnData::Decimal(texts) => self.offsets(word, texts).map(|()| 5)?,
            ColumnData::Json(texts) => self.offsets(word, texts).map(|()| 6)?,
        };
        self.set(word, kind)
    }

    fn offsets(&mut self, word: usize, texts: &Text) -> Option<()> {
        self.array(word + 9, texts.offsets().iter().map(|value| value.to_ne_bytes()))
    }

    /// Adds the texts of a column.
    fn texts(&mut self, word: usize, column: &Column) -> Option<()> {
        self.text(word + 2, column.name().as_bytes())?;
        self.text(word + 4, column.report_type().map_or("", |kind| kind.name()).as_bytes())?;
        match column.data() {
            ColumnData::Null
            | ColumnData::Integer(_)
            | ColumnData::Boolean(_)
            | ColumnData::DateTime { .. } => Some(()),
            ColumnData::Text(texts) | ColumnData::Decimal(texts) | ColumnData::Json(texts) => {
                self.text(word + 10, texts.buffer().as_bytes())
            }
        }
    }

    /// Says where the texts of a page stand, which begin at `begin` and end here, and whether they are ASCII.
    fn close(&mut self, begin: usize, bits: usize) -> Option<()> {
        let is_ascii = self.0.get(begin..)?.is_ascii();
        self.set(2, begin)?;
        self.set(3, self.end() - begin)?;
        self.set(4, bits + usize::from(is_ascii))
    }

    /// Copies it to where there is room for it; how many bytes it has.
    ///
    /// # Safety
    /// `buffer` is NULL, or `capacity` bytes can be written there.
    unsafe fn write_to(&self, buffer: *mut u8, capacity: usize) -> Option<usize> {
        if !buffer.is_null() && self.end() <= capacity {
            // SAFETY: so many bytes fit, by the caller's promise, and what was just made does not overlap them.
            unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), buffer, self.end()) };
        }
        u32::try_from(self.end()).ok().map(|_| self.end())
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::{null, null_mut};

    use brightpearl_core::{Data, Error, Item, OutputKind, Page, SearchPage, Zeroizing};

    use super::*;

    /// What a function packs, of which it must write nothing where there is not room for all of it.
    fn packed(pack: impl Fn(*mut u8, usize) -> usize) -> Vec<u8> {
        let size = pack(null_mut(), 0);
        let mut bytes = vec![0xAA; size];
        assert_eq!(pack(bytes.as_mut_ptr(), size - 1), size);
        assert!(bytes.iter().all(|byte| *byte == 0xAA), "written where it does not fit");
        assert_eq!(pack(bytes.as_mut_ptr(), size), size);
        bytes
    }

    fn word(bytes: &[u8], index: usize) -> usize {
        let word: [u8; 4] = bytes[index * 4..index * 4 + 4].try_into().expect("four bytes");
        u32::from_ne_bytes(word) as usize
    }

    fn text(bytes: &[u8], index: usize) -> &str {
        let (place, length) = (word(bytes, index), word(bytes, index + 1));
        str::from_utf8(&bytes[place..place + length]).expect("UTF-8")
    }

    fn page(rows: &str, more: &str) -> bp_page {
        let body = format!(
            r#"{{"response":{{"results":[{rows}],"metaData":{{{more}"columns":[
                {{"name":"orderId","reportDataType":"IDSET","sortable":true}},{{"name":"ref"}},{{"name":"on"}},
                {{"name":"flag"}},{{"name":"total"}}]}}}}}}"#
        );
        let page = Page::decode(body.as_bytes()).expect("a page");
        bp_page::new(SearchPage { page, first_result: 501, duplicates: 1 })
    }

    #[test]
    fn a_page_is_packed_whole() {
        let rows = r#"[7,"ab","2024-01-01T00:00:01.000+01:00",true,1.50],[-9,null,null,false,2]"#;
        let page = page(rows, r#""morePagesAvailable":true,"resultsAvailable":4294967298,"#);
        // SAFETY: a page of our own, and places with so much room.
        let bytes = packed(|buffer, capacity| unsafe { bp_page_packed(&page, buffer, capacity) });
        assert_eq!((word(&bytes, 0), word(&bytes, 1), word(&bytes, 4)), (2, 5, 1 + 4 + 8 + 16));
        assert_eq!((6..12).map(|index| word(&bytes, index)).collect::<Vec<_>>(), [501, 0, 1, 0, 2, 1]);
        let kinds: Vec<_> = (0..5).map(|column| word(&bytes, 12 + 12 * column)).collect();
        assert_eq!(kinds, [1, 3, 4, 2, 5]);
        assert_eq!((word(&bytes, 13), text(&bytes, 14), text(&bytes, 16)), (1 + 8, "orderId", "IDSET"));
        let integers = word(&bytes, 12 + 7);
        assert_eq!((integers % 8, &bytes[integers + 8..integers + 16]), (0, &(-9_i64).to_ne_bytes()[..]));
        assert_eq!((text(&bytes, 24 + 10), bytes[word(&bytes, 24 + 6)] & 3), ("ab", 1));
        let minutes = word(&bytes, 36 + 8);
        assert_eq!(&bytes[minutes..minutes + 2], &60_i16.to_ne_bytes()[..]);
        assert_eq!(text(&bytes, 60 + 10), "1.502");
        assert!(text(&bytes, 2).starts_with("orderIdIDSETref") && text(&bytes, 2).contains("ab"));
    }

    #[test]
    fn texts_beyond_ascii_are_told() {
        let page = page(r#"[7,"Zoë",null,null,null]"#, "");
        // SAFETY: as above.
        let bytes = packed(|buffer, capacity| unsafe { bp_page_packed(&page, buffer, capacity) });
        assert_eq!((word(&bytes, 4), text(&bytes, 24 + 10)), (0, "Zoë"));
    }

    #[test]
    fn data_is_packed_whole() {
        let item = |json: &str, record, error| Item { json: Zeroizing::new(json.to_owned()), record, error };
        let data = bp_data::new(Data {
            kind: OutputKind::Records,
            name: Some("orders".to_owned()),
            items: vec![
                item(r#"{"id":7,"record":{"total":12.50}}"#, Some(17..32), None),
                item(r#""é""#, None, Some(Error::validation("/rows", "rows are missing"))),
            ],
        });
        // SAFETY: data of our own, and places with so much room.
        let bytes = packed(|buffer, capacity| unsafe { bp_data_packed(&data, buffer, capacity) });
        assert_eq!((word(&bytes, 0), text(&bytes, 2)), (2, "orders"));
        assert_eq!(text(&bytes, 4), r#"{"id":7,"record":{"total":12.50}}"#);
        assert_eq!((text(&bytes, 6), word(&bytes, 8)), (r#"{"total":12.50}"#, 2));
        assert_eq!((text(&bytes, 9), word(&bytes, 11), word(&bytes, 13)), (r#""é""#, 0, 1));
    }

    #[test]
    fn nothing_is_packed_of_nothing() {
        // SAFETY: NULL is allowed.
        unsafe {
            assert_eq!(bp_page_packed(null(), null_mut(), 0), 0);
            assert_eq!(bp_resources_packed(null(), null_mut(), 0), 0);
            assert_eq!(bp_data_packed(null(), null_mut(), 0), 0);
        }
    }
}
