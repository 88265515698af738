//! Makes bodies from the catalog's field tables.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;
use std::fmt;

use brightpearl_core::catalog::field::{DecimalForm, Field, MapKey, Object, PatchPath, Rule, Shape, Sign};
use brightpearl_core::catalog::operation::Content;

/// JSON that keeps its numbers as they were written.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Token(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A body, and what stands where in it.
pub(crate) struct Generated {
    pub(crate) json: Json,
    pub(crate) places: BTreeMap<String, Place>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) shape: Shape,
    pub(crate) mandatory: bool,
    /// The resource that the value refers to; an array's elements refer to what the array does.
    pub(crate) refers_to: Option<&'static str>,
}

impl Place {
    fn of(field: &Field) -> Self {
        Self { shape: field.shape, mandatory: field.mandatory, refers_to: field.refers_to }
    }
}

/// Numbers that only depend on the seed.
pub(crate) struct Source(u64);

impl Source {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, by SplitMix64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(crate) fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

/// A body that is right.
pub(crate) fn generate(content: &Content, source: &mut Source) -> Generated {
    let mut places = BTreeMap::new();
    let json = match content {
        Content::Json(shape) | Content::OptionalJson(shape) => {
            value(shape, "", &Wishes::default(), source, &mut places)
        }
        Content::Patch(paths) => patch(paths, source, &mut places),
        Content::Nothing | Content::Form(_) | Content::Unknown => Json::Object(Vec::new()),
    };
    Generated { json, places }
}

/// What the rules around want of an object: members that must be there, and values that must not.
#[derive(Default)]
struct Wishes {
    present: Vec<String>,
    avoided: Vec<(String, &'static str)>,
}

impl Wishes {
    fn of(object: &Object, inherited: &Wishes) -> Self {
        let mut wishes = Wishes { present: inherited.present.clone(), avoided: inherited.avoided.clone() };
        for rule in object.rules {
            match rule {
                Rule::AnyOf(pointers) => {
                    wishes.present.extend(pointers.iter().map(|text| (*text).to_owned()))
                }
                Rule::When { needs, .. } => {
                    wishes.present.extend(needs.iter().map(|text| (*text).to_owned()));
                }
                Rule::Apart { other, .. } => wishes.avoided.push((other.0.to_owned(), other.1)),
            }
        }
        wishes
    }

    fn wants(&self, name: &str) -> bool {
        self.present.iter().any(|pointer| pointer.split('/').nth(1) == Some(name))
    }

