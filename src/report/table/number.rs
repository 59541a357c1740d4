//! Numbers with a fixed number of decimals, as `format!` writes them, from whole numbers.
//!
//! The formatter of the standard library took a quarter of the time of a table of pairs: it prints
//! the exact decimal expansion of a number. Here a number becomes a whole number of its last
//! decimals, and the formatter writes only what may lie on the border between two of these.

use std::io::Write as _;

/// Numbers from this one on are left to the formatter of the standard library.
const MOST: f64 = 1e9;

/// Distance to the middle between two whole numbers from which rounding is certain. A product under
/// [`MOST`] times 10^4 is off by 2^-10 at most.
const CERTAIN: f64 = 1.0 / 512.0;

/// A number with its sign, in units of its last decimal.
struct Decimal {
    is_negative: bool,
    units: u64,
}

/// Appends a number with 1 to 4 decimals.
pub(super) fn append_fixed(number: f64, decimals: u32, out: &mut Vec<u8>) {
    let Some(Decimal { is_negative, units }) = in_units(number, decimals) else {
        let decimals = decimals as usize;
        // Writing to a vector cannot fail.
        let _ = write!(out, "{number:.decimals$}");
        return;
    };
    if is_negative {
        out.push(b'-');
    }
    let one = 10u64.pow(decimals);
    append_whole(units / one, out);
    // The digit in front keeps leading zeros, and becomes the point.
    let point = out.len();
    append_whole(one + units % one, out);
    out[point] = b'.';
}

/// Appends a whole number.
pub(super) fn append_whole(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A number rounded to 1 to 4 decimals, as [`append_fixed`] writes it.
pub(super) fn rounded(number: f64, decimals: u32) -> f64 {
    match in_units(number, decimals) {
        // Division rounds correctly, so the quotient is the number that the decimals name.
        Some(Decimal { is_negative, units }) => {
            let rounded = units as f64 / 10f64.powi(decimals as i32);
            if is_negative { -rounded } else { rounded }
        }
        None => {
            let decimals = decimals as usize;
            format!("{number:.decimals$}").parse().unwrap_or(number)
        }
    }
}

/// The nearest number with these decimals; `None` if it takes exact arithmetic to find it.
fn in_units(number: f64, decimals: u32) -> Option<Decimal> {
    let product = number.abs() * 10f64.powi(decimals as i32);
    let units = product.round();
    // False for what is no number.
    let is_certain = number.abs() < MOST && (product - units).abs() < 0.5 - CERTAIN;
    is_certain.then_some(Decimal {
        is_negative: number.is_sign_negative(),
        units: units as u64,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(number: f64) {
        for decimals in 1..=4 {
            let mut out = Vec::new();
            append_fixed(number, decimals, &mut out);
            let places = decimals as usize;
            let expected = format!("{number:.places$}");
            assert_eq!(String::from_utf8_lossy(&out), expected, "{number:?}");
            let rounded = rounded(number, decimals);
            let expected: f64 = expected.parse().expect("a number");
            assert!(rounded.to_bits() == expected.to_bits() || number.is_nan());
        }
    }

    #[test]
    fn named_numbers_are_written_as_the_standard_library_writes_them() {
        let border = [
            0.5, 0.25, 0.125, 0.0625, 0.00005, 0.99995, 0.99994999, 2.675, 1.005,
        ];
        let far = [1e9, 1e9 - 0.001, 1e15, 1e300, f64::MAX, f64::MIN_POSITIVE];
        let odd = [0.0, -0.0, -0.001, -0.5, f64::INFINITY, f64::NEG_INFINITY];
        for number in border.into_iter().chain(far).chain(odd) {
            check(number);
            check(-number);
        }
        let mut out = Vec::new();
        append_fixed(f64::NAN, 2, &mut out);
        assert_eq!(out, b"NaN");
    }

    proptest! {
        #[test]
        fn shares_are_written_as_the_standard_library_writes_them(
            a in 0u32..5000,
            b in 1u32..5000,
        ) {
            check(f64::from(a) / f64::from(b));
        }

        #[test]
        fn all_numbers_are_written_as_the_standard_library_writes_them(
            number in prop_oneof![-1e10..1e10f64, -2.0..2.0f64, any::<f64>()],
            halves in -40_000i32..40_000,
        ) {
            prop_assume!(!number.is_nan());
            check(number);
            check(f64::from(halves) / 20_000.0);
        }
    }
}
