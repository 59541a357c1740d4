//! Effect of a choice of thresholds.

use super::choice::Choice;
use super::judged::ClusterAgreement;
use crate::pipeline::settings::Surfacing;
use crate::sketch::banding::Banding;

/// Results of a scan with a choice of thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The thresholds.
    pub choice: Choice,
    /// Rows of the pairs file.
    pub pairs: u64,
    /// Pairs of documents with the same words.
    pub exact: u64,
    /// Pairs at or over the threshold.
    pub near: u64,
    /// Pairs of which one document holds a part of the other.
    pub excerpt: u64,
    /// Reworded pairs. `None` if this is unknown: it depends on all other thresholds, and is
    /// computed for those of the settings only.
    pub reworded: Option<u64>,
    /// Pairs of documents on different known sites.
    pub cross_site: u64,
    /// Number of clusters.
    pub clusters: u64,
    /// Documents in the biggest cluster; 0 if there is none.
    pub biggest_cluster: u64,
    /// Documents that are in a pair.
    pub documents: u64,
    /// Method by which a scan would find whole copies.
    pub surfacing: Surfacing,
    /// Probability that it finds a pair exactly at the threshold.
    pub recall_at_threshold: f64,
    /// Share of near pairs that it is expected to find: the mean of the S-curve over them; 1 if
    /// there are none.
    pub expected_recall: f64,
    /// Estimated number of pairs that agree in a band; `None` without bands.
    pub expected_candidates: Option<f64>,
    /// For each labelled pair, in order, whether it is found.
    pub labelled: Vec<bool>,
    /// Agreement with clusters that people made, if there are any.
    pub clustered: Option<ClusterAgreement>,
}

impl Effect {
    /// The bands, if whole copies are found by bands.
    pub fn banding(&self) -> Option<Banding> {
        self.surfacing.banding()
    }
}
