//! Joins documents to clusters and makes the rows of the reports.

use std::sync::Arc;

use arrow_array::{BooleanArray, Float64Array, RecordBatch, StringArray};
use rayon::iter::ParallelIterator;
use serde_json::json;

use super::columns::{Columns, table, value};
use super::compare::comparisons;
use super::error::StageError;
use super::files::{file_of, named_files};
use super::part::Part;
use super::placeholders::times_of_sites;
use super::texts::RowTexts;
use crate::catalog::{DocNo, SiteNo};
use crate::pipeline::{ScanResult, Settings, join_components};
use crate::report::sites::{PairAcross, pairs_across, routes, write_routes};
use crate::report::table::{TableEncoding, TableFormat};
use crate::report::{clusters, members, pairs};

/// The reports of whole components, as rows with the name of a `table` and its `rows`, which are
/// files of Arrow: `pairs`, `clusters`, `members`, `across` for [`sites`], and `counts` as JSON.
///
/// The batches have rows of comparisons, and rows of documents with their texts and `hot`, true for
/// documents of hot buckets. With a document, there must be all that have the same words, all that
/// comparisons connect it with, and all these comparisons.
///
/// `named` are names of sites to which canonical urls of other sites may lead, and `times` rows of
/// [`placeholder_times`](super::placeholders::placeholder_times).
///
/// # Errors
/// When a document of a comparison is missing.
pub fn join(
    batches: &[RecordBatch],
    settings: &Settings,
    named: &[String],
    times: &[RecordBatch],
) -> Result<RecordBatch, StageError> {
    let part = Part::of(batches)?;
    let (catalog, numbers) = part.catalog(named)?;
    let compared = comparisons(&part.pairs, &numbers)?;
    let mut hot: Vec<DocNo> = Vec::new();
    for batch in &part.documents {
        let columns = Columns(batch);
        let (documents, flags) = (columns.longs("doc")?, columns.flags("hot")?);
        for row in (0..batch.num_rows()).filter(|&row| flags.value(row)) {
            hot.push(numbers.of_part(documents.value(row))?);
        }
    }
    hot.sort_unstable();
    let placeholders = times_of_sites(times, &catalog)?;
    let texts = RowTexts::of(&part.documents)?;
    let found = join_components(&texts, catalog, compared, hot, placeholders, settings)?;
    report(&found)
}

fn report(found: &ScanResult) -> Result<RecordBatch, StageError> {
    let encoding = TableEncoding::from(TableFormat::Arrow);
    let (mut of_pairs, mut of_clusters, mut of_members) = (Vec::new(), Vec::new(), Vec::new());
    pairs::write(found, encoding, &mut of_pairs)?;
    clusters::write(found, encoding, &mut of_clusters)?;
    members::write(found, encoding, &mut of_members)?;
    named_files([
        ("pairs", of_pairs),
        ("clusters", of_clusters),
        ("members", of_members),
        ("across", file_of(&across(found)?)?),
        ("counts", counts(found).to_string().into_bytes()),
    ])
}

/// Counts of a part of the findings, which add up to those of all.
fn counts(found: &ScanResult) -> serde_json::Value {
    let (pairs, clusters) = (&found.counts.pairs, &found.counts.bounded.clusters);
    let members = found.clusters.iter().map(|cluster| cluster.members.len());
    json!({
        "exact": pairs.exact,
        "near": pairs.near,
        "excerpt": pairs.excerpt,
        "cross_site": pairs.cross_site,
        "less_boilerplate": pairs.less_boilerplate,
        "same_site_excerpts": pairs.same_site_excerpts,
        "clusters": found.clusters.len(),
        "clustered_documents": members.sum::<usize>(),
        "bounded_clusters": clusters.number,
        "bounded_cluster_pairs": clusters.pairs,
    })
}

/// The pairs across sites, as rows.
fn across(found: &ScanResult) -> Result<RecordBatch, StageError> {
    let pairs: Vec<PairAcross<SiteNo, u32>> = pairs_across(found).collect();
    let name = |site| found.catalog.site_name(site);
    let texts = |value: &dyn Fn(&PairAcross<SiteNo, u32>) -> String| {
        Arc::new(StringArray::from_iter_values(pairs.iter().map(value)))
    };
    let doubles = |value: &dyn Fn(&PairAcross<SiteNo, u32>) -> Option<f64>| {
        Arc::new(pairs.iter().map(value).collect::<Float64Array>())
    };
    let known: BooleanArray = pairs.iter().map(|pair| Some(pair.is_order_known)).collect();
    table([
        ("site_a", texts(&|pair| name(pair.sites[0]).to_owned())),
        ("site_b", texts(&|pair| name(pair.sites[1]).to_owned())),
        (
            "cluster",
            texts(&|pair| found.clusters[pair.cluster as usize].name.to_string()),
        ),
        ("order_known", Arc::new(known)),
        ("lag_hours", doubles(&|pair| pair.lag_hours)),
        ("containment_a", doubles(&|pair| Some(pair.containments[0]))),
        ("containment_b", doubles(&|pair| Some(pair.containments[1]))),
    ])
}

/// The report of sites, as a file of Arrow, from all pairs across two sites that the task has. All
/// pairs of the same two sites must be there.
///
/// # Errors
/// When the batches lack a column.
pub fn sites(batches: &[RecordBatch]) -> Result<Vec<u8>, StageError> {
    let mut pairs: Vec<PairAcross<&str, &str>> = Vec::new();
    for batch in batches {
        let columns = Columns(batch);
        let (site_a, site_b) = (columns.texts("site_a")?, columns.texts("site_b")?);
        let (clusters, known) = (columns.texts("cluster")?, columns.flags("order_known")?);
        let lags = columns.doubles("lag_hours")?;
        let of_a = columns.doubles("containment_a")?;
        let of_b = columns.doubles("containment_b")?;
        pairs.extend((0..batch.num_rows()).map(|row| PairAcross {
            sites: [site_a.value(row), site_b.value(row)],
            cluster: clusters.value(row),
            is_order_known: known.value(row),
            lag_hours: value(lags, row, |row| lags.value(row)),
            containments: [of_a.value(row), of_b.value(row)],
        }));
    }
    let mut file = Vec::new();
    let encoding = TableEncoding::from(TableFormat::Arrow);
    write_routes(&routes(pairs), |site| site, encoding, &mut file)?;
    Ok(file)
}
