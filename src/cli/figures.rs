//! Numbers for people.

pub use crate::report::bounded::counted;
pub use crate::report::count;

/// Bytes in decimal units, with at most three digits.
pub fn bytes(n: u64) -> String {
    let mut value = n as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 {
            return if value < 9.95 && unit != "B" {
                format!("{value:.1} {unit}")
            } else {
                format!("{value:.0} {unit}")
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// A duration. The longer it is, the less precise.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        ..9.995 => format!("{seconds:.2} s"),
        ..99.95 => format!("{seconds:.1} s"),
        ..5999.5 => format!(
            "{} min {:02} s",
            seconds.round() as u64 / 60,
            seconds.round() as u64 % 60
        ),
        _ => format!(
            "{} h {:02} min",
            (seconds / 60.0).round() as u64 / 60,
            (seconds / 60.0).round() as u64 % 60
        ),
    }
}

/// A share in percent with at most one decimal. Rounded down, so that a recall is never overstated.
pub fn percent(share: f64) -> String {
    // 0.99 has no exact binary fraction. Without the small addend it would become 98.9.
    let tenths = (share * 1000.0 + 1e-9).floor();
    format!("{} %", tenths / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (100_000, "100,000"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!(counted(1, "pair"), "1 pair");
        assert_eq!(counted(0, "pair"), "0 pairs");
    }

    #[test]
    fn sizes() {
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (18_400_000, "18 MB"),
            (999_600_000, "1.0 GB"),
        ] {
            assert_eq!(bytes(n), text);
        }
        assert_eq!(bytes(5_200_000_000_000), "5.2 TB");
    }

    #[test]
    fn durations() {
        for (n, text) in [
            (0.0234, "0.02 s"),
            (9.994, "9.99 s"),
            (12.34, "12.3 s"),
            (100.4, "1 min 40 s"),
            (3599.7, "60 min 00 s"),
            (7260.0, "2 h 01 min"),
        ] {
            assert_eq!(seconds(n), text);
        }
    }

    #[test]
    fn shares() {
        for (share, text) in [
            (1.0, "100 %"),
            (0.99, "99 %"),
            (0.990_66, "99 %"),
            (0.9999, "99.9 %"),
            (0.0, "0 %"),
            (0.875, "87.5 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
