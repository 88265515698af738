//! Search pages, outwards. Buffers are moved, not copied.

use brightpearl_core as core;
use core::table::{Bitmap, Column, ColumnData, Label, Metadata, ReferenceMap, Sorting, Text};

use crate::wit;

impl From<core::SearchPage> for wit::Page {
    fn from(page: core::SearchPage) -> Self {
        let core::SearchPage { page, first_result, duplicates } = page;
        Self {
            rows: page.rows() as u32,
            references: page.reference().maps().iter().map(wit::ReferenceMap::from).collect(),
            references_raw: page.reference().raw().map(str::to_owned),
            metadata: page.metadata().into(),
            columns: page.into_columns().into_iter().map(wit::Column::from).collect(),
            first_result,
            duplicates,
        }
    }
}

impl From<&Metadata> for wit::Metadata {
    fn from(metadata: &Metadata) -> Self {
        let Metadata {
            more_pages_available,
            results_available,
            results_returned,
            first_result,
            last_result,
            sorting,
        } = metadata;
        let sorting = sorting.iter().map(|Sorting { name, direction }| (name.clone(), direction.clone()));
        Self {
            more_pages_available: *more_pages_available,
            results_available: *results_available,
            results_returned: *results_returned,
            first_result: *first_result,
            last_result: *last_result,
            sorting: sorting.collect(),
        }
    }
}

impl From<Column> for wit::Column {
    fn from(column: Column) -> Self {
        let name = column.name().to_owned();
        let report_type = column.report_type().map(|report_type| report_type.name().to_owned());
        let (sortable, filterable) = (column.is_sortable(), column.is_filterable());
        let (required, free_text_searchable) = (column.is_required(), column.is_free_text_searchable());
        let reference_data = column.reference_data().to_vec();
        let (data, validity) = column.into_data();
        Self {
            name,
            report_type,
            sortable,
            filterable,
            required,
            free_text_searchable,
            reference_data,
            data: data.into(),
            validity: validity.map(Bitmap::into_bytes),
        }
    }
}

impl From<ColumnData> for wit::ColumnData {
    fn from(data: ColumnData) -> Self {
        match data {
            ColumnData::Null => Self::Null,
            ColumnData::Integer(values) => Self::Integer(values),
            ColumnData::Boolean(bits) => Self::Boolean(bits.into_bytes()),
            ColumnData::Text(texts) => Self::Text(texts.into()),
            ColumnData::DateTime { milliseconds, offset_minutes } => {
                Self::DateTime(wit::Instants { milliseconds, offset_minutes })
            }
            ColumnData::Decimal(texts) => Self::Decimal(texts.into()),
            ColumnData::Json(texts) => Self::Json(texts.into()),
        }
    }
}

impl From<Text> for wit::Texts {
    fn from(texts: Text) -> Self {
        let (offsets, bytes) = texts.into_parts();
        Self { offsets, bytes }
    }
}

impl From<&ReferenceMap> for wit::ReferenceMap {
    fn from(map: &ReferenceMap) -> Self {
        let (mut keys, mut values) = (Arena::new(map.len()), Arena::new(map.len()));
        let mut json = vec![0_u8; map.len().div_ceil(8)];
        for (place, (key, label)) in map.iter().enumerate() {
            keys.push(key);
            match label {
                Label::Text(text) => values.push(text),
                Label::Json(text) => {
                    values.push(text);
                    if let Some(byte) = json.get_mut(place / 8) {
                        *byte |= 1 << (place % 8);
                    }
                }
            }
        }
        Self {
            name: map.name().to_owned(),
            keys: keys.0,
            values: values.0,
            json,
            raw: map.raw().map(str::to_owned),
        }
    }
}

/// Texts that are copied together, for maps: they are small, and the core shows their entries only.
struct Arena(wit::Texts);

impl Arena {
    fn new(length: usize) -> Self {
        let mut offsets = Vec::with_capacity(length + 1);
        offsets.push(0);
        Self(wit::Texts { offsets, bytes: Vec::new() })
    }

    fn push(&mut self, text: &str) {
        self.0.bytes.extend_from_slice(text.as_bytes());
        self.0.offsets.push(self.0.bytes.len() as i32);
    }
}
