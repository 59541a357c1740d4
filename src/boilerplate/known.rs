//! Boilerplate that earlier runs learned, and what is kept for later runs.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use super::profiles::{ProfileEntry, Profiles, Repeated, key};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::error::ReadError;

/// Text that sites repeated in earlier runs, as an index keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownBoilerplate {
    /// Names of the sites.
    pub sites: Vec<String>,
    /// Fingerprints of the text.
    pub repeats: Vec<KnownRepeat>,
}

/// A run of words that a site repeated in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownRepeat {
    /// Place of the site in the list of names; any other number if every site repeats it.
    pub site: u32,
    /// Fingerprint of the run.
    pub fingerprint: u32,
    /// Evidence for it, as a number whose meaning never changes.
    pub kind: u8,
    /// When it was last learned, in seconds since 1970.
    pub learned: i64,
}

impl Profiles {
    /// Adds what earlier runs learned, unless this run learned it too, and finds the new documents
    /// that hold some of it.
    ///
    /// # Errors
    /// When the fingerprints of documents cannot be read back.
    pub fn add(&mut self, catalog: &Catalog, known: &KnownBoilerplate) -> Result<(), ReadError> {
        if known.repeats.is_empty() {
            return Ok(());
        }
        self.add_repeats(catalog, known);
        let new: Vec<DocNo> = catalog
            .documents()
            .filter(|&doc| catalog.is_new(doc))
            .collect();
        let repeats = catalog.repeats(&new);
        for piece in 0..repeats.pieces() {
            repeats.read(piece, &mut |number, list| {
                let doc = new[number as usize];
                let site = catalog.site(doc);
                let is_repeated = |&fingerprint: &u32| {
                    let on = |site| self.repeated.contains_key(&key(site, fingerprint));
                    on(site) || on(NO_SITE)
                };
                if let Some(touched) = self.touched.get_mut(doc.0 as usize) {
                    *touched = *touched || list.iter().any(is_repeated);
                }
            })?;
        }
        Ok(())
    }

    fn add_repeats(&mut self, catalog: &Catalog, known: &KnownBoilerplate) {
        let numbers: Vec<Option<SiteNo>> = known
            .sites
            .iter()
            .map(|name| catalog.site_called(name))
            .collect();
        for repeat in &known.repeats {
            let site = match numbers.get(repeat.site as usize) {
                None => NO_SITE,
                Some(Some(site)) => *site,
                // The catalog has no page of that site.
                Some(None) => continue,
            };
            let Some(kind) = Repeated::numbered(repeat.kind) else {
                continue;
            };
            let key = key(site, repeat.fingerprint);
            if let Entry::Vacant(place) = self.repeated.entry(key) {
                place.insert(kind);
                self.learned.insert(key, repeat.learned);
            }
        }
    }

    /// Boilerplate for later runs to know: everything that was learned `now`, and everything in
    /// `before` that was learned at `since` or later. Times are in seconds since 1970.
    pub fn known(
        &self,
        catalog: &Catalog,
        before: &KnownBoilerplate,
        now: i64,
        since: i64,
    ) -> KnownBoilerplate {
        let mut by_name: BTreeMap<(Option<&str>, u32), (u8, i64)> = BTreeMap::new();
        for repeat in &before.repeats {
            let name = before.sites.get(repeat.site as usize).map(String::as_str);
            by_name.insert((name, repeat.fingerprint), (repeat.kind, repeat.learned));
        }
        for entry in self.entries() {
            let ProfileEntry {
                site,
                fingerprint,
                repeated,
            } = entry;
            let name = Some(catalog.site_name(site)).filter(|_| site != NO_SITE);
            let learned = self.learned.get(&key(site, fingerprint)).copied();
            let learned = learned.unwrap_or(now);
            by_name.insert((name, fingerprint), (repeated.number(), learned));
        }
        by_name.retain(|_, (_, learned)| *learned >= since);
        let mut known = KnownBoilerplate::default();
        for ((name, fingerprint), (kind, learned)) in by_name {
            if let Some(name) = name
                && known.sites.last().map(String::as_str) != Some(name)
            {
                known.sites.push(name.to_owned());
            }
            known.repeats.push(KnownRepeat {
                site: name.map_or(u32::MAX, |_| known.sites.len() as u32 - 1),
                fingerprint,
                kind,
                learned,
            });
        }
        known
    }
}
