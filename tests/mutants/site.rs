//! Where a file can be changed, and into what.
#![expect(clippy::wildcard_enum_match_arm, reason = "syn's enums may grow, and most of each stays")]

use core::{fmt, ops::Range};

use syn::{
    Arm, Attribute, Block, Expr, ExprBinary, ExprIf, ExprWhile, ImplItemFn, Item, ItemFn,
    ReturnType, Signature, Stmt, Type,
    spanned::Spanned as _,
    visit::{self, Visit},
};

/// One change, asleep until its number is called.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) number: usize,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// Bytes of the source it stands around; empty at the start of a function.
    pub(crate) range: Range<usize>,
    pub(crate) change: Change,
    words: String,
}

/// What is woven in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// An expression becomes another.
    Instead(String),
    /// A statement's error is not passed on; holds the statement without `?`.
    Ignored(String),
    /// A function answers at once.
    Answers(&'static str),
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.words)
    }
}

/// Adds the changes of a file; numbers go on from those that are there, from 1.
pub(crate) fn find(file: &str, source: &str, mutants: &mut Vec<Mutant>) -> Result<(), String> {
    let parsed = syn::parse_file(source).map_err(|error| format!("{file}: {error}"))?;
    let mut finder = Finder { file, source, mutants };
    finder.visit_file(&parsed);
    Ok(())
}

struct Finder<'a> {
    file: &'a str,
    source: &'a str,
    mutants: &'a mut Vec<Mutant>,
}

impl Finder<'_> {
    fn text(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    fn add(&mut self, line: usize, range: Range<usize>, change: Change, words: &str) {
        let number = self.mutants.len() + 1;
        let file = self.file.to_owned();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        self.mutants.push(Mutant { number, file, line, range, change, words });
    }

    /// A condition that is not what it was.
    fn becomes(&mut self, expr: &Expr, other: &str) {
        if holds_let(expr) {
            return;
        }
        let range = expr.span().byte_range();
        let words = format!("`{}` becomes `{other}`", self.text(&range));
        self.add(expr.span().start().line, range, Change::Instead(other.to_owned()), &words);
    }

    /// What stands between the two sides.
    fn sign(&self, it: &ExprBinary) -> &str {
        let (left, right) = (it.left.span().byte_range(), it.right.span().byte_range());
        self.text(&(left.end..right.start)).trim()
    }

    fn turned(&mut self, it: &ExprBinary) {
        let other = match self.sign(it) {
            "==" => "!=",
            "!=" => "==",
            "<" => "<=",
            "<=" => "<",
            ">" => ">=",
            ">=" => ">",
            _ => return,
        };
        let (left, right) = (it.left.span().byte_range(), it.right.span().byte_range());
        let turned = format!("{} {other} {}", self.text(&left), self.text(&right));
        let range = it.span().byte_range();
        let words = format!("`{}` becomes `{turned}`", self.text(&range));
        self.add(it.span().start().line, range, Change::Instead(turned), &words);
    }

    fn answers(&mut self, signature: &Signature, block: &Block) {
        let ReturnType::Type(_, answer) = &signature.output else { return };
        let start = block.brace_token.span.open().byte_range().end;
        for words in answers_of(answer) {
            let line = signature.span().start().line;
            let said = format!("`{}` answers `{words}`", signature.ident);
            self.add(line, start..start, Change::Answers(words), &said);
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(it) => it.attrs.as_slice(),
            Item::Fn(it) => it.attrs.as_slice(),
            Item::Impl(it) => it.attrs.as_slice(),
            Item::Const(_) | Item::Static(_) => return,
            _ => &[],
        };
        if !attributes.iter().any(is_of_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, it: &'ast ItemFn) {
        if it.sig.constness.is_none() {
            self.answers(&it.sig, &it.block);
            visit::visit_item_fn(self, it);
        }
    }

    fn visit_impl_item_fn(&mut self, it: &'ast ImplItemFn) {
        if it.sig.constness.is_none() {
            self.answers(&it.sig, &it.block);
            visit::visit_impl_item_fn(self, it);
        }
    }

    fn visit_expr_if(&mut self, it: &'ast ExprIf) {
        self.becomes(&it.cond, "true");
        self.becomes(&it.cond, "false");
        visit::visit_expr_if(self, it);
    }

    fn visit_expr_while(&mut self, it: &'ast ExprWhile) {
        self.becomes(&it.cond, "false");
        visit::visit_expr_while(self, it);
    }

    fn visit_arm(&mut self, it: &'ast Arm) {
        if let Some((_, guard)) = &it.guard {
            self.becomes(guard, "true");
            self.becomes(guard, "false");
        }
        visit::visit_arm(self, it);
    }

    fn visit_expr_binary(&mut self, it: &'ast ExprBinary) {
        let neutral = match self.sign(it) {
            "&&" => Some("true"),
            "||" => Some("false"),
            _ => None,
        };
        if let Some(neutral) = neutral {
            self.becomes(&it.left, neutral);
            self.becomes(&it.right, neutral);
        }
        self.turned(it);
        visit::visit_expr_binary(self, it);
    }

    fn visit_stmt(&mut self, it: &'ast Stmt) {
        if let Stmt::Expr(Expr::Try(passed), Some(_)) = it {
            let inner = self.text(&passed.expr.span().byte_range()).to_owned();
            let words = format!("the error of `{inner}` is ignored");
            let range = it.span().byte_range();
            self.add(it.span().start().line, range, Change::Ignored(inner), &words);
        }
        visit::visit_stmt(self, it);
    }
}

/// What a function of this type could say without looking.
fn answers_of(answer: &Type) -> &'static [&'static str] {
    let words = quote::ToTokens::to_token_stream(answer).to_string().replace(' ', "");
    match words.as_str() {
        "bool" => &["true", "false"],
        _ if words.starts_with("Result<(),") => &["Ok(())"],
        _ if words.starts_with("Result<bool,") => &["Ok(true)", "Ok(false)"],
        _ if words.starts_with("Option<") => &["None"],
        _ => &[],
    }
}

