//! The statistics of the timing measurement: median of paired differences with a bootstrap interval, and the area under the ROC curve.

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    }
}

pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1;
    values[index]
}

/// The 95 % interval of the median of differences, from 2000 resamples.
pub fn median_interval(differences: &[f64]) -> (f64, f64) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut medians: Vec<f64> = (0..2000)
        .map(|_| {
            let mut sample: Vec<f64> = differences
                .iter()
                .map(|_| differences[random.below(differences.len())])
                .collect();
            median(&mut sample)
        })
        .collect();
    (percentile(&mut medians, 0.025), percentile(&mut medians, 0.975))
}

/// How often a value of `b` is larger than one of `a`: 0.5 when they cannot be told apart.
#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
pub fn area_under_curve(a: &[f64], b: &[f64]) -> f64 {
    let mut sorted = a.to_vec();
    sorted.sort_by(f64::total_cmp);
    let wins: f64 = b
        .iter()
        .map(|value| {
            let below = sorted.partition_point(|other| other < value);
            let not_above = sorted.partition_point(|other| other <= value);
            f64::midpoint(below as f64, not_above as f64)
        })
        .sum();
    wins / (a.len() as f64 * b.len() as f64)
}

/// A small generator (xorshift) for shuffling and resampling: repeatable, and nothing secret hangs on it.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }

    /// As many of one kind as of the other, in random order.
    pub fn order(&mut self, pairs: usize) -> Vec<bool> {
        let mut order: Vec<bool> = (0..2 * pairs).map(|place| place < pairs).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, self.below(place + 1));
        }
        order
    }
}
