//! The median of paired differences with a bootstrap interval: no assumption about how times are distributed.

/// Fewer say nothing.
const LEAST: usize = 10;
const RESAMPLES: usize = 2_000;

/// The 95 % interval of the median; nothing for too few values.
pub fn interval(differences: &[f64]) -> Option<(f64, f64)> {
    if differences.len() < LEAST {
        return None;
    }
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut medians = Vec::new();
    for _ in 0..RESAMPLES {
        let sample = (0..differences.len()).filter_map(|_| differences.get(random.below(differences.len())));
        medians.extend(median(sample.copied().collect()));
    }
    medians.sort_by(f64::total_cmp);
    let low = medians.get(medians.len() / 40)?;
    let high = medians.get(medians.len() - 1 - medians.len() / 40)?;
    Some((*low, *high))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// A small generator (xorshift) for resampling: repeatable, and nothing secret hangs on it.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 156: the control that must pass, and the one that must not
    #[test]
    fn noise_holds_zero_and_a_planted_difference_does_not() {
        let mut random = Random(7);
        let mut noise = || f64::from(u32::try_from(random.below(2_001)).unwrap()) / 100.0 - 10.0;
        let same: Vec<f64> = (0..60).map(|_| noise()).collect();
        let (low, high) = interval(&same).unwrap();
        assert!(low < 0.0 && high > 0.0, "{low} {high}");
        let later: Vec<f64> = same.iter().map(|value| value + 20.0).collect();
        let (low, high) = interval(&later).unwrap();
        assert!(low > 10.0 && high < 30.0, "{low} {high}");
        assert_eq!(interval(&[1.0; 9]), None);
    }
}
