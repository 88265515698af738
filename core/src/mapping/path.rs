//! Plain paths such as `customer.email` or `line_items[0].sku`: all those of a document are found in one walk over
//! a record.

use super::tape::{MemberName, NodeName, RecordNode, TokenKind};
use super::value::{Value, from_end};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Member(MemberName),
    /// Counted from the end when negative.
    Element(i32),
}

/// What a path leads to.
pub(super) enum PathEnd<'k, 'v> {
    Nothing,
    /// A part of the value that it starts from.
    Part(&'k Value<'v>),
    /// A value of the record.
    Node(RecordNode<'v>),
}

/// Follows a path from a value; says how many members and elements were looked at on the way.
pub(super) fn reach<'k, 'v>(value: &'k Value<'v>, path: &[Segment]) -> (PathEnd<'k, 'v>, usize) {
    let (mut at, mut visited) = (value, 0);
    for (place, segment) in path.iter().enumerate() {
        let next = match (at, segment) {
            (Value::Object(members), Segment::Member(name)) => {
                visited += members.len();
                members.iter().find(|(member, _)| member == name.as_str()).map(|(_, value)| value)
            }
            (Value::Array(elements), Segment::Element(place)) => {
                let place = usize::try_from(*place).ok().or_else(|| from_end(elements.len(), *place));
                place.and_then(|place| elements.get(place))
            }
            (Value::Node(node), _) => {
                let rest = path.get(place..).unwrap_or_default();
                let found = follow_node(*node, rest, &mut visited);
                return (found.map_or(PathEnd::Nothing, PathEnd::Node), visited);
            }
            (_, _) => None,
        };
        match next {
            Some(next) => at = next,
            None => return (PathEnd::Nothing, visited),
        }
    }
    (PathEnd::Part(at), visited)
}

/// The same, with a copy of what it leads to.
pub(super) fn follow<'v>(value: &Value<'v>, path: &[Segment]) -> (Value<'v>, usize) {
    let (reached, visited) = reach(value, path);
    let value = match reached {
        PathEnd::Nothing => Value::Null,
        PathEnd::Part(part) => part.clone(),
        PathEnd::Node(node) => Value::of(node),
    };
    (value, visited)
}

/// The same from a value of the record on.
pub(super) fn follow_node<'v>(
    node: RecordNode<'v>,
    path: &[Segment],
    visited: &mut usize,
) -> Option<RecordNode<'v>> {
    path.iter().try_fold(node, |from, segment| match segment {
        Segment::Member(name) => from.member(name, visited),
        Segment::Element(place) => {
            let element = from.element(*place);
            *visited += match (usize::try_from(*place), element) {
                (Ok(place), Some(_)) => place,
                (Ok(_) | Err(_), Some(_) | None) => from.elements().count(),
            };
            element
        }
    })
}

/// Where a path's value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PathSlot(usize);

/// The places of values within one record or element.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundPaths {
    places: Vec<u32>,
}

/// No token stands there: a value never begins the list behind a member's name.
const NOWHERE: u32 = u32::MAX;

impl FoundPaths {
    /// What was found for a slot.
    #[inline]
    pub(super) fn node<'v>(&self, base: RecordNode<'v>, slot: PathSlot) -> Option<RecordNode<'v>> {
        let place = self.places.get(slot.0).copied().filter(|place| *place != NOWHERE);
        place.map(|place| base.beside(place))
    }

    /// What a slot holds; null when nothing was found.
    pub(super) fn value<'v>(&self, base: RecordNode<'v>, slot: PathSlot) -> Value<'v> {
        self.node(base, slot).map_or(Value::Null, Value::of)
    }

    /// Whether that is what JMESPath takes for true.
    pub(super) fn is_truthy(&self, base: RecordNode<'_>, slot: PathSlot) -> bool {
        self.node(base, slot).is_some_and(RecordNode::is_truthy)
    }
}

/// Paths that begin at the same value, as a tree of their steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    root: Branch,
    /// How many steps the tree has, which is one slot less than there are.
    steps: usize,
}

#[derive(Clone, Debug, Default)]
struct Branch {
    slot: usize,
    members: Vec<(MemberName, Branch)>,
    /// Where members stand among them, from the place on that the last bits of their marks say: a power of two of
    /// places, of which most are vacant.
    marked: Vec<u32>,
    elements: Vec<(i32, Branch)>,
}

/// No member has that place.
const VACANT: u32 = u32::MAX;

impl Paths {
    /// Adds a path, unless it is there already.
    pub(super) fn add(&mut self, path: &[Segment]) -> PathSlot {
        let mut branch = &mut self.root;
        for segment in path {
            branch = match segment {
                Segment::Member(name) => branch.member(name, &mut self.steps),
                Segment::Element(place) => branch.element(*place, &mut self.steps),
            };
        }
        PathSlot(branch.slot)
    }

    /// Finds them all from a node on.
    pub(super) fn find(&self, base: RecordNode<'_>, found: &mut FoundPaths) {
        found.places.clear();
        found.places.resize(self.steps + 1, NOWHERE);
        self.root.find(base, found);
    }
}

