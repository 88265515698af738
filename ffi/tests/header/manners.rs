//! What every function of the header says of itself: which threads may call it, where NULL is taken, and how long what it
//! takes and gives lives. It follows from the types; where it does not, the source says so in a line of its own, which
//! begins with the same word.

/// The words that the three lines begin with.
pub(crate) const WORDS: [&str; 3] = ["Thread:", "NULL:", "Lifetime:"];

/// Types with one owner, which one thread at a time may use, and what they are called.
const CONFINED: [(&str, &str); 4] =
    [("bp_call", "call"), ("bp_batch", "batch"), ("bp_journal", "journal"), ("bp_state", "state")];

/// A function as the header has it.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) comment: Vec<String>,
    result: String,
    arguments: Vec<Argument>,
}

pub(crate) struct Argument {
    /// The type, without the name: `const bp_page *`.
    kind: String,
    name: String,
}

/// The header with the three lines in every comment of a function.
pub(crate) fn with_manners(header: &str) -> String {
    let mut text = String::new();
    for piece in pieces(header) {
        match piece {
            Piece::Other(line) => text += &format!("{line}\n"),
            Piece::Function(function, declaration) => {
                text += "/**\n";
                for line in &function.comment {
                    text += &format!(" *{}{line}\n", if line.is_empty() { "" } else { " " });
                }
                let missing = WORDS.into_iter().zip([thread, null, lifetime]);
                let missing: Vec<_> = missing.filter(|(word, _)| !function.says(word)).collect();
                let is_first = !WORDS.iter().any(|word| function.says(word));
                if !missing.is_empty() && is_first {
                    text += " *\n";
                }
                for (word, rule) in missing {
                    text += &wrapped(&format!("{word} {}.", rule(&function)));
                }
                text += " */\n";
                text += &declaration;
            }
        }
    }
    text
}

/// The functions of a header.
pub(crate) fn functions(header: &str) -> Vec<Function> {
    let functions = pieces(header).into_iter().filter_map(|piece| match piece {
        Piece::Function(function, _) => Some(function),
        Piece::Other(_) => None,
    });
    functions.collect()
}

enum Piece {
    Other(String),
    /// A function with a comment, and its declaration.
    Function(Function, String),
}

fn pieces(header: &str) -> Vec<Piece> {
    let lines: Vec<&str> = header.lines().collect();
    let mut pieces = Vec::new();
    let mut next = 0;
    while next < lines.len() {
        let found = (lines[next] == "/**").then(|| function_at(&lines[next..])).flatten();
        if let Some((function, declaration, length)) = found {
            pieces.push(Piece::Function(function, declaration));
            next += length;
        } else {
            pieces.push(Piece::Other(lines[next].to_owned()));
            next += 1;
        }
    }
    pieces
}

/// Reads a comment and the function behind it, and says how many lines they have.
fn function_at(lines: &[&str]) -> Option<(Function, String, usize)> {
    let end = lines.iter().position(|line| *line == " */")?;
    let last = lines[end..].iter().position(|line| line.ends_with(';'))? + end;
    let declared = &lines[end + 1..=last];
    if declared.iter().any(|line| line.contains('{') || line.starts_with('#')) {
        return None;
    }
    let (head, arguments) = declared.join(" ").split_once('(').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    let name = head.rsplit([' ', '*']).next()?.to_owned();
    let result = head.trim_start_matches("BP_NODISCARD").trim_end_matches(&name).trim().to_owned();
    let arguments = arguments.trim_end_matches(");").split(',').filter_map(argument).collect();
    let comment = lines[1..end].iter().map(|line| line.trim_start_matches(" *").trim_start().to_owned());
    let function = Function { name, comment: comment.collect(), result, arguments };
    let declaration = declared.iter().map(|line| format!("{line}\n")).collect();
    Some((function, declaration, last + 1))
}

fn argument(text: &str) -> Option<Argument> {
    let text = text.trim();
    let name = text.rsplit([' ', '*']).next()?;
    (text != "void")
        .then(|| Argument { kind: text.trim_end_matches(name).trim().to_owned(), name: name.to_owned() })
}

impl Function {
    pub(crate) fn says(&self, word: &str) -> bool {
        self.comment.iter().any(|line| line.starts_with(word))
    }

    /// Whether the comment says of an argument what NULL means.
    fn mentions_null(&self, name: &str) -> bool {
        let text = self.comment.join(" ");
        let named = |sentence: &str| {
            sentence.contains(&format!("`{name}`")) || sentence.contains(&format!("`*{name}`"))
        };
        text.split(". ").any(|sentence| named(sentence) && sentence.contains("NULL"))
    }

    fn can_fail(&self) -> bool {
        self.result == "bp_status"
            && self.arguments.iter().any(|it| it.name == "error" && it.is_place_of_handle())
    }

    fn frees(&self) -> bool {
        self.name.ends_with("_free")
    }

    pub(crate) fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    pub(crate) fn result(&self) -> &str {
        &self.result
    }