fn holds_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(it) => holds_let(&it.left) || holds_let(&it.right),
        _ => false,
    }
}

fn is_of_tests(attribute: &Attribute) -> bool {
    let words = quote::ToTokens::to_token_stream(attribute).to_string();
    words.contains("cfg") && words.contains("test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(source: &str) -> Vec<String> {
        let mut mutants = vec![];
        find("a.rs", source, &mut mutants).unwrap();
        mutants.iter().map(|it| it.words.clone()).collect()
    }

    #[test]
    fn each_condition_comparison_and_error_can_be_taken_away() {
        let source = "fn check(a: u8) -> Result<(), E> {\n    if a > 1 && b {\n        \
                      return Err(E);\n    }\n    other(a)?;\n    Ok(())\n}";

        assert_eq!(
            changes(source),
            [
                "`check` answers `Ok(())`",
                "`a > 1 && b` becomes `true`",
                "`a > 1 && b` becomes `false`",
                "`a > 1` becomes `true`",
                "`b` becomes `true`",
                "`a > 1` becomes `a >= 1`",
                "the error of `other(a)` is ignored",
            ]
        );
    }

    #[test]
    fn what_only_the_compiler_or_the_tests_run_stays() {
        assert_eq!(changes("const A: bool = 1 == 2; const fn b() -> bool { 1 < 2 }"), [""; 0]);
        assert_eq!(changes("#[cfg(test)] mod tests { fn a() -> bool { true } }"), [""; 0]);
    }

    #[test]
    fn a_pattern_in_a_condition_stays_where_it_is() {
        let source = "fn a(b: Option<u8>) { if let Some(c) = b && c > 1 { d(); } }";

        assert_eq!(changes(source), ["`c > 1` becomes `true`", "`c > 1` becomes `c >= 1`"]);
    }
}
