//! Profiles of sites: the boilerplate that was learned, for the stage that removes it.

use std::collections::BTreeSet;

use arrow_array::{Array, RecordBatch};

use super::columns::{Columns, value};
use super::error::StageError;
use crate::boilerplate::{KnownBoilerplate, KnownRepeat, Profiles};
use crate::catalog::{Catalog, NO_SITE, SiteNo};

/// What all sites repeat.
pub struct SiteProfiles {
    /// A catalog of no documents that numbers the sites.
    sites: Catalog,
    profiles: Profiles,
}

impl SiteProfiles {
    /// Profiles of rows with the columns `site`, which is null for what is boilerplate on every
    /// site, `fingerprint` and `kind`.
    ///
    /// # Errors
    /// When the rows have other columns.
    pub fn of(batches: &[RecordBatch]) -> Result<SiteProfiles, StageError> {
        let mut rows: Vec<(Option<&str>, u32, u8)> = Vec::new();
        for batch in batches {
            let columns = Columns(batch);
            let sites = columns.texts("site")?;
            let (fingerprints, kinds) = (columns.ints("fingerprint")?, columns.small("kind")?);
            rows.extend((0..batch.num_rows()).map(|row| {
                let site = value(sites, row, |row| sites.value(row));
                (site, fingerprints.value(row) as u32, kinds.value(row) as u8)
            }));
        }
        let names: BTreeSet<&str> = rows.iter().filter_map(|row| row.0).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let sites = Catalog::of_part([], &names);
        let repeats = rows.into_iter().map(|(site, fingerprint, kind)| {
            let number = site.and_then(|name| sites.site_called(name));
            KnownRepeat {
                site: number.map_or(u32::MAX, |number| number.0),
                fingerprint,
                kind,
                learned: 0,
            }
        });
        let known = KnownBoilerplate {
            repeats: repeats.collect(),
            sites: names,
        };
        let mut profiles = Profiles::default();
        profiles.add(&sites, &known)?;
        Ok(SiteProfiles { sites, profiles })
    }

    /// Number of a site in the profiles. Sites that repeat nothing have none.
    pub(super) fn site(&self, name: Option<&str>) -> SiteNo {
        name.and_then(|name| self.sites.site_called(name))
            .unwrap_or(NO_SITE)
    }

    /// The profiles.
    pub(super) fn all(&self) -> &Profiles {
        &self.profiles
    }
}
