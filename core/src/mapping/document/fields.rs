//! Reading `fields`: the rules, and those for the elements of arrays.

use std::sync::Arc;

use super::members::{DocumentPlace, MemberReader};
use super::{Context, PathScope, SCOPES, constant, count};
use crate::mapping::limit::{EACH_DEPTH, RULES, TARGET_DEPTH};
use crate::mapping::listed::reads_members;
use crate::mapping::made::{MadeKey, MadeSlot};
use crate::mapping::path::Paths;
use crate::mapping::rule::{Each, EachItem, FieldEntry, MappingRule, Pick, Source, TemplatePiece};
use crate::mapping::steps::{RuleStep, STEPS, StepTime};

/// What `each` says of an array, without what becomes of its elements.
struct Array {
    elements: Option<Pick>,
    when: Option<Pick>,
    split: Option<String>,
    required: bool,
}

impl Array {
    #[inline(never)]
    fn of(
        self,
        item: EachItem,
        only: Option<Pick>,
        members: &MemberReader<'_>,
        to: String,
        level: usize,
    ) -> Option<Box<Each>> {
        let Array { elements, when, split, required } = self;
        let pointer = members.pointer.clone();
        let elements = elements?;
        let has_objects = split.is_none() && reads_members(level, only.as_ref(), &item);
        Some(Box::new(Each { pointer, to, when, elements, only, split, required, level, has_objects, item }))
    }
}

