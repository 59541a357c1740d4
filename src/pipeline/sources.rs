//! Sources of clusters, and the roles of their documents that follow.

use std::collections::BTreeMap;

use super::details::{Details, site_of};
use super::settings::Settings;
use crate::attribution::source::{LikelySource, Testimony};
use crate::catalog::Catalog;
use crate::cluster::{Assembled, Member, ReportedPair};

/// Share within quotation marks from which the text that two documents have in common counts as
/// the words of somebody else. In real news, copy has a smaller share, and most pairs of
/// statements and interviews have a larger one.
const QUOTATION: f64 = 0.6;

/// Finds the source of every cluster, and the roles of its documents.
pub(super) fn attribute(
    catalog: &Catalog,
    settings: &Settings,
    assembled: &mut Assembled,
    details: &[Details],
) {
    let mut by_cluster: BTreeMap<u32, Vec<ReportedPair>> = BTreeMap::new();
    for pair in &assembled.pairs {
        by_cluster.entry(pair.cluster).or_default().push(*pair);
    }
    let testimony = |&Member { doc, whole, .. }: &Member| {
        let details = Details::find(details, doc)?;
        let credit = details.credit.as_ref();
        Some(Testimony {
            doc,
            site: catalog.site_name(catalog.site(doc)).to_owned(),
            whole,
            published: details.when,
            canonical: details
                .canonical
                .as_deref()
                .map(|host| site_of(catalog, host)),
            credit: credit.map_or_else(Vec::new, |credit| settings.credits.sites(credit)),
        })
    };
    for (number, cluster) in (0..).zip(&mut assembled.clusters) {
        let pairs: &[ReportedPair] = by_cluster.get(&number).map_or(&[], |pairs| pairs);
        let is_quotation =
            |pair: &ReportedPair| pair.quoted_share.is_some_and(|share| share >= QUOTATION);
        let source = if pairs.iter().all(is_quotation) {
            // All documents quote somebody; none is the source of these words.
            LikelySource::default()
        } else {
            let testimonies: Vec<Testimony> =
                cluster.members.iter().filter_map(testimony).collect();
            LikelySource::of(&testimonies)
        };
        cluster.assign_source(source, pairs);
    }
}
