//! What Brightpearl says of a write.

use crate::Reply;
use crate::error::Result;

/// The id that an answer gives to what was created: bare, the first of several, or in an object (API notes §3.2).
pub(super) fn id_of(reply: &Reply) -> Option<u64> {
    read_id(reply).ok().flatten()
}

fn read_id(reply: &Reply) -> Result<Option<u64>> {
    use crate::json::id_of;
    use crate::json::{Node, Part, at};
    if reply.body.is_empty() {
        return Ok(None);
    }
    let Some(response) = crate::envelope::Envelope::read(&reply.body)?.response else { return Ok(None) };
    Ok(match Part::Json(response).read() {
        Node::Array(elements) => elements.first().map(Part::read).as_ref().and_then(id_of),
        Node::Object(members) => at(&members, "id").as_ref().and_then(id_of),
        node @ (Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) | Node::Unreadable) => {
            id_of(&node)
        }
    })
}
