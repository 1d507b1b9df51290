//! The search of a proof of work: numbers are tried in order until SHA-256 over salt and number is the digest. Everything comes and goes
//! in registers, so the module has no memory to share, no imports, and no glue.

use sha2::{Digest, Sha256};

/// Longest text that is hashed: 32 digits of salt and ten of a number.
const LONGEST: usize = 42;

/// What `search` answers when the number is not among those tried.
const NOT_FOUND: i64 = -1;

/// Tries the numbers from `from` up to but without `to`. Salt and digest come as big-endian words; the salt is hashed as the hexadecimal
/// digits that it is written in.
#[expect(unsafe_code, reason = "gives the function its name for the page")]
#[unsafe(no_mangle)]
#[must_use]
#[allow(clippy::too_many_arguments, reason = "a page can pass words only")]
pub extern "C" fn search(salt_0: u64, salt_1: u64, d0: u64, d1: u64, d2: u64, d3: u64, from: u32, to: u32) -> i64 {
    let mut digest = [0; 32];
    for (part, word) in digest.chunks_exact_mut(8).zip([d0, d1, d2, d3]) {
        part.copy_from_slice(&word.to_be_bytes());
    }
    let mut prefix = Sha256::new();
    for byte in [salt_0, salt_1].into_iter().flat_map(u64::to_be_bytes) {
        prefix.update([hex(byte >> 4), hex(byte & 15)]);
    }
    (from..to)
        .find(|number| {
            let (digits, first) = decimal(*number);
            let mut hash = prefix.clone();
            hash.update(digits.get(first..).unwrap_or_default());
            hash.finalize().as_slice() == digest
        })
        .map_or(NOT_FOUND, i64::from)
}

const fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

/// Digits from the end of an array, and where they begin.
fn decimal(number: u32) -> ([u8; 10], usize) {
    let mut digits = [b'0'; 10];
    let (mut rest, mut first) = (number, LONGEST - 32);
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
        first -= 1;
        if rest == 0 {
            break;
        }
    }
    (digits, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a hash or salt.
    fn words(bytes: &[u8]) -> Vec<u64> {
        let words = bytes.chunks_exact(8);
        words.map(|word| u64::from_be_bytes(word.try_into().unwrap())).collect()
    }

    #[test]
    fn the_number_is_found_where_it_is_and_nowhere_else() {
        let salt = *b"0123456789abcdef";
        let text = format!("{:032x}", u128::from_be_bytes(salt));
        for number in [0_u32, 7, 10, 4242, 99_999] {
            let digest = Sha256::digest(format!("{text}{number}"));
            let (salt, digest) = (words(&salt), words(&digest));
            let tried = |from, to| search(salt[0], salt[1], digest[0], digest[1], digest[2], digest[3], from, to);
            assert_eq!(tried(0, 100_000), i64::from(number));
            assert_eq!(tried(number, number + 1), i64::from(number));
            assert_eq!(tried(number + 1, number + 100), NOT_FOUND);
            assert_eq!(tried(0, number), NOT_FOUND);
        }
    }
}