    fn within(&self, name: &str) -> Self {
        let below = |pointer: &String| pointer.strip_prefix(&format!("/{name}")).map(str::to_owned);
        Wishes {
            present: self.present.iter().filter_map(below).filter(|rest| !rest.is_empty()).collect(),
            avoided: self
                .avoided
                .iter()
                .filter_map(|(pointer, value)| below(pointer).map(|rest| (rest, *value)))
                .collect(),
        }
    }
}

fn value(
    shape: &Shape,
    pointer: &str,
    wishes: &Wishes,
    source: &mut Source,
    places: &mut BTreeMap<String, Place>,
) -> Json {
    let token = match shape {
        Shape::Object(object) => return members(object, pointer, wishes, source, places),
        Shape::Array { of, at_least, at_most } => {
            let most = at_most.unwrap_or(at_least + 2).min(at_least + 2);
            let count = *at_least as usize + source.below((most - at_least + 1) as usize);
            let refers_to = places.get(pointer).and_then(|place| place.refers_to);
            let elements = (0..count).map(|place| {
                let pointer = format!("{pointer}/{place}");
                places.insert(pointer.clone(), Place { shape: **of, mandatory: false, refers_to });
                value(of, &pointer, &Wishes::default(), source, places)
            });
            return Json::Array(elements.collect());
        }
        Shape::Map { key, of } => {
            let name = match key {
                MapKey::Id | MapKey::Quantity => source.pick(&["1", "10"]),
                MapKey::Name => source.pick(&["key", "a/b~c"]),
            };
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            places.insert(pointer.clone(), Place { shape: **of, mandatory: false, refers_to: None });
            let value = value(of, &pointer, &Wishes::default(), source, places);
            return Json::Object(vec![(name.to_owned(), value)]);
        }
        Shape::Text { at_least, at_most } => text(*at_least, *at_most, source),
        Shape::Choice(texts) => {
            let fitting: Vec<&str> = texts
                .iter()
                .copied()
                .filter(|text| {
                    wishes.avoided.iter().all(|(rest, avoided)| !rest.is_empty() || avoided != text)
                })
                .collect();
            quoted(source.pick(&fitting))
        }
        Shape::Code => source.pick(&["296", "\"296\"", "\"A-1\""]).to_owned(),
        Shape::Boolean => source.pick(&["true", "false"]).to_owned(),
        Shape::Integer { lowest, highest } => {
            let lowest = lowest.map_or(-3, i64::from);
            let number = (lowest + source.below(9) as i64).min(highest.map_or(i64::MAX, i64::from));
            number_or_text(number.to_string(), source)
        }
        Shape::Id { or_zero } => {
            let id = source.below(1_000_000) + usize::from(!or_zero);
            number_or_text(id.to_string(), source)
        }
        Shape::Decimal(form) => decimal(*form, source),
        Shape::Date => quoted(source.pick(DAYS)),
        Shape::Moment => quoted(if source.coin() { source.pick(DAYS) } else { source.pick(INSTANTS) }),
        Shape::LocalMoment => {
            quoted(source.pick(&["2016-06-19T12:00:00", "2016-06-19", "2016-06-19T12:00:00Z"]))
        }
        Shape::TimeOfDay => quoted(source.pick(&["00:00:00", "17:30:00"])),
        Shape::Currency => quoted(source.pick(&["GBP", "USD"])),
        Shape::Country => quoted(source.pick(&["GB", "GBR"])),
        Shape::Colour => quoted(source.pick(&["#60a0ff", "#E7E6E4"])),
        Shape::Any => source.pick(&["{}", "\"text\"", "12.50", "[1, {\"a\": null}]"]).to_owned(),
    };
    Json::Token(token)
}

const DAYS: &[&str] = &["2024-02-29", "2011-06-08"];
const INSTANTS: &[&str] =
    &["2024-02-03T09:08:07Z", "2024-02-03T09:08:07.123-06:00", "2011-07-15T16:10:45.555000+01:00"];

fn members(
    object: &Object,
    pointer: &str,
    wishes: &Wishes,
    source: &mut Source,
    places: &mut BTreeMap<String, Place>,
) -> Json {
    let wishes = Wishes::of(object, wishes);
    let mut members = Vec::new();
    for field in object.fields {
        if field.mandatory || wishes.wants(field.name) || source.coin() {
            let pointer = format!("{pointer}/{}", field.name);
            places.insert(pointer.clone(), Place::of(field));
            let value = value(&field.shape, &pointer, &wishes.within(field.name), source, places);
            members.push((field.name.to_owned(), value));
        }
    }
    Json::Object(members)
}

fn text(at_least: u32, at_most: Option<u32>, source: &mut Source) -> String {
    let most = at_most.unwrap_or(at_least + 12).min(at_least + 12);
    let count = at_least as usize + source.below((most - at_least + 1) as usize);
    let letters = ['a', 'Z', '7', ' ', '"', '\\', '/', 'é', '₡', '😀', '\u{1}'];
    let text: String = (0..count).map(|_| letters[source.below(letters.len())]).collect();
    quoted(&text)
}

fn decimal(form: DecimalForm, source: &mut Source) -> String {
    let places = form.places.unwrap_or(6).min(6) as usize;
    let whole = source.below(10_000) + usize::from(form.sign == Sign::Positive);
    let minus = if form.sign == Sign::Any && source.coin() { "-" } else { "" };
    let fraction: String = (0..source.below(places + 1)).map(|_| source.pick(&["0", "5", "9"])).collect();
    let number =
        if fraction.is_empty() { format!("{minus}{whole}") } else { format!("{minus}{whole}.{fraction}") };
    if form.text_only { quoted(&number) } else { number_or_text(number, source) }
}

fn number_or_text(number: String, source: &mut Source) -> String {
    if source.coin() { quoted(&number) } else { number }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn patch(paths: &[PatchPath], source: &mut Source, places: &mut BTreeMap<String, Place>) -> Json {
    let name = Place { shape: Shape::Text { at_least: 1, at_most: None }, mandatory: true, refers_to: None };
    let operations = (0..=source.below(3)).map(|place| {
        let path = &paths[source.below(paths.len())];
        let operation = path.operations[source.below(path.operations.len())];
        let mut put = |member: &str, what: Place| {
            places.insert(format!("/{place}/{member}"), what);
        };
        put("op", name);
        put("path", name);
        let mut members = vec![
            ("op".to_owned(), Json::Token(quoted(operation.as_str()))),
            ("path".to_owned(), Json::Token(quoted(&concrete(path.path, source)))),
        ];
        if operation.has_from() {
            put("from", name);
            members.push(("from".to_owned(), Json::Token(quoted(&concrete(path.path, source)))));
        }
        if operation.has_value() {
            let pointer = format!("/{place}/value");
            // That a value is absent or of another type is found at its place, so it is broken there, too.
            let (mandatory, refers_to) = (!is_any(&path.shape), path.refers_to);
            places.insert(pointer.clone(), Place { shape: path.shape, mandatory, refers_to });
            let value = value(&path.shape, &pointer, &Wishes::default(), source, places);
            members.push(("value".to_owned(), value));
        }
        Json::Object(members)
    });
    Json::Array(operations.collect())
}

fn is_any(shape: &Shape) -> bool {
    matches!(shape, Shape::Any)
}

/// One of the paths that a patchable path stands for.
fn concrete(path: &str, source: &mut Source) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match segment.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(names) => source.pick(&names.split('|').collect::<Vec<_>>()).to_owned(),
            None => segment.replace('*', "TYPE"),
        })
        .collect();
    segments.join("/")
}

