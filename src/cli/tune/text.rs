//! Choices as text: the pairs that each finds, how well it agrees with labels, and what it costs.

use std::io::{self, Write};

use crate::report::tune::{ChoiceRow, Suggested, Tuned, Varied, rounded};
use crate::text::escaping::escaped;
use crate::tuning::evaluation::Estimate;
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::judge::FEWEST_LABELS;
use crate::cli::figures::{count, counted, percent, seconds};
use crate::cli::layout::TextLayout;

/// Writes the choices.
pub fn write(tuned: &Tuned, layout: TextLayout, out: &mut impl Write) -> io::Result<()> {
    let Some(base) = tuned.rows.first() else {
        return Ok(());
    };
    let page = TextPage { tuned, layout };
    page.write_found(base, out)?;
    page.write_judged(out)?;
    page.write_costs(out)?;
    page.write_hints(out)?;
    page.write_best(out)
}

/// Choices as text of a given width.
struct TextPage<'a> {
    tuned: &'a Tuned,
    layout: TextLayout,
}

impl TextPage<'_> {
    /// Writes the pairs and clusters of each choice.
    fn write_found(&self, base: &ChoiceRow, out: &mut impl Write) -> io::Result<()> {
        let searched = &self.tuned.searched;
        let head = format!(
            "{}; {} that match at least one choice. As asked for: {}",
            counted(searched.documents, "document"),
            counted(searched.jaccards.len() as u64, "comparison"),
            base.flags()
        );
        self.write_lines(&head, out)?;
        let rows = &self.tuned.rows;
        let with_reworded = rows.iter().any(|row| row.effect.reworded.is_some());
        let mut headers = vec!["", "pairs", "across sites", "exact", "near", "excerpt"];
        if with_reworded {
            headers.push("reworded");
        }
        headers.extend(["clusters", "biggest", "docs"]);
        self.write_table(&headers, &|_| true, out, &|row| {
            let effect = &row.effect;
            let mut cells = vec![
                count(effect.pairs),
                count(effect.cross_site),
                count(effect.exact),
                count(effect.near),
                count(effect.excerpt),
            ];
            if with_reworded {
                cells.push(effect.reworded.map_or("-".to_owned(), count));
            }
            cells.extend([
                count(effect.clusters),
                count(effect.biggest_cluster),
                count(effect.documents),
            ]);
            cells
        })?;
        match searched.caution() {
            Some(caution) => self.write_lines(&caution, out),
            None => Ok(()),
        }
    }

    /// Writes precision and recall against the labels, if there are any.
    fn write_judged(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(labels) = self.tuned.labels else {
            return Ok(());
        };
        writeln!(out)?;
        let (copies, others) = (counted(labels.copies, "pair"), count(labels.others));
        let mut head = match labels.clustered {
            None => format!(
                "Against {copies} labelled as copies and {others} as none, with 95 % intervals:"
            ),
            Some(documents) => format!(
                "Against clusters of {}: {copies} within clusters and {others} between them. \
                 Pairs of one cluster depend on each other, so the intervals are too narrow:",
                counted(documents, "document")
            ),
        };
        for (n, what) in [
            (labels.unsure, "unsure"),
            (labels.missing, "not in the corpus"),
        ] {
            if n > 0 {
                head += &format!(" ({} {what})", count(n));
            }
        }
        self.write_lines(&head, out)?;
        if let Some(silence) = labels.silence() {
            self.write_lines(silence, out)?;
        }
        let mut headers = vec!["", "precision", "recall", "F1"];
        if labels.clustered.is_some() {
            headers.extend(["B3 precision", "B3 recall", "ARI"]);
        }
        self.write_table(&headers, &|_| true, out, &|row| {
            let confusion = row.confusion.unwrap_or_default();
            let estimates = [confusion.precision(), confusion.recall(), confusion.f1()];
            let clustered = row.effect.clustered.map(|found| {
                let b_cubed = [found.b_cubed.precision, found.b_cubed.recall];
                [b_cubed[0], b_cubed[1], found.adjusted_rand]
            });
            let measures = clustered.into_iter().flatten();
            let measures = measures.map(|measure| format!("{measure:.3}"));
            estimates
                .into_iter()
                .map(estimate)
                .chain(measures)
                .collect()
        })?;
        self.write_people(out)?;
        self.write_sites(out)
    }

    /// Writes how far people agree, and the pairs on which they do not.
    fn write_people(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(people) = &self.tuned.people else {
            return Ok(());
        };
        let Some(agreement) = people.agreement else {
            return Ok(());
        };
        writeln!(out)?;
        self.write_lines(&agreement.sentence(), out)?;
        if people.conflicts.is_empty() {
            return Ok(());
        }
        let mut head = format!(
            "{} with different labels; the majority decides",
            counted(people.conflicts.len() as u64, "pair")
        );
        if people.undecided > 0 {
            head += &format!(", {} without one are left out", count(people.undecided));
        }
        self.write_lines(&format!("{head}:"), out)?;
        for conflict in &people.conflicts {
            writeln!(out, "   {}", escaped(conflict))?;
        }
        Ok(())
    }

    /// Writes the judgement of each site with enough labels.
    fn write_sites(&self, out: &mut impl Write) -> io::Result<()> {
        if self.tuned.sites.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let head =
            format!("Sites with at least {FEWEST_LABELS} labelled pairs, with the flags as given:");
        self.write_lines(&head, out)?;
        let mut table = self.table();
        let headers = ["", "pairs", "precision", "recall", "best"];
        table.set_header(headers.iter().map(|header| right(header)));
        for site in &self.tuned.sites {
            let best = site.best.as_ref().map(|best| best.row);
            let best = match best.and_then(|at| Some((at, self.tuned.rows.get(at)?))) {
                Some((0, _)) => "as given".to_owned(),
                Some((_, row)) => row.varied_flag(),
                None => "-".to_owned(),
            };
            table.add_row([
                Cell::new(escaped(&site.site)),
                right(&count(site.pairs)),
                right(&estimate(site.as_asked.precision())),
                right(&estimate(site.as_asked.recall())),
                right(&best),
            ]);
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Writes the bands of each choice, and the expected recall and time of a scan.
    fn write_costs(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out)?;
        self.write_lines(
            "How a scan would find them; candidates and seconds are estimates:",
            out,
        )?;
        let headers = [
            "",
            "bands",
            "recall at it",
            "of all near",
            "candidates",
            "seconds",
        ];
        // Bands depend on the threshold and the shingle, not on excerpts or reworded copy.
        let by_bands = |row: &ChoiceRow| {
            !matches!(
                row.varied,
                Varied::Containment | Varied::Passage | Varied::RewordedScore
            )
        };
        self.write_table(&headers, &by_bands, out, &|row| {
            let effect = &row.effect;
            let bands = effect.banding();
            vec![
                bands.map_or("by proof".to_owned(), |banding| {
                    format!("{} x {}", banding.bands(), banding.rows())
                }),
                percent(effect.recall_at_threshold),
                percent(effect.expected_recall),
                effect
                    .expected_candidates
                    .map_or("-".to_owned(), |candidates| count(rounded(candidates))),
                row.expected_seconds.map_or("-".to_owned(), seconds),
            ]
        })
    }

    /// Writes the suggested numbers, if the user asked for them.
    fn write_hints(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(suggested) = self.tuned.suggested else {
            return Ok(());
        };
        writeln!(out)?;
        for hint in hints(&suggested) {
            self.write_lines(&hint, out)?;
        }
        Ok(())
    }

    /// Writes the best choice, if there is one.
    fn write_best(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(best) = &self.tuned.best else {
            return Ok(());
        };
        let Some(row) = self.tuned.rows.get(best.row) else {
            return Ok(());
        };
        writeln!(out)?;
        self.write_lines(&format!("Best: {}", row.flags()), out)?;
        self.write_lines(&format!("{}.", best.why), out)
    }

    /// Writes a table with a line for each choice for which `shown` is true.
    fn write_table(
        &self,
        headers: &[&str],
        shown: &dyn Fn(&ChoiceRow) -> bool,
        out: &mut impl Write,
        cells: &dyn Fn(&ChoiceRow) -> Vec<String>,
    ) -> io::Result<()> {
        let mut table = self.table();
        table.set_header(headers.iter().map(|header| right(header)));
        let rows = self.tuned.rows.iter().enumerate();
        for (at, row) in rows.filter(|(_, row)| shown(row)) {
            let best = self.tuned.best.as_ref().is_some_and(|best| best.row == at);
            let choice = match row.varied {
                Varied::Nothing => "as asked for".to_owned(),
                _ => row.varied_flag(),
            };
            let star = if best { "* " } else { "" };
            let mut line = vec![Cell::new(format!("{star}{choice}"))];
            line.extend(cells(row).iter().map(|cell| right(cell)));
            table.add_row(line);
        }
        // With one space between columns, a usual table fits 80 columns.
        for (number, column) in table.column_iter_mut().enumerate() {
            column.set_padding((u16::from(number > 0), 0));
        }
        for (number, line) in table.lines().enumerate() {
            let line = line.trim_end();
            let line = match number {
                0 => self.layout.strong(line),
                _ => line.to_owned(),
            };
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Writes a sentence, wrapped.
    fn write_lines(&self, sentence: &str, out: &mut impl Write) -> io::Result<()> {
        let mut table = self.table();
        table.add_row(vec![Cell::new(escaped(sentence))]);
        for line in table.lines() {
            writeln!(out, "{}", line.trim())?;
        }
        Ok(())
    }

    /// An empty table without borders, as wide as the layout.
    fn table(&self) -> Table {
        let mut table = Table::new();
        table
            .load_preset(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.layout.width).unwrap_or(u16::MAX));
        table
    }
}

/// One sentence for each number that a valley could suggest.
fn hints(suggested: &Suggested) -> [String; 2] {
    let hint = |flag: &str, valley: Option<crate::tuning::valley::Valley>, of: &str| match valley {
        Some(valley) => format!(
            "Hint: --{flag} {}. {of} has a valley there, {} below the lower of its peaks.",
            valley.at,
            percent(valley.depth)
        ),
        None => format!("No hint for --{flag}. {of} has no valley."),
    };
    [
        hint("threshold", suggested.threshold, "The Jaccard of the pairs"),
        hint(
            "containment",
            suggested.containment,
            "The containment of the pairs",
        ),
    ]
}

/// An estimate with its interval.
fn estimate(estimate: Option<Estimate>) -> String {
    let Some(Estimate {
        value,
        interval: [low, high],
    }) = estimate
    else {
        return "-".to_owned();
    };
    format!("{value:.3} [{low:.3}-{high:.3}]")
}

/// A cell aligned to the right.
fn right(cell: &str) -> Cell {
    Cell::new(cell).set_alignment(CellAlignment::Right)
}
