//! Makes inputs from a corpus: takes entries, cuts, joins, repeats and sprinkles them with what tends to hurt. Runs on the stable
//! toolchain; for a while when asked to, else a fixed number of rounds that every test run can afford.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs are cut here: nothing that is read this way is longer.
const LONGEST: usize = 20_000;

/// What breaks readers: ends of lines and texts, other alphabets, numbers at their edges, syntax of every place a text may get to.
const SPICE: [&[u8]; 40] = [
    b"\0",
    b"\r\n",
    b"\n",
    b"\t",
    b" ",
    b"\"",
    b"'",
    b"\\",
    b",",
    b";",
    b"@",
    b"%00",
    b"%",
    b"&",
    b"=",
    b"[]",
    b"{}",
    b"\x1b[31m",
    b"\xff",
    b"\xed\xa0\x80",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{212a}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{fdfa}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{ff11}".as_bytes(),
    "xn--a".as_bytes(),
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e999",
    b"null",
    b"true",
    b"=1+1",
    b"{{7*7}}",
    b"<script>",
    b"-----BEGIN PRIVATE KEY-----",
    b"2026-02-30",
    b"../",
];

/// Repeatable: a failure that was seen is seen again.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &'a [&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// Every entry of a target's corpus.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has a corpus", folder.display());
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// One input more.
pub fn input(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..random.below(6) {
        let at = random.below(input.len() + 1);
        match random.below(7) {
            0 => input.truncate(at),
            1 => drop(input.drain(..at)),
            2 => insert(&mut input, at, random.pick(&SPICE)),
            3 if at < input.len() => input[at] ^= 1 << random.below(8),
            4 if at < input.len() => drop(input.remove(at)),
            5 => {
                let other = &corpus[random.below(corpus.len())];
                insert(&mut input, at, &other[random.below(other.len() + 1)..]);
            }
            _ => {
                let part = input[at..(at + random.below(30)).min(input.len())].repeat(random.below(40));
                insert(&mut input, at, &part);
            }
        }
    }
    input.truncate(LONGEST);
    input
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    input.splice(at..at, bytes.iter().copied());
}

/// How often a long run says how far it is.
const REPORT: Duration = Duration::from_mins(5);

/// How long to go on: `LATCHKEY_FUZZ_SECONDS` for each target, else so many rounds.
pub struct Rounds {
    target: &'static str,
    left: usize,
    until: Option<Instant>,
    done: u64,
    began: Instant,
    report: Instant,
    slowest: Duration,
    pub random: Random,
}

impl Rounds {
    pub fn new(target: &'static str, rounds: usize) -> Self {
        let seconds = std::env::var("LATCHKEY_FUZZ_SECONDS")
            .ok()
            .and_then(|text| text.parse().ok());
        // A long run goes another way each time, and says which.
        let seed = match seconds {
            None => 0x9E37_79B9_7F4A_7C15,
            Some(_) => u64::from_le_bytes(server::secret::random()) | 1,
        };
        if seconds.is_some() {
            eprintln!("{target}: seed {seed:#x}");
        }
        let now = Instant::now();
        Self {
            target,
            left: rounds,
            until: seconds.map(|seconds| now + Duration::from_secs(seconds)),
            done: 0,
            began: now,
            report: now + REPORT,
            slowest: Duration::ZERO,
            random: Random(seed),
        }
    }

    pub fn goes_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        let Some(until) = self.until else {
            return self.left > 0;
        };
        let now = Instant::now();
        let more = now < until;
        if !more || now >= self.report {
            let (target, done, slowest) = (self.target, self.done, self.slowest);
            eprintln!(
                "{target}: {done} inputs in {} s, the slowest {slowest:.1?}",
                (now - self.began).as_secs()
            );
            self.report = now + REPORT;
        }
        more
    }

    /// An input was read.
    pub fn count(&mut self, took: Duration) {
        self.done += 1;
        self.slowest = self.slowest.max(took);
    }
}

/// Reads every entry and many changed ones. Shows what broke it, to be kept in the corpus.
pub fn run(target: &'static str, rounds: usize, read: fn(&[u8])) {
    let corpus = corpus(target);
    // A stack that overflows ends the process without a word about the input.
    let trace = std::env::var_os("LATCHKEY_FUZZ_TRACE").map(|folder| Path::new(&folder).join(target));
    let attempt = |bytes: &[u8]| {
        if let Some(file) = &trace {
            std::fs::write(file, bytes).unwrap();
        }
        let whole = catch_unwind(AssertUnwindSafe(|| read(bytes))).is_ok();
        assert!(whole, "{target} breaks on: {}", bytes.escape_ascii());
    };
    for entry in &corpus {
        attempt(entry);
    }
    let mut rounds = Rounds::new(target, rounds);
    while rounds.goes_on() {
        let input = input(&corpus, &mut rounds.random);
        let began = Instant::now();
        attempt(&input);
        rounds.count(began.elapsed());
    }
}
