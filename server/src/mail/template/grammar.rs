//! What may stand between the braces: placeholders, words in quotes, `{% if %}` and, in HTML, our components. No loops, filters,
//! assignments, imports or arithmetic: a template says what a mail says, and computes nothing (security 129).

use super::address::{Allowed, foreign};
use super::problem::{Flaw, Part, Problem, place};
use crate::mail::message::MailKind;
use crate::mail::placeholder::Placeholder;
use crate::mail::render::COMPONENTS;
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Stmt};
use minijinja::machinery::{Span, Token, WhitespaceConfig, parse, tokenize};

/// Words and signs between two braces. The engine's parser calls itself for many of them, and so does everything that looks at what it
/// made: a long enough row would overflow the stack, which ends the whole server and not only this check (security 128).
const MOST_TOKENS: usize = 60;

/// Blocks within blocks, and further branches of conditions, for the same reason.
const DEEPEST: usize = 20;
const MOST_BRANCHES: usize = 60;

/// Checks one part; answers the placeholders that it names.
pub fn check(
    kind: MailKind,
    part: Part,
    source: &str,
    allowed: &Allowed,
    problems: &mut Vec<Problem>,
) -> Vec<Placeholder> {
    if let Some(at) = overflowing(source) {
        let what = "too much between two braces, or within each other";
        problems.push(Problem::at(part, place(source, at), Flaw::Syntax, what));
        return Vec::new();
    }
    let parsed = parse(source, part.as_str(), <_>::default(), WhitespaceConfig::default());
    let mut reader = Reader {
        kind,
        part,
        source,
        allowed,
        problems,
        named: Vec::new(),
    };
    match parsed {
        Ok(template) => reader.statement(&template),
        Err(error) => {
            let at = match (error.range(), error.line()) {
                (Some(range), _) => place(source, range.start),
                (None, line) => (line.unwrap_or(1), 1),
            };
            let detail = error.detail().unwrap_or_default();
            reader.problems.push(Problem::at(part, at, Flaw::Syntax, detail));
        }
    }
    reader.named
}

/// Where a template becomes more than can be read safely. Told from the engine's own tokens, before anything calls itself for them.
fn overflowing(source: &str) -> Option<usize> {
    let (mut tokens, mut depth, mut branches) = (0, 0_usize, 0);
    let mut begins_block = false;
    // What is no token is the parser's to say.
    for (token, span) in tokenize(source, false, <_>::default(), WhitespaceConfig::default()).map_while(Result::ok) {
        tokens += 1;
        match token {
            Token::VariableStart | Token::BlockStart | Token::TemplateData(_) => tokens = 0,
            Token::Ident("elif") if begins_block => branches += 1,
            Token::Ident("else") if begins_block => {}
            Token::Ident(word) if begins_block && word.starts_with("end") => depth = depth.saturating_sub(1),
            Token::Ident(_) if begins_block => depth += 1,
            _ => {}
        }
        begins_block = matches!(token, Token::BlockStart);
        if tokens > MOST_TOKENS || depth > DEEPEST || branches > MOST_BRANCHES {
            return Some(span.start_offset as usize);
        }
    }
    None
}

struct Reader<'a> {
    kind: MailKind,
    part: Part,
    source: &'a str,
    allowed: &'a Allowed,
    problems: &'a mut Vec<Problem>,
    named: Vec<Placeholder>,
}

