//! No function of the C face hands out a reference whose lifetime its caller may choose: what a program lends comes out
//! of a `Scope`, and nowhere else does a pointer become a reference. What a program owns is given out and taken back by
//! the typed functions of `ownership`, and nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// The one file that may make references out of pointers.
const SCOPE: &str = "scope.rs";

#[test]
fn what_is_lent_comes_out_of_a_scope() {
    let mut faults = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("the sources") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = fs::read_to_string(&path).expect("a source");
        faults.extend(judge(&source, name != SCOPE).into_iter().map(|fault| format!("{name}: {fault}")));
        files += 1;
    }
    assert!(files > 20, "only {files} files were read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Those that may turn values into pointers that the program owns, and back: handles, and the bytes of buffers.
const OWNERSHIP: [&str; 2] = ["ownership.rs", "text.rs"];

#[test]
fn what_a_program_owns_is_given_and_taken_by_type() {
    let mut faults = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("the sources") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !OWNERSHIP.contains(&name.as_str()) {
            let source = fs::read_to_string(&path).expect("a source");
            faults.extend(untyped(&source).into_iter().map(|call| format!("{name}: {call}")));
        }
    }
    assert!(faults.is_empty(), "expected a function of `ownership` instead of:\n{}", faults.join("\n"));
    assert_eq!(untyped("fn free(handle: *mut u8) { drop(unsafe { Box::from_raw(handle) }) }"), ["from_raw"]);
    assert_eq!(untyped("fn keep(page: *const u8) { unsafe { Arc::increment_strong_count(page) } }").len(), 1);
}

/// The calls in a source that give or take what a pointer owns.
fn untyped(source: &str) -> Vec<String> {
    let mut calls = Owning::default();
    calls.visit_file(&syn::parse_file(source).expect("a source that compiles"));
    calls.0
}

#[derive(Default)]
struct Owning(Vec<String>);

impl<'ast> Visit<'ast> for Owning {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let last = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let known = ["from_raw", "into_raw", "leak", "increment_strong_count", "decrement_strong_count"];
        if known.contains(&last.as_str()) {
            self.0.push(last);
        }
        visit::visit_expr_path(self, path);
    }
}

#[test]
fn a_free_lifetime_is_found_however_it_is_written() {
    for fault in [
        "unsafe fn text<'a>(data: *const u8, len: usize) -> &'a str { todo() }",
        "unsafe fn shared<'a, T: 'a>(handle: *const T) -> Result<&'a T, Failure> where T: 'a { todo() }",
        "unsafe fn read<'a>(text: bp_text) -> Option<Cow<'a, str>> { todo() }",
        "unsafe fn lent<'a>(handle: *const Lent<'a>) -> Lent<'a> { todo() }",
        "unsafe fn name(handle: *const bp_error) -> &'static str { todo() }",
        "impl<'a> Reader<'a> { unsafe fn read(data: *const u8) -> &'a [u8] { todo() } }",
        "mod inner { unsafe fn of<'a>(data: *const u8) -> impl Iterator<Item = u8> + 'a { todo() } }",
        "unsafe fn peek(handle: *const u8) -> u8 { let value = handle.as_ref(); *value }",
        "fn peek(handle: *mut u8) { within(|scope| unsafe { handle.as_mut() }); }",
        "fn peek(handle: *const u8) { let value = unsafe { &*handle }; }",
        "fn peek(handle: *mut u8) { let value = unsafe { &mut *handle.cast::<u16>() }; }",
        "fn peek(data: *const u8) { let bytes = unsafe { slice::from_raw_parts(data, 4) }; }",
        "fn peek(data: *const c_char) { let text = unsafe { CStr::from_ptr(data) }; }",
    ] {
        assert_eq!(judge(fault, true).len(), 1, "{fault}");
    }
    for sound in [
        "impl<'call> Scope<'call> { unsafe fn text(self, data: *const u8) -> &'call str { todo() } }",
        "unsafe fn read<'call>(scope: Scope<'call>, data: *const u8) -> Option<&'call str> { todo() }",
        "fn name(self) -> &'static CStr { c\"none\" }",
        "fn violations(&self) -> &[bp_violation] { &self.violations }",
        "fn find<'a>(texts: &'a [Text], name: &str) -> Option<&'a Text> { texts.first() }",
        "#[cfg(test)] mod tests { fn look(handle: *const u8) { let value = unsafe { &*handle }; } }",
    ] {
        assert_eq!(judge(sound, true), Vec::<String>::new(), "{sound}");
    }
}

