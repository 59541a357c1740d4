//! Sources of clusters, and the roles of their documents that follow.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::details::{Details, site_of};
use super::settings::Settings;
use crate::attribution::source::{LikelySource, Testimony};
use crate::catalog::Catalog;
use crate::cluster::{Assembled, Member, ReportedPair};
use crate::text::domain;

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
    let mut by_cluster: Vec<&ReportedPair> = assembled.pairs.iter().collect();
    by_cluster.par_sort_by_key(|pair| pair.cluster);
    let testimony = |sites: &MemberSites<'_>, &Member { doc, whole, .. }: &Member| {
        let details = Details::find(details, doc)?;
        let credit = details.credit.as_ref();
        Some(Testimony {
            doc,
            page: catalog.page(doc),
            site: catalog.site_name(catalog.site(doc)).to_owned(),
            whole,
            published: details.when,
            canonical: details.canonical.as_deref().map(|host| sites.of_host(host)),
            credit: credit.map_or_else(Vec::new, |credit| settings.credits.sites(credit)),
            contributed: credit.map_or_else(Vec::new, |credit| {
                settings.credits.contributor_sites(credit)
            }),
        })
    };
    let clusters = assembled.clusters.par_iter_mut().enumerate();
    clusters.for_each(|(number, cluster)| {
        let start = by_cluster.partition_point(|pair| (pair.cluster as usize) < number);
        let end = by_cluster.partition_point(|pair| pair.cluster as usize <= number);
        let pairs = &by_cluster[start..end];
        cluster.is_quoted = !pairs.is_empty() && pairs.iter().all(|pair| is_quotation(pair));
        let source = if cluster.is_quoted {
            // All documents quote somebody; none is the source of these words.
            LikelySource::default()
        } else {
            let sites = MemberSites::of(catalog, details, &cluster.members);
            let testimonies = cluster.members.iter();
            let testimonies: Vec<Testimony> = testimonies
                .filter_map(|member| testimony(&sites, member))
                .collect();
            LikelySource::of(&testimonies)
        };
        cluster.assign_source(source, pairs);
    });
}

/// True if most of what two documents have in common is the words of somebody else.
pub(super) fn is_quotation(pair: &ReportedPair) -> bool {
    pair.quoted_share.is_some_and(|share| share >= QUOTATION)
}

/// Sites of the members of a cluster by the registrable domains of their urls: a corpus may name
/// sites by their outlets.
struct MemberSites<'a> {
    catalog: &'a Catalog,
    by_domain: FxHashMap<String, &'a str>,
}

impl<'a> MemberSites<'a> {
    fn of(catalog: &'a Catalog, details: &[Details], members: &[Member]) -> MemberSites<'a> {
        let mut by_domain = FxHashMap::default();
        let names_host = |member: &Member| {
            Details::find(details, member.doc).is_some_and(|details| details.canonical.is_some())
        };
        // Few clusters have a canonical url on another site, and domains are slow to find.
        let members = if members.iter().any(names_host) {
            members
        } else {
            &[]
        };
        for member in members {
            let site = catalog.site_name(catalog.site(member.doc));
            let url = Details::find(details, member.doc).map_or("", |details| &details.url);
            if let Some(domain) = domain::registrable(url).filter(|_| !site.is_empty()) {
                by_domain.entry(domain).or_insert(site);
            }
        }
        MemberSites { catalog, by_domain }
    }

    /// Name of the site of a host.
    fn of_host(&self, host: &str) -> String {
        let domain = domain::registrable(host);
        let of_member = domain.and_then(|domain| self.by_domain.get(&domain));
        of_member.map_or_else(|| site_of(self.catalog, host), |&site| site.to_owned())
    }
}
