//! What tells a record from all others, and from older versions of it.

use super::Run;
use crate::mapping::document::KeySource;

impl Run<'_> {
    pub(super) fn read_key(&mut self) {
        let Some(key) = &self.compiled.document.key else { return };
        if let Some(verify) = &key.verify {
            match self.filters(&verify.by) {
                Ok(filters) => self.key_by = filters,
                Err(reason) => {
                    let pointer = format!("{}/by", verify.pointer);
                    self.fail_document(&pointer, "the key", reason);
                }
            }
        }
        if let Some(newest) = &key.newest {
            match self.pick(newest) {
                Ok(value) => self.version = value.scalar_text().map(|text| text.trim().to_owned()),
                Err(reason) => {
                    let pointer = format!("{}/newest", key.pointer);
                    self.fail_document(&pointer, &newest.expression.text, reason);
                }
            }
        }
        let KeySource::Pick(pick) = &key.source else { return };
        match self.pick(pick) {
            Ok(value) => {
                let key = value.id_text();
                self.key = key.as_deref().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned);
            }
            Err(reason) => self.fail_document(&key.pointer, &pick.expression.text, reason),
        }
    }
}
