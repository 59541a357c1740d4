//! Choices for a person at a terminal: what each finds, how that goes with labels, and what it costs.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use wirecopy::report::tune::{ChoiceRow, Suggested, Tuned, Varied, rounded};
use wirecopy::text::escaping::escaped;
use wirecopy::tuning::evaluation::Estimate;

use crate::cli::figures::{count, counted, percent, seconds};
use crate::cli::layout::Layout;

/// Writes the text.
pub fn write(tuned: &Tuned, layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let Some(base) = tuned.rows.first() else {
        return Ok(());
    };
    let searched = &tuned.searched;
    lines(
        &format!(
            "{}, {} that some choice takes. Compared with {}:",
            counted(searched.documents, "document"),
            counted(searched.jaccards.len() as u64, "comparison"),
            base.flags()
        ),
        layout,
        out,
    )?;
    let with_reworded = tuned.rows.iter().any(|row| row.effect.reworded.is_some());
    let mut headers = vec!["", "pairs", "across sites", "exact", "near", "excerpt"];
    if with_reworded {
        headers.push("reworded");
    }
    headers.extend(["clusters", "biggest", "docs"]);
    table(&headers, tuned, &|_| true, layout, out, &|row| {
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
    if let Some(caution) = searched.caution() {
        lines(&caution, layout, out)?;
    }
    if let Some(labels) = tuned.labels {
        writeln!(out)?;
        let mut told = format!(
            "Against {} labelled as copies and {} as none, with 95 % intervals:",
            counted(labels.copies, "pair"),
            count(labels.others)
        );
        for (n, what) in [
            (labels.unsure, "unsure"),
            (labels.missing, "not in the corpus"),
        ] {
            if n > 0 {
                told += &format!(" ({} {what})", count(n));
            }
        }
        lines(&told, layout, out)?;
        if let Some(silence) = labels.silence() {
            lines(silence, layout, out)?;
        }
        table(
            &["", "precision", "recall", "F1"],
            tuned,
            &|_| true,
            layout,
            out,
            &|row| {
                let confusion = row.confusion.unwrap_or_default();
                [confusion.precision(), confusion.recall(), confusion.f1()]
                    .map(estimate)
                    .to_vec()
            },
        )?;
    }
    writeln!(out)?;
    lines(
        "How a scan would find them; candidates and seconds are estimates:",
        layout,
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
    // Excerpts change nothing about bands.
    let by_bands = |row: &ChoiceRow| {
        !matches!(
            row.varied,
            Varied::Containment | Varied::Passage | Varied::RewordedScore
        )
    };
    table(&headers, tuned, &by_bands, layout, out, &|row| {
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
    })?;
    if let Some(suggested) = tuned.suggested {
        writeln!(out)?;
        for hint in hints(&suggested) {
            lines(&hint, layout, out)?;
        }
    }
    if let Some(best) = &tuned.best
        && let Some(row) = tuned.rows.get(best.row)
    {
        writeln!(out)?;
        lines(&format!("Best: {}", row.flags()), layout, out)?;
        lines(&format!("{}.", best.why), layout, out)?;
    }
    Ok(())
}

fn hints(suggested: &Suggested) -> [String; 2] {
    let hint = |flag: &str, valley: Option<wirecopy::tuning::valley::Valley>, of: &str| match valley
    {
        Some(valley) => format!(
            "Hint: --{flag} {}. There {of} has its valley, {} under the lower of its peaks.",
            valley.at,
            percent(valley.depth)
        ),
        None => format!("No hint for --{flag}: {of} has no valley."),
    };
    [
        hint("threshold", suggested.threshold, "the Jaccard of the pairs"),
        hint(
            "containment",
            suggested.containment,
            "the containment of the pairs",
        ),
    ]
}

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

/// A table with a line for every choice that is to be `shown`.
fn table(
    headers: &[&str],
    tuned: &Tuned,
    shown: &dyn Fn(&ChoiceRow) -> bool,
    layout: Layout,
    out: &mut impl Write,
    cells: &dyn Fn(&ChoiceRow) -> Vec<String>,
) -> io::Result<()> {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(layout.width).unwrap_or(u16::MAX))
        .set_header(headers.iter().map(|header| right(header)));
    let rows = tuned.rows.iter().enumerate();
    for (at, row) in rows.filter(|(_, row)| shown(row)) {
        let best = tuned.best.as_ref().is_some_and(|best| best.row == at);
        let choice = match row.varied {
            Varied::Nothing => "as asked for".to_owned(),
            _ => row.varied_flag(),
        };
        let star = if best { "* " } else { "" };
        let mut line = vec![Cell::new(format!("{star}{choice}"))];
        line.extend(cells(row).iter().map(|cell| right(cell)));
        table.add_row(line);
    }
    // A space between columns is enough, and lets a usual table stand in 80.
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(number > 0), 0));
    }
    for (number, line) in table.lines().enumerate() {
        let line = line.trim_end();
        let line = match number {
            0 => layout.strong(line),
            _ => line.to_owned(),
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn right(cell: &str) -> Cell {
    Cell::new(cell).set_alignment(CellAlignment::Right)
}

/// A sentence, wrapped.
fn lines(sentence: &str, layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(layout.width).unwrap_or(u16::MAX))
        .add_row(vec![Cell::new(escaped(sentence))]);
    for line in table.lines() {
        writeln!(out, "{}", line.trim())?;
    }
    Ok(())
}
