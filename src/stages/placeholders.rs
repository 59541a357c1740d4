//! Placeholder dates of sites, in tasks that each have all documents of some sites.
//!
//! | column | type | content |
//! |---|---|---|
//! | `site` | text | name of the site |
//! | `seconds` | 64 bits | time that is a placeholder on it, in seconds since 1970 |

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, StringArray};

use super::columns::{Columns, table};
use super::documents::catalog_of;
use super::error::StageError;
use crate::attribution::placeholders::PlaceholderTimes;
use crate::catalog::Catalog;

/// Finds the times that are placeholders on the task's sites.
///
/// # Errors
/// When the rows are not those of documents.
pub fn placeholder_times(documents: &[RecordBatch]) -> Result<RecordBatch, StageError> {
    let catalog = catalog_of(documents, &[])?;
    let found = PlaceholderTimes::of(&catalog).by_site();
    let sites = found.iter().map(|&(site, _)| catalog.site_name(site));
    let seconds = found.iter().map(|&(_, seconds)| seconds);
    table([
        ("site", Arc::new(StringArray::from_iter_values(sites))),
        ("seconds", Arc::new(Int64Array::from_iter_values(seconds))),
    ])
}

/// The times that are placeholders on the sites of a catalog, from those of all sites.
///
/// # Errors
/// When the rows are not those of [`placeholder_times`].
pub fn times_of_sites(
    times: &[RecordBatch],
    catalog: &Catalog,
) -> Result<PlaceholderTimes, StageError> {
    let mut known = Vec::new();
    for columns in times.iter().map(Columns) {
        let (sites, seconds) = (columns.texts("site")?, columns.longs("seconds")?);
        for row in 0..columns.0.num_rows() {
            let site = catalog.site_called(sites.value(row));
            known.extend(site.map(|site| (site, seconds.value(row))));
        }
    }
    Ok(PlaceholderTimes::of_sites(known))
}

#[cfg(test)]
mod tests {
    use arrow_array::{BinaryArray, Int8Array, Int32Array};

    use super::*;

    /// Documents of a site, each with a page and a text of its own and these times.
    fn batch(site: &str, seconds: &[i64]) -> RecordBatch {
        let count = seconds.len();
        let numbers = || 0..count as i64;
        let ids = numbers().map(|number| format!("{site}/{number}"));
        let whole: Vec<[u8; 16]> = numbers().map(|at| i128::from(at).to_le_bytes()).collect();
        table([
            ("id", Arc::new(StringArray::from_iter_values(ids))),
            ("site", Arc::new(StringArray::from(vec![site; count]))),
            ("seconds", Arc::new(Int64Array::from(seconds.to_vec()))),
            ("precision", Arc::new(Int8Array::from(vec![3; count]))),
            ("page", Arc::new(Int64Array::from(vec![0; count]))),
            ("title", Arc::new(Int32Array::from(vec![0; count]))),
            ("words", Arc::new(Int32Array::from(vec![100; count]))),
            ("whole", Arc::new(BinaryArray::from_iter_values(whole))),
        ])
        .expect("the columns have one length")
    }

    #[test]
    fn tasks_find_the_times_that_one_machine_finds() {
        let import = 1_700_000_123;
        let sites = [
            batch("a.example", &[5, import, import, import, 9]),
            batch("b.example", &[import, import, 7, 8]),
            batch("c.example", &[11, 11, 11, 11]),
        ];
        let all = catalog_of(&sites, &[]).expect("the rows are of documents");
        let [a, b, c] = sites;
        let times: Vec<RecordBatch> = [vec![c, a], vec![b]]
            .iter()
            .map(|task| placeholder_times(task).expect("the rows are of documents"))
            .collect();
        let found = times_of_sites(&times, &all).expect("the rows are of times");
        assert_eq!(found.by_site(), PlaceholderTimes::of(&all).by_site());
        let names = found
            .by_site()
            .into_iter()
            .map(|(site, seconds)| (all.site_name(site).to_owned(), seconds));
        let expected = [
            ("a.example".to_owned(), import),
            ("c.example".to_owned(), 11),
        ];
        assert_eq!(Vec::from_iter(names), expected);

        let only_a = catalog_of(&[batch("a.example", &[1])], &[]).expect("rows of documents");
        let of_a = times_of_sites(&times, &only_a).expect("the rows are of times");
        assert_eq!(of_a.by_site().len(), 1, "times of other sites are left out");
    }
}
