//! What every answer has in common: addresses, envelopes, headers, scalars as text.

pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod html;
pub(crate) mod id_set;
pub(crate) mod json;
pub(crate) mod moment;
pub(crate) mod zone;