impl Reader<'_> {
    fn problem(&mut self, span: Span, flaw: Flaw, what: &str) {
        let at = place(self.source, span.start_offset as usize);
        self.problems.push(Problem::at(self.part, at, flaw, what));
    }

    fn statements(&mut self, all: &[Stmt<'_>]) {
        for one in all {
            self.statement(one);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        let (span, what) = match statement {
            Stmt::Template(template) => return self.statements(&template.children),
            Stmt::EmitRaw(_) => return,
            Stmt::EmitExpr(emit) => return self.expression(&emit.expr),
            Stmt::IfCond(condition) => {
                self.expression(&condition.expr);
                self.statements(&condition.true_body);
                return self.statements(&condition.false_body);
            }
            Stmt::CallBlock(block) => {
                self.call(&block.call, block.call.span(), true);
                if !block.macro_decl.args.is_empty() {
                    self.problem(block.call.span(), Flaw::NotAllowed, "call(…)");
                }
                return self.statements(&block.macro_decl.body);
            }
            Stmt::ForLoop(node) => (node.span(), "for"),
            Stmt::WithBlock(node) => (node.span(), "with"),
            Stmt::Set(node) => (node.span(), "set"),
            Stmt::SetBlock(node) => (node.span(), "set"),
            Stmt::AutoEscape(node) => (node.span(), "autoescape"),
            Stmt::FilterBlock(node) => (node.span(), "filter"),
            Stmt::Block(node) => (node.span(), "block"),
            Stmt::Import(node) => (node.span(), "import"),
            Stmt::FromImport(node) => (node.span(), "from"),
            Stmt::Extends(node) => (node.span(), "extends"),
            Stmt::Include(node) => (node.span(), "include"),
            Stmt::Macro(node) => (node.span(), "macro"),
            Stmt::Do(node) => (node.span(), "do"),
        };
        self.problem(span, Flaw::NotAllowed, what);
    }

    fn expression(&mut self, expression: &Expr<'_>) {
        match expression {
            Expr::Var(variable) => self.variable(variable.id, variable.span()),
            Expr::Const(constant) => {
                let words = constant.value.as_str().unwrap_or_default();
                if let Some((_, address)) = foreign(words, self.allowed) {
                    self.problem(constant.span(), Flaw::AddressNotAllowed, &address);
                }
            }
            Expr::UnaryOp(operation) if matches!(operation.op, minijinja::machinery::ast::UnaryOpKind::Not) => {
                self.expression(&operation.expr);
            }
            Expr::BinOp(operation)
                if matches!(
                    operation.op,
                    BinOpKind::ScAnd | BinOpKind::ScOr | BinOpKind::Concat | BinOpKind::Eq | BinOpKind::Ne
                ) =>
            {
                self.expression(&operation.left);
                self.expression(&operation.right);
            }
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr);
                self.expression(&choice.true_expr);
                if let Some(otherwise) = &choice.false_expr {
                    self.expression(otherwise);
                }
            }
            Expr::Call(call) => self.call(call, call.span(), false),
            other => self.problem(other.span(), Flaw::NotAllowed, other.description()),
        }
    }

    fn variable(&mut self, name: &str, span: Span) {
        match name.parse::<Placeholder>() {
            Ok(known) if known.is_in(self.kind) => {
                if self.part == Part::Subject && matches!(known, Placeholder::Link | Placeholder::Code) {
                    // Subjects are printed and shown on locked screens.
                    self.problem(span, Flaw::SecretInSubject, name);
                }
                self.named.push(known);
            }
            _ => self.problem(span, Flaw::UnknownPlaceholder, name),
        }
    }

    /// A component, in HTML only. What a link leads to is always a placeholder.
    fn call(&mut self, call: &Call<'_>, span: Span, block: bool) {
        let name = match &call.expr {
            Expr::Var(variable) => variable.id,
            _ => "",
        };
        let known = COMPONENTS.iter().find(|(known, _)| *known == name);
        let Some((name, values)) = known.filter(|_| self.part == Part::Html) else {
            return self.problem(span, Flaw::NotAllowed, if name.is_empty() { "call" } else { name });
        };
        let is_block = matches!(*name, "paragraph" | "fact_list" | "care");
        let given: Vec<&Expr<'_>> = call
            .args
            .iter()
            .filter_map(|argument| match argument {
                CallArg::Pos(value) => Some(value),
                CallArg::Kwarg(..) | CallArg::PosSplat(_) | CallArg::KwargSplat(_) => None,
            })
            .collect();
        if is_block != block || given.len() != call.args.len() || given.len() != *values {
            return self.problem(span, Flaw::ComponentMisused, name);
        }
        for (index, value) in given.into_iter().enumerate() {
            let leads = matches!((*name, index), ("button" | "plain_link", 0) | ("contact", 1));
            if leads && !is_address(value) {
                self.problem(value.span(), Flaw::ComponentMisused, name);
            }
            self.expression(value);
        }
    }
}

fn is_address(value: &Expr<'_>) -> bool {
    match value {
        Expr::Var(variable) => variable.id.parse().is_ok_and(Placeholder::is_address),
        _ => false,
    }
}
