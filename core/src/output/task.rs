//! What a task has done.

use zeroize::Zeroizing;

use crate::json::{Record, id_of};

use super::data::Carried;
use super::{Data, Item, OutputKind, ShapedOutput};

/// What a task has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskResult {
    /// The task's name.
    pub name: String,
    /// Its result, a JSON object with the members that the task describes.
    pub json: String,
}

impl TaskResult {
    /// The id in a member such as `orderId`; `None` when there is none.
    pub fn id(&self, member: &str) -> Option<u64> {
        self.ids(member).first().copied()
    }

    /// The ids in a member such as `goodsOutNoteIds`; empty when there are none.
    ///
    /// ```
    /// use brightpearl_core::TaskResult;
    ///
    /// let json = r#"{"orderId":329,"orderRowIds":[501,502]}"#.to_owned();
    /// let result = TaskResult { name: "create-order".to_owned(), json };
    /// assert_eq!((result.id("orderId"), result.ids("orderRowIds")), (Some(329), vec![501, 502]));
    /// ```
    pub fn ids(&self, member: &str) -> Vec<u64> {
        let record = Record::parse(&self.json);
        match record.node(member).as_ref().and_then(id_of) {
            Some(id) => vec![id],
            None => record.elements(member).iter().filter_map(|id| id_of(&id.read())).collect(),
        }
    }
}

impl Carried for TaskResult {
    fn count(&self) -> usize {
        1
    }

    fn shaped(self, kind: OutputKind) -> ShapedOutput {
        let item = Item { json: Zeroizing::new(self.json), record: None, error: None };
        Data::named(kind, self.name, vec![item])
    }
}