    /// What the comment says of NULL, in one line.
    pub(crate) fn null_line(&self) -> String {
        let lines = self.comment.iter().skip_while(|line| !line.starts_with(WORDS[1]));
        let lines = lines.take_while(|line| !line.starts_with(WORDS[2]));
        lines.map(String::as_str).collect::<Vec<_>>().join(" ").replacen(WORDS[1], "", 1).trim().to_owned()
    }

    pub(crate) fn pointers(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.kind.ends_with('*'))
    }

    /// Whether the argument is an array or a text, whose length comes behind it.
    fn has_length(&self, argument: &Argument) -> bool {
        let place = self.arguments.iter().position(|it| it.name == argument.name).unwrap_or_default();
        self.arguments.get(place + 1).is_some_and(|next| {
            next.kind == "size_t" && ["_len", "count", "_count"].iter().any(|end| next.name.ends_with(end))
        })
    }
}

impl Argument {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The type, without the name.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    pub(crate) fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }

    fn is_place_of_handle(&self) -> bool {
        self.kind.ends_with("**")
    }

    /// The type that it points to, without `const`.
    fn pointee(&self) -> &str {
        self.kind.trim_start_matches("const ").trim_end_matches('*').trim()
    }
}

fn thread(function: &Function) -> String {
    if function.frees() {
        return "any, once no other thread uses it any more".to_owned();
    }
    let uses =
        |kind: &str| function.arguments.iter().any(|it| it.pointee() == kind && !it.is_place_of_handle());
    match CONFINED.into_iter().find(|(kind, _)| uses(kind)) {
        Some((_, name)) => format!("the {name}'s"),
        None => "any".to_owned(),
    }
}

fn null(function: &Function) -> String {
    if function.frees() {
        return "is ignored".to_owned();
    }
    let mut parts = Vec::new();
    let names = |arguments: Vec<&Argument>| {
        let names: Vec<String> = arguments.iter().map(|it| format!("`{}`", it.name)).collect();
        names.join(", ")
    };
    let told =
        function.pointers().filter(|it| it.name != "error").filter(|it| !function.mentions_null(&it.name));
    let (arrays, others): (Vec<_>, Vec<_>) = told.partition(|it| function.has_length(it));
    if function.can_fail() {
        if !others.is_empty() {
            parts.push(format!("BP_STATUS_NULL_POINTER for {}", names(others)));
        }
        parts.extend((!arrays.is_empty()).then(|| format!("{} only with length 0", names(arrays))));
        parts.push("`error` may be NULL".to_owned());
    } else {
        let (handles, places): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|it| it.kind.starts_with("const "));
        parts.extend(
            (!handles.is_empty()).then(|| format!("{} may be, and has nothing to tell then", names(handles))),
        );
        parts.extend((!places.is_empty()).then(|| format!("{} may be", names(places))));
        parts.extend((!arrays.is_empty()).then(|| format!("{} only with length 0", names(arrays))));
    }
    if parts.is_empty() {
        let says = function.pointers().next().is_some();
        parts.push(if says { "as said above" } else { "there is no pointer" }.to_owned());
    }
    parts.join("; ")
}

fn lifetime(function: &Function) -> String {
    if function.frees() {
        return "it ends here, and with it all that it lent".to_owned();
    }
    let mut parts = Vec::new();
    if function.pointers().any(|it| it.kind.starts_with("const ")) {
        parts.push("what it takes is borrowed until it returns".to_owned());
    }
    for argument in function.pointers().filter(|it| it.name != "error") {
        match (argument.is_place_of_handle(), argument.pointee()) {
            (true, kind) => parts.push(format!("`*{}` is owned: free it with `{kind}_free`", argument.name)),
            (false, "bp_buffer") => {
                parts.push(format!("`*{}` is owned: free it with `bp_buffer_free`", argument.name));
            }
            (false, "bp_step") => {
                parts.push(
                    "what the step points to is lent until the next poll of the call, or until it is freed"
                        .to_owned(),
                );
            }
            _ => {}
        }
    }
    let lender = function.pointers().next();
    match (function.result.as_str(), lender) {
        ("bp_text" | "bp_bytes", Some(lender)) => parts.push(lent(lender)),
        (result, Some(lender)) if result.ends_with('*') && result.starts_with("const ") => {
            parts.push(lent(lender))
        }
        (result, None) if result.ends_with('*') => parts.push("the answer is static".to_owned()),
        (result, Some(_)) if result.ends_with('*') => {
            parts.push(format!(
                "the answer is owned: free it with `{}_free`",
                result.trim_end_matches('*').trim()
            ));
        }
        _ => {}
    }
    if parts.is_empty() {
        parts.push("it keeps nothing of what it takes".to_owned());
    }
    parts.join("; ")
}

fn lent(lender: &Argument) -> String {
    format!("the answer is lent for as long as `{}` is there", lender.name)
}

/// A line of a comment, wrapped as the others are.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 120;
    let mut lines = String::new();
    let mut line = " *".to_owned();
    for word in text.split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            lines += &format!("{line}\n");
            line = " *  ".to_owned();
        }
        line += &format!(" {word}");
    }
    lines + &line + "\n"
}
