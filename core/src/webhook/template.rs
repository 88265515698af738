//! Templates read backwards: what stood for the variables in a text that was made of one.

use super::variable::{Variable, VariableValues};

/// A text with variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotificationTemplate(Vec<TemplatePart>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Literal(String),
    Variable(Variable),
}

/// How many ways of reading a text are tried. An honest one needs a few for each variable.
const MOST_TRIES: u32 = 2_000;

impl NotificationTemplate {
    /// Reads a template. What looks like a variable and is none is an error, in words that name it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else {
                return Err("`${` has no `}` behind it".to_owned());
            };
            let known = Variable::ALL.into_iter().find(|variable| variable.name() == name);
            let Some(variable) = known else {
                let names: Vec<String> =
                    Variable::ALL.into_iter().map(|variable| format!("${{{}}}", variable.name())).collect();
                return Err(format!("the variable `${{{name}}}` is unknown; expected {}", names.join(", ")));
            };
            if !before.is_empty() {
                parts.push(TemplatePart::Literal(before.to_owned()));
            } else if let Some(TemplatePart::Variable(previous)) = parts.last() {
                return Err(format!(
                    "nothing stands between `${{{}}}` and `${{{name}}}`, so that their values cannot be told apart",
                    previous.name()
                ));
            }
            parts.push(TemplatePart::Variable(variable));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Literal(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = Variable> + '_ {
        self.0.iter().filter_map(|part| match part {
            TemplatePart::Literal(_) => None,
            TemplatePart::Variable(variable) => Some(*variable),
        })
    }

    /// The values for which the template is this text; `None` when it is for none.
    pub(super) fn read(&self, text: &str) -> Option<VariableValues> {
        let mut found = Vec::new();
        let mut tries = MOST_TRIES;
        if !fits(&self.0, text, &mut found, &mut tries) {
            return None;
        }
        let mut values = VariableValues::default();
        found.into_iter().all(|(variable, value)| values.put(variable, value)).then_some(values)
    }
}

/// Reads the longest value first, and a shorter one where what follows does not fit behind it: only so is
/// `goods-out-note-7` read by `${resource-type}-${resource-id}`.
fn fits<'t>(
    parts: &[TemplatePart],
    text: &'t str,
    found: &mut Vec<(Variable, &'t str)>,
    tries: &mut u32,
) -> bool {
    let Some(left) = tries.checked_sub(1) else { return false };
    *tries = left;
    match parts {
        [] => text.is_empty(),
        [TemplatePart::Literal(literal), rest @ ..] => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| fits(rest, text, found, tries))
        }
        [TemplatePart::Variable(variable), rest @ ..] => {
            let longest =
                text.bytes().take(variable.longest()).take_while(|byte| variable.allows(*byte)).count();
            // Whatever follows begins with the same bytes, so only places where it can begin are tried.
            let next = match rest {
                [TemplatePart::Literal(literal), ..] => literal.as_str(),
                [] | [TemplatePart::Variable(_), ..] => "",
            };
            for end in (1..=longest).rev() {
                let (value, behind) = text.split_at(end);
                if !behind.starts_with(next) || (rest.is_empty() && !behind.is_empty()) {
                    continue;
                }
                found.push((*variable, value));
                if fits(rest, behind, found, tries) {
                    return true;
                }
                found.pop();
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, text: &str) -> Option<Vec<(&'static str, String)>> {
        let values = NotificationTemplate::parse(template).unwrap().read(text)?;
        let of = |variable: Variable| Some((variable.name(), values.get(variable)?.to_owned()));
        Some(Variable::ALL.into_iter().filter_map(of).collect())
    }

    #[test]
    fn values_are_told_from_what_stands_around_them() {
        assert_eq!(
            values("a ${resource-id} b", "a 1,5-9 b"),
            Some(vec![("resource-id", "1,5-9".to_owned())])
        );
        assert_eq!(
            values("${resource-type}-${resource-id}", "goods-out-note-7-9"),
            Some(vec![("resource-type", "goods-out-note".to_owned()), ("resource-id", "7-9".to_owned())])
        );
        assert_eq!(
            values(
                "<e>${full-event}</e><t>${raised-on}</t>",
                "<e>order.modified</e><t>2024-02-03T09:08:07.123Z</t>"
            ),
            Some(vec![
                ("full-event", "order.modified".to_owned()),
                ("raised-on", "2024-02-03T09:08:07.123Z".to_owned())
            ])
        );
        for (template, text) in [
            ("a ${resource-id} b", "a  b"),
            ("a ${resource-id} b", "a 1 c"),
            ("a ${resource-id} b", "a ${resource-id} b"),
            ("${resource-id}", "1x"),
            ("${resource-id} ${resource-id}", "1 2"),
            ("abc", "abd"),
        ] {
            assert_eq!(values(template, text), None, "{template} {text}");
        }
        assert_eq!(
            values("${resource-id} ${resource-id}", "1 1"),
            Some(vec![("resource-id", "1".to_owned())])
        );
    }

    #[test]
    fn templates_that_cannot_be_read_backwards_are_refused() {
        for (template, expected) in [
            ("${resource-id", "has no `}`"),
            ("${id}", "`${id}` is unknown"),
            ("${resource-id}${account-code}", "cannot be told apart"),
        ] {
            let why = NotificationTemplate::parse(template).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn a_hostile_text_costs_a_bounded_time() {
        let template = NotificationTemplate::parse(&"${resource-type}-".repeat(40)).unwrap();
        assert_eq!(template.read(&"-a".repeat(10_000)), None);
    }
}
