//! Learning what sites repeat, in tasks that each have all documents of some sites; see
//! [`SitesPart`] for the steps.
//!
//! | rows | column | type | content |
//! |---|---|---|---|
//! | all | `fingerprint` | 32 bits | run of words that pages have in common |
//! | sharing sites | `pages` | 64 bits | pages of a site with the fingerprint |
//! | evidence | `site` | text | name of the site |
//! | evidence | `site_pages` | 64 bits | pages of the site |
//! | evidence | `stories`, `notices` | 64 bits | stories and notices with the fingerprint |
//! | evidence | `at_ends` | fraction | share of the pages on which it stands at an end |
//! | profile | `site` | text | name of the site; null if every site repeats the text |
//! | profile | `kind` | 8 bits | number of the evidence, as in an index |
//!
//! The documents are those from which no boilerplate was removed yet, with their `repeats`.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::{Columns, table, value};
use super::documents::catalog_of;
use super::error::StageError;
use crate::boilerplate::{
    self, ProfileEntry, Profiles, Repeated, SharingSite, SiteEvidence, SitesPart,
};
use crate::catalog::{NO_SITE, SiteNo};

/// Approximate bytes of fingerprints that are brought together at a time: those of 200,000 pages.
/// A larger site takes several rounds, so that a task needs little more memory than its rows.
const BYTES_A_ROUND: usize = 256 << 20;

/// Finds the fingerprints that sites of the task may share with others, each once a site.
///
/// # Errors
/// When the rows are not those of documents.
pub fn sharing_sites(documents: &[RecordBatch]) -> Result<RecordBatch, StageError> {
    let catalog = catalog_of(documents, &[])?;
    let found = SitesPart::new(&catalog, BYTES_A_ROUND).sharing_sites()?;
    let pages = found.iter().map(|site| site.pages as i64);
    table([
        (
            "fingerprint",
            ints(found.iter().map(|site| site.fingerprint)),
        ),
        ("pages", Arc::new(Int64Array::from_iter_values(pages))),
    ])
}

/// Finds the fingerprints that sites share, each once, from all sharing sites of these
/// fingerprints.
///
/// # Errors
/// When the rows are not those of [`sharing_sites`].
pub fn shared(sites: &[RecordBatch]) -> Result<RecordBatch, StageError> {
    let mut all = Vec::new();
    for columns in sites.iter().map(Columns) {
        let (fingerprints, pages) = (columns.ints("fingerprint")?, columns.longs("pages")?);
        let rows = fingerprints.values().iter().zip(pages.values());
        all.extend(rows.map(|(&fingerprint, &pages)| SharingSite {
            fingerprint: fingerprint as u32,
            pages: pages as usize,
        }));
    }
    fingerprint_table(boilerplate::shared(all))
}

/// Examines the pages of the task's sites, given all shared fingerprints.
///
/// # Errors
/// When the rows are not those of documents and of [`shared`].
pub fn evidence(
    documents: &[RecordBatch],
    shared: &[RecordBatch],
) -> Result<RecordBatch, StageError> {
    let (catalog, shared) = (catalog_of(documents, &[])?, fingerprints_of(shared)?);
    let found = SitesPart::new(&catalog, BYTES_A_ROUND).evidence(&shared)?;
    let longs = |number: fn(&SiteEvidence) -> usize| -> ArrayRef {
        let numbers = found.iter().map(|on_site| number(on_site) as i64);
        Arc::new(Int64Array::from_iter_values(numbers))
    };
    let sites = found.iter().map(|on_site| catalog.site_name(on_site.site));
    let at_ends = found.iter().map(|on_site| on_site.at_ends);
    table([
        (
            "fingerprint",
            ints(found.iter().map(|on_site| on_site.fingerprint)),
        ),
        ("site", Arc::new(StringArray::from_iter_values(sites))),
        ("site_pages", longs(|on_site| on_site.site_pages)),
        ("stories", longs(|on_site| on_site.stories)),
        ("notices", longs(|on_site| on_site.notices)),
        ("at_ends", Arc::new(Float64Array::from_iter_values(at_ends))),
    ])
}

/// Decides which sites repeat fingerprints, from the evidence of all sites for each of them.
///
/// The result is the profile if no other site has a text on a few pages; [`settle`] corrects it.
///
/// # Errors
/// When the rows are not those of [`evidence`].
pub fn judge(evidence: &[RecordBatch]) -> Result<RecordBatch, StageError> {
    let mut names = BTreeSet::new();
    for columns in evidence.iter().map(Columns) {
        names.extend(columns.texts("site")?.iter().flatten());
    }
    let names: Vec<&str> = names.into_iter().collect();
    let mut all = Vec::new();
    for columns in evidence.iter().map(Columns) {
        let (fingerprints, sites) = (columns.ints("fingerprint")?, columns.texts("site")?);
        let site_pages = columns.longs("site_pages")?;
        let (stories, notices) = (columns.longs("stories")?, columns.longs("notices")?);
        let at_ends = columns.doubles("at_ends")?;
        for row in 0..columns.0.num_rows() {
            let site = names.partition_point(|&name| name < sites.value(row));
            all.push(SiteEvidence {
                fingerprint: fingerprints.value(row) as u32,
                site: SiteNo(site as u32),
                site_pages: site_pages.value(row) as usize,
                stories: stories.value(row) as usize,
                notices: notices.value(row) as usize,
                at_ends: at_ends.value(row),
            });
        }
    }
    all.sort_unstable_by_key(|on_site| (on_site.fingerprint, on_site.site));
    let fingerprints = all.chunk_by(|x, y| x.fingerprint == y.fingerprint);
    let entries: Vec<ProfileEntry> = fingerprints.flat_map(boilerplate::judge).collect();
    let site = |entry: &ProfileEntry| names.get(entry.site.0 as usize).copied();
    profile_table(entries.iter().map(|entry| (site(entry), *entry)))
}

