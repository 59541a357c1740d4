//! The members report: a row for every document of every cluster.

use std::io::{self, Write};

use super::details::{details, title, url};
use super::table::TableEncoding;
use super::table::column::Column;
use crate::cluster::{Cluster, Member};
use crate::pipeline::ScanResult;

/// A member of a cluster.
struct MemberRow<'t> {
    cluster: &'t Cluster,
    member: &'t Member,
}

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    findings: &ScanResult,
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let rows = findings.clusters.iter().flat_map(|cluster| {
        let members = cluster.members.iter();
        members.map(move |member| MemberRow { cluster, member })
    });
    encoding.write(&columns(findings), rows, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t>(findings: &'t ScanResult) -> Vec<Column<'t, MemberRow<'t>>> {
    let catalog = &findings.catalog;
    vec![
        Column::text("cluster", |row: &MemberRow| (&*row.cluster.name).into()),
        Column::text("id", |row: &MemberRow| catalog.id(row.member.doc).into()),
        Column::text("site", |row: &MemberRow| {
            catalog.site_name(catalog.site(row.member.doc)).into()
        }),
        Column::time("published", |row: &MemberRow| {
            catalog.published(row.member.doc)
        }),
        Column::text("role", |row: &MemberRow| row.member.role.name().into()),
        Column::text("url", |row: &MemberRow| {
            url(details(findings, row.member.doc)).into()
        }),
        Column::text("title", |row: &MemberRow| {
            title(details(findings, row.member.doc)).into()
        }),
        Column::precision("precision", |row: &MemberRow| {
            catalog.published(row.member.doc)
        }),
    ]
}
