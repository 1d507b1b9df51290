//! What the host of a virtual machine takes away: a request that waits meanwhile is slow, whatever the server does.

/// Processor time of the machine so far, in the kernel's ticks.
pub struct ProcessorTime {
    all: f64,
    stolen: f64,
}

impl ProcessorTime {
    /// Nothing where the kernel does not say.
    pub fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<f64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        // The first eight add up to all of it; guests, which follow, are part of them.
        Self {
            all: ticks.iter().take(8).sum(),
            stolen: ticks.get(7).copied().unwrap_or_default(),
        }
    }

    /// How much of the time since then the host gave to others, in percent.
    pub fn stolen_since(&self) -> f64 {
        let now = Self::now();
        100.0 * (now.stolen - self.stolen) / (now.all - self.all).max(1.0)
    }
}
