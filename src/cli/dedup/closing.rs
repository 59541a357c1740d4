//! The closing lines of a dedup: the results in a few lines.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::catalog::DocNo;
use crate::cluster::Relation;
use crate::cluster::duplicates::Duplicate;
use crate::document::Fetch;
use crate::pipeline::Duplicates;
use crate::report::bounded;
use crate::report::summary::IndexUse;

use super::plan::PreferPlan;
use crate::cli::closing::{CLUSTERS_SHOWN, ClosingFacts, TITLE_SHOWN};
use crate::cli::figures::{count, counted};
use crate::cli::terminal::{escaped, excerpt};

/// Results of a dedup.
pub struct DedupClosing<'a> {
    /// The inputs and the reference.
    pub corpus: &'a dyn Fetch,
    pub found: &'a Duplicates,
    pub index: Option<IndexUse>,
    /// Number of documents added to the index.
    pub added: u64,
    /// True if duplicates were marked instead of removed.
    pub marked: bool,
    /// Rule that picked the duplicates to keep.
    pub prefer: &'a PreferPlan,
    /// A line about fields that are left out.
    pub note: Option<String>,
    pub run: ClosingFacts<'a>,
}

impl DedupClosing<'_> {
    /// The closing lines, each with its line end.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let run = &self.run;
        run.documents(out)?;
        self.duplicates(out)?;
        self.reference(out)?;
        self.preference(out)?;
        if let Some(note) = &self.note {
            writeln!(out, "{note}")?;
        }
        self.families(out)?;
        run.index(out, self.index, self.added)?;
        run.boilerplate(
            out,
            "not compared, but written, in",
            "--keep-boilerplate compares them",
        )?;
        self.bounded(out)?;
        run.recall(out)?;
        if run.details {
            run.stages(out)?;
        }
        run.costs(out)
    }

    fn duplicates(&self, out: &mut String) -> fmt::Result {
        let duplicates = &self.found.duplicates;
        let known = &self.found.read.known;
        let again = known.iter().filter(|known| known.is_of_run).count();
        let kept = (self.found.decided.len() - duplicates.len() + again) as u64;
        let number = |relation: Relation| {
            let of_relation = |duplicate: &&Duplicate| duplicate.relation == relation;
            duplicates.iter().filter(of_relation).count()
        };
        let (near, excerpts) = (number(Relation::Near), number(Relation::Excerpt));
        let gone = duplicates.len() + known.len() - again;
        let (done, others) = if self.marked {
            ("marked", "not marked")
        } else {
            ("removed", "kept")
        };
        write!(
            out,
            "{} {others}, {} {done}",
            self.run.strong(counted(kept, "document")),
            count(gone as u64),
        )?;
        if gone > 0 {
            write!(
                out,
                ": {} exact, {} near",
                count((gone - near - excerpts) as u64),
                count(near as u64)
            )?;
            if self.found.reference.is_some() {
                write!(out, ", {}", counted(excerpts as u64, "excerpt"))?;
            }
        }
        writeln!(out)
    }

    /// Reference documents that were looked for as a whole or not at all.
    fn reference(&self, out: &mut String) -> fmt::Result {
        let settings = self.run.settings.reference_passages;
        let (Some(counts), Some(settings)) = (self.found.reference, settings) else {
            return Ok(());
        };
        write!(
            out,
            "looked for every {} words in a row of {}",
            settings.words,
            counted(counts.passages, "reference document")
        )?;
        if counts.wholes > 0 {
            let wholes = counted(counts.wholes, "shorter one");
            write!(out, ", and for the whole of {wholes}")?;
        }
        if counts.too_short > 0 {
            write!(
                out,
                "; {} of fewer than {} words not looked for (--min-reference-words)",
                count(counts.too_short),
                settings.fewest_words
            )?;
        }
        writeln!(out)
    }

    /// Preferred sites without documents, and documents without a number to prefer them by.
    fn preference(&self, out: &mut String) -> fmt::Result {
        let catalog = &self.found.catalog;
        let sites = self.prefer.sites.iter();
        let unknown: Vec<String> = sites
            .filter(|site| catalog.site_called(site).is_none())
            .map(|site| escaped(site))
            .collect();
        if !unknown.is_empty() {
            writeln!(out, "--prefer: no document is on {}", unknown.join(" or "))?;
        }
        if self.found.without_number > 0 {
            let documents = counted(self.found.without_number, "document");
            writeln!(out, "--prefer: {documents} without a number come last")?;
        }
        Ok(())
    }

    fn families(&self, out: &mut String) -> fmt::Result {
        let mut families: BTreeMap<DocNo, Vec<DocNo>> = BTreeMap::new();
        for duplicate in &self.found.duplicates {
            let of = families.entry(duplicate.of);
            of.or_insert_with(|| vec![duplicate.of]).push(duplicate.doc);
        }
        if families.is_empty() {
            return Ok(());
        }
        let many = families.len();
        let mut biggest: Vec<(DocNo, Vec<DocNo>)> = families.into_iter().collect();
        // The sort is stable: families of one size stay in canonical order.
        biggest.sort_by_key(|(_, members)| Reverse(members.len()));
        biggest.truncate(CLUSTERS_SHOWN);
        let colon = if many > biggest.len() {
            "; the biggest:"
        } else {
            ":"
        };
        let many = match many {
            1 => "1 family".to_owned(),
            many => format!("{} families", count(many as u64)),
        };
        writeln!(out, "{} of duplicates{colon}", self.run.strong(many))?;
        let rows: Vec<(String, String)> = biggest
            .into_iter()
            .map(|(kept, members)| {
                let sites = self.found.catalog.sites_among(members.iter().copied()) as u64;
                let mut size = counted(members.len() as u64, "document");
                if sites > 0 {
                    size = format!("{size} on {}", counted(sites, "site"));
                }
                (size, self.title(kept))
            })
            .collect();
        let width = rows.iter().map(|(size, _)| size.len()).max().unwrap_or(0);
        for (size, title) in rows {
            let room = self.run.terminal.room(width + 6, TITLE_SHOWN);
            writeln!(out, "   {size:<width$}  {}", excerpt(&title, room))?;
        }
        Ok(())
    }

    /// The document's title, or its id if it has none.
    fn title(&self, doc: DocNo) -> String {
        let catalog = &self.found.catalog;
        let mut title = String::new();
        // If the document cannot be read again, its id will do: the run itself has succeeded.
        let _ = self.corpus.fetch(catalog.place(doc), &mut |document| {
            title.push_str(document.title.as_deref().unwrap_or_default().trim());
        });
        if title.is_empty() {
            title.push_str(catalog.id(doc));
        }
        title
    }

    fn bounded(&self, out: &mut String) -> fmt::Result {
        for sentence in bounded::sentences(&self.run.counts.bounded, "--recall 1") {
            writeln!(out, "{sentence}")?;
        }
        Ok(())
    }
}