/// What is against the rules in a source; `strict` where pointers may not become references.
fn judge(source: &str, strict: bool) -> Vec<String> {
    let mut judge = Judge { strict, ..Judge::default() };
    judge.visit_file(&syn::parse_file(source).expect("a source that compiles"));
    judge.faults
}

#[derive(Default)]
struct Judge {
    strict: bool,
    /// The lifetimes of the type whose methods are read.
    of_self: BTreeSet<String>,
    /// The parameters of the function that is read which are pointers.
    pointers: BTreeSet<String>,
    faults: Vec<String>,
}

impl Judge {
    fn function(&mut self, signature: &syn::Signature) {
        let (mut given, mut taken) = (Mentioned::default(), Mentioned::default());
        for input in &signature.inputs {
            match input {
                syn::FnArg::Receiver(_) => given.lifetimes.extend(self.of_self.iter().cloned()),
                syn::FnArg::Typed(input) => {
                    given.visit_type(&input.ty);
                    if let (syn::Type::Ptr(_), syn::Pat::Ident(name)) = (&*input.ty, &*input.pat) {
                        self.pointers.insert(name.ident.to_string());
                    }
                }
            }
        }
        taken.visit_return_type(&signature.output);
        if !given.points {
            given.lifetimes.insert("static".to_owned());
        }
        for free in taken.lifetimes.difference(&given.lifetimes) {
            self.faults.push(format!(
                "{} returns a reference of lifetime '{free}, which its caller may choose; expected the lifetime of a Scope",
                signature.ident
            ));
        }
    }

    fn reference(&mut self, made: &str) {
        if self.strict {
            self.faults
                .push(format!("{made} makes a reference out of a pointer; expected a method of Scope"));
        }
    }
}

impl<'ast> Visit<'ast> for Judge {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
        };
        if !module.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, methods: &'ast syn::ItemImpl) {
        let mut mentioned = Mentioned::default();
        mentioned.visit_type(&methods.self_ty);
        let outer = std::mem::replace(&mut self.of_self, mentioned.lifetimes);
        visit::visit_item_impl(self, methods);
        self.of_self = outer;
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.pointers.clear();
        self.function(&function.sig);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.pointers.clear();
        self.function(&function.sig);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.pointers.clear();
        self.function(&function.sig);
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let syn::Expr::Path(receiver) = &*call.receiver
            && ["as_ref", "as_mut"].iter().any(|name| call.method == name)
            && receiver.path.get_ident().is_some_and(|name| self.pointers.contains(&name.to_string()))
        {
            self.reference(&call.method.to_string());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if matches!(&*reference.expr, syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_))) {
            self.reference("&*");
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let last = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if ["from_raw_parts", "from_raw_parts_mut", "from_ptr"].contains(&last.as_str()) {
            self.reference(&last);
        }
        visit::visit_expr_path(self, path);
    }
}

/// The lifetimes that a type names, those behind pointers aside: a pointer binds nobody.
#[derive(Default)]
struct Mentioned {
    lifetimes: BTreeSet<String>,
    points: bool,
}

impl<'ast> Visit<'ast> for Mentioned {
    fn visit_type_ptr(&mut self, _: &'ast syn::TypePtr) {
        self.points = true;
    }

    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        if lifetime.ident != "_" {
            self.lifetimes.insert(lifetime.ident.to_string());
        }
    }
}
