//! One spelling for words and digits, so that names are found in any case and any form of Unicode.

use unicode_normalization::UnicodeNormalization;

/// Digits of other scripts in which dates are written, by their zero. The fullwidth ones of East
/// Asia are folded by Unicode itself.
const ZEROS: [char; 4] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}'];

/// Folds a text: compatibility forms (such as fullwidth digits and narrow spaces) become usual
/// ones, letters small, and the digits of other scripts ASCII.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.nfkc().collect::<String>().to_lowercase();
    lower.chars().map(digit).collect()
}

fn digit(c: char) -> char {
    let of_zero = |&zero: &char| (c as u32).checked_sub(zero as u32).filter(|&n| n < 10);
    let digit = ZEROS.iter().find_map(of_zero);
    digit.and_then(|n| char::from_digit(n, 10)).unwrap_or(c)
}
