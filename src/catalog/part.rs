//! A catalog of some documents of a corpus, from rows that were made of them before.

use std::ops::Range;

use super::columns::{Columns, Row};
use super::documents::Catalog;
use super::numbers::{DocNo, NO_SITE, Slot};
use super::site_names::{SiteNames, sorted_names};
use crate::document::{Published, SourcePlace};

/// Values that are kept of a document, to make a catalog of a part of a corpus. The lists are empty
/// where the part has no use for them.
#[derive(Debug, Clone, Default)]
pub struct DocumentRow<'a> {
    /// Id of the document, which no other document of the corpus has.
    pub id: &'a str,
    /// Name of its site, if known.
    pub site: Option<&'a str>,
    /// Place from which it can be read again.
    pub place: SourcePlace,
    /// Publication date that it states.
    pub published: Option<Published>,
    /// Hash of the url of its page; 0 if none is known.
    pub page: u64,
    /// Hash of its title; 0 if it has none.
    pub title: u32,
    /// Number of its words, without those that were removed as boilerplate.
    pub words: u32,
    /// Hash of its words, without those that were removed.
    pub content: u128,
    /// Hash of all its words.
    pub whole: u128,
    /// Positions of the removed words in the whole text, in order.
    pub regions: Vec<Range<u32>>,
    /// Hash of each band.
    pub bands: Vec<u32>,
    /// Fingerprints for shared passages, as integers.
    pub passages: Vec<u64>,
    /// Fingerprints for what a site repeats, shortened.
    pub repeats: Vec<u32>,
}

impl Catalog {
    /// A catalog of a part of a corpus. Its documents are in canonical order, as they are in the
    /// catalog of the whole, so whatever depends on the order of documents is the same in both.
    ///
    /// `other_sites` are names of sites that the catalog knows besides those of its documents.
    pub fn of_part<'a>(
        rows: impl IntoIterator<Item = DocumentRow<'a>>,
        other_sites: &[String],
    ) -> Catalog {
        let (mut catalog, mut names) = (Catalog::default(), SiteNames::default());
        for row in rows {
            let slot = Slot(catalog.columns.len() as u32);
            catalog.ids.push(row.id);
            catalog.columns.push(Row {
                site: row.site.map_or(NO_SITE, |name| names.number(name)),
                place: row.place,
                published: row.published,
                page: row.page,
                title: row.title,
                words: row.words,
                removed: catalog.regions.push(slot, row.regions),
                content: row.content,
                whole: row.whole,
            });
            let Columns {
                bands,
                passages,
                repeats,
                ..
            } = &mut catalog.columns;
            bands.push(row.bands.into_iter());
            passages.push(row.passages.into_iter());
            repeats.push(row.repeats.into_iter());
        }
        for name in other_sites {
            names.number(name);
        }
        catalog.site_names = sorted_names(std::iter::once(&names));
        catalog.renumber_sites(&names);
        catalog.number((0..catalog.columns.len() as u32).map(Slot).collect());
        catalog
    }

    /// Number of the row that a document of a part was made of.
    pub fn row(&self, doc: DocNo) -> usize {
        self.slots[doc.0 as usize].index()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Precision;

    #[test]
    fn documents_are_in_canonical_order_and_know_their_rows() {
        let row = |id, site, seconds: Option<i64>| DocumentRow {
            id,
            site,
            published: seconds.map(|seconds| Published {
                seconds,
                precision: Precision::Second,
            }),
            ..DocumentRow::default()
        };
        let catalog = Catalog::of_part(
            [
                row("undated", None, None),
                row("late", Some("one.example"), Some(20)),
                row("early", Some("two.example"), Some(10)),
                row("also-late", Some("one.example"), Some(20)),
            ],
            &["a.example".to_owned()],
        );
        let documents: Vec<(&str, &str, usize)> = catalog
            .documents()
            .map(|doc| {
                let site = catalog.site_name(catalog.site(doc));
                (catalog.id(doc), site, catalog.row(doc))
            })
            .collect();
        assert_eq!(
            documents,
            [
                ("early", "two.example", 2),
                ("also-late", "one.example", 3),
                ("late", "one.example", 1),
                ("undated", "", 0),
            ]
        );
        assert!(catalog.site_called("a.example").is_some());
    }
}
