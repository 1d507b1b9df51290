//! Lines of the report, and whether all budgets were kept.

#[derive(Default)]
pub struct Report {
    missed: Vec<String>,
}

/// A number without a budget.
pub fn note(what: &str, value: f64, unit: &str) {
    println!("{what:<58} {value:>10.2} {unit}");
}

impl Report {
    pub fn below(&mut self, what: &str, value: f64, budget: f64, unit: &str) {
        self.judge(what, value, unit, value < budget, &format!("< {budget}"));
    }

    pub fn at_least(&mut self, what: &str, value: f64, budget: f64, unit: &str) {
        self.judge(what, value, unit, value >= budget, &format!(">= {budget}"));
    }

    pub fn holds(&mut self, what: &str, holds: bool, detail: &str) {
        println!("{what:<58} {detail}  {}", if holds { "ok" } else { "MISSED" });
        if !holds {
            self.missed.push(what.to_owned());
        }
    }

    /// With a place more than a budget has at most, so that one just missed does not look like one kept.
    fn judge(&mut self, what: &str, value: f64, unit: &str, kept: bool, budget: &str) {
        let verdict = if kept { "ok" } else { "MISSED" };
        println!("{what:<58} {value:>10.3} {unit:<12} (budget {budget})  {verdict}");
        if !kept {
            self.missed.push(what.to_owned());
        }
    }

    /// The exit status.
    pub fn finish(self) -> i32 {
        if self.missed.is_empty() {
            println!("\nAll budgets kept.");
            return 0;
        }
        println!("\nMissed: {}", self.missed.join("; "));
        1
    }
}