impl Branch {
    fn new(steps: &mut usize) -> Self {
        *steps += 1;
        Self { slot: *steps, ..Self::default() }
    }

    fn member(&mut self, name: &MemberName, steps: &mut usize) -> &mut Branch {
        let known = self.members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            let place = self.members.len();
            self.members.push((name.clone(), Branch::new(steps)));
            if 2 * self.members.len() > self.marked.len() {
                self.marked = vec![VACANT; (4 * self.members.len()).next_power_of_two()];
                (0..place).for_each(|place| self.mark(place));
            }
            self.mark(place);
            place
        });
        &mut self.members[known].1
    }

    fn mark(&mut self, place: usize) {
        let last = self.marked.len() - 1;
        let mut at = self.members[place].0.mark() as usize & last;
        while self.marked[at] != VACANT {
            at = (at + 1) & last;
        }
        self.marked[at] = place as u32;
    }

    fn element(&mut self, place: i32, steps: &mut usize) -> &mut Branch {
        let known = self.elements.iter().position(|(known, _)| *known == place).unwrap_or_else(|| {
            self.elements.push((place, Branch::new(steps)));
            self.elements.len() - 1
        });
        &mut self.elements[known].1
    }

    /// Whether no path goes on from it.
    #[inline]
    fn is_end(&self) -> bool {
        self.members.is_empty() && self.elements.is_empty()
    }

    fn find(&self, node: RecordNode<'_>, found: &mut FoundPaths) {
        if let Some(place) = found.places.get_mut(self.slot) {
            *place = node.place();
        }
        match node.kind() {
            TokenKind::Object if !self.members.is_empty() => {
                for (name, value) in node.members() {
                    let Some(branch) = self.named(name) else { continue };
                    // Of repeated members the last counts, and hides what the ones before it held.
                    if let Some(first) = found.places.get(branch.slot).filter(|first| **first != NOWHERE) {
                        value.note_repeated(node.beside(*first));
                        branch.forget(found);
                    }
                    match found.places.get_mut(branch.slot) {
                        // Most paths end here.
                        Some(place) if branch.is_end() => *place = value.place(),
                        Some(_) | None => branch.find(value, found),
                    }
                }
            }
            TokenKind::Array => {
                for (place, branch) in &self.elements {
                    if let Some(element) = node.element(*place) {
                        branch.find(element, found);
                    }
                }
            }
            TokenKind::Null
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::EscapedText
            | TokenKind::Object => {}
        }
    }

    /// The member of a name.
    #[inline]
    fn named(&self, name: NodeName<'_>) -> Option<&Branch> {
        let last = self.marked.len().checked_sub(1)?;
        let mut at = name.mark() as usize & last;
        loop {
            // No member stands at a vacant place, nor behind it.
            let (known, branch) = self.members.get(*self.marked.get(at)? as usize)?;
            if name.is(known) {
                return Some(branch);
            }
            at = (at + 1) & last;
        }
    }

    fn forget(&self, found: &mut FoundPaths) {
        if let Some(place) = found.places.get_mut(self.slot) {
            *place = NOWHERE;
        }
        let elements = self.elements.iter().map(|(_, branch)| branch);
        self.members.iter().map(|(_, branch)| branch).chain(elements).for_each(|branch| branch.forget(found));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tape::Tape;
    use super::*;

    fn member(name: &str) -> Segment {
        Segment::Member(MemberName::new(name))
    }

    #[test]
    fn a_walk_finds_what_following_each_path_finds() {
        let record = br#"{"a": {"b": [1, {"c": "x"}, [2, 3]], "\u0064": null}, "e": "", "a2": 1,
                          "f": {"g": 1}, "f": {"h": 2}, "many": {}}"#;
        let tape = Tape::read(record).expect("JSON");
        let paths = [
            vec![],
            vec![member("a")],
            vec![member("a"), member("b")],
            vec![member("a"), member("b"), Segment::Element(0)],
            vec![member("a"), member("b"), Segment::Element(1), member("c")],
            vec![member("a"), member("b"), Segment::Element(-1), Segment::Element(-2)],
            vec![member("a"), member("b"), Segment::Element(-4)],
            vec![member("a"), member("b"), Segment::Element(3)],
            vec![member("a"), member("d")],
            vec![member("a"), member("nothing"), member("c")],
            vec![member("e")],
            vec![member("e"), member("f")],
            vec![member("f"), member("g")],
            vec![member("f"), member("h")],
            vec![member("many"), Segment::Element(0)],
        ];
        let mut all = Paths::default();
        for crowd in 0..40 {
            let mut found = FoundPaths::default();
            let slots: Vec<PathSlot> = paths.iter().map(|path| all.add(path)).collect();
            all.find(tape.root(), &mut found);
            for (path, slot) in paths.iter().zip(slots) {
                let (mut walked, mut followed) = (String::new(), String::new());
                found.value(tape.root(), slot).write(&mut walked);
                follow(&Value::of(tape.root()), path).0.write(&mut followed);
                assert_eq!(walked, followed, "{path:?} among {crowd}");
            }
            all.add(&[member(&format!("crowd{crowd}"))]);
        }
    }
}