impl Context<'_> {
    /// The rules of an array, each relative to `base`.
    pub(super) fn entries(&mut self, place: &DocumentPlace<'_>, base: &str) -> Vec<FieldEntry> {
        let elements = place.elements(self.findings);
        elements.iter().filter_map(|element| self.entry(element, base)).collect()
    }

    fn entry(&mut self, place: &DocumentPlace<'_>, base: &str) -> Option<FieldEntry> {
        count(&self.counts.rules, RULES, "rules", &place.pointer, self.findings)?;
        let mut members = place.object(self.findings)?;
        if let Some(name) = members.take("name") {
            return self.kept(members, &name);
        }
        let to = self.target(&mut members, base);
        let scope = self.scope(&mut members);
        if let Some(each) = members.take("each") {
            let each = self.each(&mut members, &each, to.clone().unwrap_or_default(), scope);
            members.finish(self.findings);
            return to.and(each).map(FieldEntry::Each);
        }
        let rule = self.value(members, to.clone().unwrap_or_default(), scope);
        to.and(rule).map(FieldEntry::Rule)
    }

    /// A rule whose value is not written, but kept by its name for the rules behind it.
    #[inline(never)]
    fn kept(&mut self, mut members: MemberReader<'_>, place: &DocumentPlace<'_>) -> Option<FieldEntry> {
        let name = place.text(self.findings)?;
        let scope = self.scope(&mut members);
        for member in ["to", "each"] {
            if members.take(member).is_some() {
                let message = format!("{member} has no place beside `name`, whose value is only kept");
                self.findings.error(format!("{}/{member}", members.pointer), message);
            }
        }
        let rule = self.value(members, name.clone(), scope);
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            let message = format!("{name:?} is not a name; expected letters, digits and underscores");
            self.findings.error(&place.pointer, message);
            return None;
        }
        let around = self.around.last().cloned().unwrap_or_default();
        if !self.made.name(&around, &name) {
            let message = format!("another rule has the name {name:?}; expected one of its own");
            self.findings.error(&place.pointer, message);
            return None;
        }
        let mut rule = rule?;
        rule.kept_as = Some(MadeKey::Name { around, name });
        Some(FieldEntry::Rule(rule))
    }

    // Whatever `entry` calls has a frame of its own, since `entry` stands on the stack once for each `each`.
    #[inline(never)]
    fn value(
        &mut self,
        mut members: MemberReader<'_>,
        to: String,
        scope: PathScope,
    ) -> Option<Box<MappingRule>> {
        let rule = self.rule(&mut members, to, scope);
        for name in ["fields", "split", "where"] {
            if members.take(name).is_some() {
                let message = format!("{name} stands only beside `each`");
                self.findings.error(format!("{}/{name}", members.pointer), message);
            }
        }
        members.finish(self.findings);
        rule.map(Box::new)
    }

    #[inline(never)]
    pub(super) fn target(&mut self, members: &mut MemberReader<'_>, base: &str) -> Option<String> {
        let to = members.needed_text("to", self.findings)?;
        let pointer = format!("{}/to", members.pointer);
        let is_escaped = to.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let names: Vec<&str> = to.split('/').skip(1).collect();
        if !to.starts_with('/') || !is_escaped || names.iter().any(|name| name.is_empty()) {
            self.findings
                .error(pointer, format!("invalid JSON Pointer {to:?}; expected one such as /customer/id"));
            return None;
        }
        if names.contains(&"-") {
            let message =
                "`-` has no place here; several rules with `each` and the same `to` append to one array";
            self.findings.error(pointer, message);
            return None;
        }
        let depth = base.split('/').count() + names.len() - 1;
        if depth > TARGET_DEPTH {
            let message =
                format!("it stands {depth} levels deep in the body; expected at most {TARGET_DEPTH}");
            self.findings.error(pointer, message);
            return None;
        }
        Some(format!("{base}{to}"))
    }

    #[inline(never)]
    fn scope(&mut self, members: &mut MemberReader<'_>) -> PathScope {
        let scope = members.choice("scope", &SCOPES, self.findings).unwrap_or(PathScope::Element);
        if scope != PathScope::Element && self.chain.len() < 2 {
            let pointer = format!("{}/scope", members.pointer);
            self.findings.warn(pointer, "outside of `each` there is only the record; leave it out");
        }
        scope
    }

    fn each(
        &mut self,
        members: &mut MemberReader<'_>,
        each: &DocumentPlace<'_>,
        to: String,
        scope: PathScope,
    ) -> Option<Box<Each>> {
        let array = self.array(members, each, scope)?;
        let level = self.paths.len();
        self.paths.push(Paths::default());
        self.chain.push(level);
        self.bases.push(format!("{to}/*"));
        self.around.push(members.pointer.clone());
        let only = members.take("where").and_then(|only| self.condition(&only, PathScope::Element));
        let item = self.item(members, &to);
        self.chain.pop();
        self.bases.pop();
        self.around.pop();
        array.of(item?, only, members, to, level)
    }

    /// What `each` is about, whatever becomes of its elements.
    #[inline(never)]
    fn array(
        &mut self,
        members: &mut MemberReader<'_>,
        each: &DocumentPlace<'_>,
        scope: PathScope,
    ) -> Option<Array> {
        members.take("note");
        let elements = self.pick(each, scope);
        let when = members.take("when").and_then(|when| self.condition(&when, scope));
        let split = members.text("split", self.findings);
        if split.as_deref() == Some("") {
            self.findings
                .error(format!("{}/split", members.pointer), "expected what stands between the parts");
        }
        let required = members.flag("required", self.findings);
        if self.chain.len() > EACH_DEPTH {
            self.findings.error(&each.pointer, format!("more than {EACH_DEPTH} `each` in each other"));
            return None;
        }
        Some(Array { elements, when, split, required })
    }

    fn item(&mut self, members: &mut MemberReader<'_>, to: &str) -> Option<EachItem> {
        let inner = format!("{to}/*");
        match members.take("fields") {
            Some(fields) => Some(EachItem::Fields(self.entries(&fields, &inner))),
            None => self.element(members, inner),
        }
    }

    #[inline(never)]
    fn element(&mut self, members: &mut MemberReader<'_>, to: String) -> Option<EachItem> {
        self.rule(members, to, PathScope::Element).map(|rule| EachItem::Value(Box::new(rule)))
    }

    /// A rule's own members. For the elements of an array, what they are of was said by `each`, and so were
    /// `when` and `required`.
    pub(super) fn rule(
        &mut self,
        members: &mut MemberReader<'_>,
        to: String,
        scope: PathScope,
    ) -> Option<MappingRule> {
        members.take("note");
        let is_element = to.ends_with("/*");
        let source = self.source(members, scope, is_element);
        let when = if is_element { None } else { members.take("when") };
        let when = when.and_then(|when| self.condition(&when, scope));
        let missing = members.take("missing").and_then(|place| self.missing(&place, scope));
        let trim = members.flag("trim", self.findings);
        let keep_empty = members.flag("keepEmpty", self.findings);
        let on_picked = self.steps(members, StepTime::Picked, scope);
        let default = members.take("default").and_then(|place| constant(&place, self.findings));
        let lookup = self.lookup(members);
        let on_known = self.steps(members, StepTime::Known, scope);
        let output = members.take("as").and_then(|place| self.output(&place, scope));
        let required = !is_element && members.flag("required", self.findings);
        let resolve = members.take("resolve").and_then(|place| self.resolve(&place, scope, output.as_ref()));
        Some(MappingRule {
            pointer: members.pointer.as_str().into(),
            level: self.chain.last().copied().unwrap_or_default(),
            to: to.into(),
            when,
            missing,
            source: source?,
            trim,
            keep_empty,
            on_picked,
            default,
            lookup,
            on_known,
            output,
            required,
            resolve,
            is_key: false,
            kept_as: None,
        })
    }

    /// `"/productId"`: the rule holds when Brightpearl does not have what goes there.
    fn missing(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<MadeSlot> {
        let asked = place.text(self.findings)?;
        if !asked.starts_with('/') {
            let message = format!("{asked:?} is not a place such as /productId, whose id is looked up");
            self.findings.error(&place.pointer, message);
            return None;
        }
        let base = self.base(scope).to_owned();
        Some(self.made.ask_reference(&asked, &place.pointer, &base))
    }

    fn steps(
        &mut self,
        members: &mut MemberReader<'_>,
        stage: StepTime,
        scope: PathScope,
    ) -> Vec<Arc<dyn RuleStep>> {
        let of_stage = STEPS.iter().filter(|kind| kind.stage == stage);
        of_stage.filter_map(|kind| (kind.read)(&members.take(kind.name)?, self, scope)).collect()
    }

    fn source(
        &mut self,
        members: &mut MemberReader<'_>,
        scope: PathScope,
        is_element: bool,
    ) -> Option<Source> {
        let value = members.take("value");
        let from = members.take("from");
        let template = members.take("template");
        let concat = members.take("concat");
        let reject = members.take("reject");
        let separator = members.text("separator", self.findings);
        if separator.is_some() && concat.is_none() {
            let pointer = format!("{}/separator", members.pointer);
            self.findings.error(pointer, "separator stands only beside `concat`");
        }
        let given = [&value, &from, &template, &concat, &reject]
            .into_iter()
            .filter(|source| source.is_some())
            .count();
        if given > 1 {
            let message = "a rule has one source: one of from, value, template, concat and reject";
            self.findings.error(&members.pointer, message);
            return None;
        }
        if let Some(value) = value {
            return constant(&value, self.findings).map(Source::Constant);
        }
        if let Some(from) = from {
            return self.pick(&from, scope).map(Source::Pick);
        }
        if let Some(template) = template {
            return self.template(&template, scope).map(Source::Template);
        }
        if let Some(concat) = concat {
            let parts = concat.elements(self.findings);
            let parts: Vec<_> = parts.iter().filter_map(|part| self.pick(part, scope)).collect();
            let separator = separator.unwrap_or_else(|| " ".to_owned());
            return Some(Source::Concat { parts, separator });
        }
        if let Some(reject) = reject {
            return self.pieces(&reject, scope).map(Source::Reject);
        }
        let creates = || members.all().iter().any(|(name, _)| name == "resolve");
        if is_element || creates() {
            return self.pick_text("@", &members.pointer, scope).map(Source::Pick);
        }
        self.findings.error(&members.pointer, "a source is missing: from, value, template, concat or reject");
        None
    }

    /// `Order {name} of {customer.email}`; `{{` and `}}` are braces.
    fn template(&mut self, place: &DocumentPlace<'_>, scope: PathScope) -> Option<Vec<TemplatePiece>> {
        let pieces = self.pieces(place, scope)?;
        if !pieces.iter().any(|piece| matches!(piece, TemplatePiece::Pick(_))) {
            self.findings.warn(&place.pointer, "the template has no {path} in it; a constant is a `value`");
        }
        Some(pieces)
    }

    /// The pieces of a text with paths in braces.
    pub(super) fn pieces(
        &mut self,
        place: &DocumentPlace<'_>,
        scope: PathScope,
    ) -> Option<Vec<TemplatePiece>> {
        let template = place.text(self.findings)?;
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = template.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            text.push_str(before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                text.push_str(&brace[..1]);
                rest = after;
                continue;
            }
            let inside = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let Some((path, after)) = inside else {
                self.findings.error(
                    &place.pointer,
                    format!(
                        "a brace stands alone in {template:?}; expected {{path}}, or {{{{ and }}}} for braces"
                    ),
                );
                return None;
            };
            if !text.is_empty() {
                pieces.push(TemplatePiece::Text(std::mem::take(&mut text)));
            }
            pieces.push(TemplatePiece::Pick(self.pick_text(path.trim(), &place.pointer, scope)?));
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(TemplatePiece::Text(text));
        }
        Some(pieces)
    }
}
