//! Names and numbers of sites while documents are being read.

use std::collections::HashMap;

use super::numbers::SiteNo;

/// Names of sites, numbered in the order in which they first appear.
#[derive(Debug, Default)]
pub(super) struct SiteNames {
    names: Vec<String>,
    numbers: HashMap<String, SiteNo>,
}

impl SiteNames {
    /// Number of the site with this name; a new name gets the next number.
    pub(super) fn number(&mut self, name: &str) -> SiteNo {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = SiteNo(self.names.len() as u32);
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    /// Position of each of these names in a sorted list that contains them all.
    pub(super) fn numbers_in(&self, sorted: &[String]) -> Vec<SiteNo> {
        let number = |name| SiteNo(sorted.partition_point(|other| other < name) as u32);
        self.names.iter().map(number).collect()
    }
}

/// The distinct names of several lists, sorted.
pub(super) fn sorted_names<'a>(lists: impl Iterator<Item = &'a SiteNames>) -> Vec<String> {
    let mut names: Vec<String> = lists.flat_map(|list| &list.names).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}