impl Json {
    /// Puts another token where a pointer leads.
    pub(crate) fn replace(&mut self, pointer: &str, token: &str) {
        *self.at(pointer) = Json::Token(token.to_owned());
    }

    /// The token where a pointer leads.
    pub(crate) fn token(&mut self, pointer: &str) -> String {
        self.at(pointer).to_string()
    }

    /// Takes a member away.
    pub(crate) fn remove(&mut self, pointer: &str) {
        let (outer, name) = pointer.rsplit_once('/').unwrap();
        match self.at(outer) {
            Json::Object(members) => members.retain(|(member, _)| member != name),
            Json::Array(_) | Json::Token(_) => panic!("{pointer} is not a member"),
        }
    }

    fn at(&mut self, pointer: &str) -> &mut Json {
        pointer.split('/').skip(1).fold(self, |json, name| {
            let name = name.replace("~1", "/").replace("~0", "~");
            match json {
                Json::Object(members) => {
                    let member = members.iter_mut().find(|(member, _)| *member == name);
                    member.map(|(_, value)| value).unwrap()
                }
                Json::Array(elements) => &mut elements[name.parse::<usize>().unwrap()],
                Json::Token(token) => panic!("{token} has no {name}"),
            }
        })
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Token(token) => formatter.write_str(token),
            Json::Array(elements) => {
                let texts: Vec<String> = elements.iter().map(Json::to_string).collect();
                write!(formatter, "[{}]", texts.join(","))
            }
            Json::Object(members) => {
                let texts: Vec<String> =
                    members.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
                write!(formatter, "{{{}}}", texts.join(","))
            }
        }
    }
}