/// Finds which fingerprints of a profile a site of the task has without repeating them, if that
/// makes a difference to the profile.
///
/// # Errors
/// When the rows are not those of documents and of [`judge`].
pub fn not_repeated(
    documents: &[RecordBatch],
    profile: &[RecordBatch],
) -> Result<RecordBatch, StageError> {
    let catalog = catalog_of(documents, &[])?;
    let mut fingerprints = FxHashSet::default();
    each_entry(profile, |_, entry| {
        if entry.if_elsewhere() != Some(entry) {
            fingerprints.insert(entry.fingerprint);
        }
    })?;
    fingerprint_table(SitesPart::new(&catalog, BYTES_A_ROUND).not_repeated(&fingerprints)?)
}

/// Corrects a profile, or a part of one, given all fingerprints that a site has without repeating
/// them.
///
/// # Errors
/// When the rows are not those of [`judge`] and of [`not_repeated`].
pub fn settle(
    profile: &[RecordBatch],
    not_repeated: &[RecordBatch],
) -> Result<RecordBatch, StageError> {
    let elsewhere = fingerprints_of(not_repeated)?;
    let mut settled = Vec::new();
    each_entry(profile, |site, entry| {
        let entry = match elsewhere.contains(&entry.fingerprint) {
            true => entry.if_elsewhere(),
            false => Some(entry),
        };
        settled.extend(entry.map(|entry| (site, entry)));
    })?;
    profile_table(settled.into_iter())
}

/// A profile, with the names of its sites.
#[derive(Debug, Default)]
pub struct NamedProfiles {
    /// The profiles, by the numbers of [`NamedProfiles::site`].
    pub profiles: Profiles,
    sites: FxHashMap<String, SiteNo>,
}

impl NamedProfiles {
    /// Reads a profile.
    ///
    /// # Errors
    /// When the rows are not those of [`settle`].
    pub fn read(profile: &[RecordBatch]) -> Result<NamedProfiles, StageError> {
        let (mut sites, mut entries) = (FxHashMap::default(), Vec::new());
        each_entry(profile, |name, entry| {
            let site = name.map_or(NO_SITE, |name| match sites.get(name) {
                Some(&site) => site,
                None => {
                    let site = SiteNo(sites.len() as u32);
                    sites.insert(name.to_owned(), site);
                    site
                }
            });
            entries.push(ProfileEntry { site, ..entry });
        })?;
        Ok(NamedProfiles {
            profiles: Profiles::of_entries(entries),
            sites,
        })
    }

    /// Number that a site has in the profiles; [`NO_SITE`] if only what every site repeats is to be
    /// removed from its pages.
    pub fn site(&self, name: Option<&str>) -> SiteNo {
        let site = name.and_then(|name| self.sites.get(name));
        site.copied().unwrap_or(NO_SITE)
    }
}

/// Calls `each` with the entries of a profile and with the name of the site, which has no number
/// yet.
fn each_entry<'b>(
    profile: &'b [RecordBatch],
    mut each: impl FnMut(Option<&'b str>, ProfileEntry),
) -> Result<(), StageError> {
    for columns in profile.iter().map(Columns) {
        let (sites, fingerprints) = (columns.texts("site")?, columns.ints("fingerprint")?);
        let kinds = columns.small("kind")?;
        for row in 0..columns.0.num_rows() {
            let kind = u8::try_from(kinds.value(row)).ok();
            let repeated = kind.and_then(Repeated::numbered);
            let entry = ProfileEntry {
                site: NO_SITE,
                fingerprint: fingerprints.value(row) as u32,
                repeated: repeated.ok_or(StageError::Damaged { column: "kind" })?,
            };
            each(value(sites, row, |row| sites.value(row)), entry);
        }
    }
    Ok(())
}

fn profile_table<'n>(
    entries: impl Iterator<Item = (Option<&'n str>, ProfileEntry)>,
) -> Result<RecordBatch, StageError> {
    let (sites, entries): (Vec<Option<&str>>, Vec<ProfileEntry>) = entries.unzip();
    let kinds = entries.iter().map(|entry| entry.repeated.number() as i8);
    table([
        ("site", Arc::new(StringArray::from(sites))),
        (
            "fingerprint",
            ints(entries.iter().map(|entry| entry.fingerprint)),
        ),
        ("kind", Arc::new(Int8Array::from_iter_values(kinds))),
    ])
}

fn fingerprint_table(fingerprints: Vec<u32>) -> Result<RecordBatch, StageError> {
    table([("fingerprint", ints(fingerprints.into_iter()))])
}

/// The distinct fingerprints of rows.
fn fingerprints_of(batches: &[RecordBatch]) -> Result<FxHashSet<u32>, StageError> {
    let mut all = FxHashSet::default();
    for columns in batches.iter().map(Columns) {
        let fingerprints = columns.ints("fingerprint")?.values();
        all.extend(fingerprints.iter().map(|&bits| bits as u32));
    }
    Ok(all)
}

/// A column of the bits of numbers: there are no numbers without a sign in the tables of Spark.
fn ints(numbers: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(
        numbers.map(|number| number as i32),
    ))
}

#[cfg(test)]
mod tests;
