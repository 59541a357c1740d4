//! Disjoint sets of numbers.

/// A partition of the numbers `0..size`, in which two sets can be joined: union-find with path
/// halving (Tarjan and van Leeuwen, JACM 1984, "Worst-case analysis of set union algorithms").
///
/// The root of a set is its smallest member, so roots do not depend on the order of joins.
#[derive(Debug)]
pub(crate) struct UnionFind {
    parents: Vec<u32>,
}

impl UnionFind {
    /// Creates a partition in which every number is a set of its own.
    pub(crate) fn new(size: usize) -> UnionFind {
        UnionFind {
            parents: (0..size as u32).collect(),
        }
    }

    /// Smallest member of the set that holds a number.
    pub(crate) fn root(&mut self, number: usize) -> usize {
        let mut at = number as u32;
        while self.parents[at as usize] != at {
            let grandparent = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = grandparent;
            at = grandparent;
        }
        at as usize
    }

    /// Joins the sets of two numbers.
    pub(crate) fn join(&mut self, x: usize, y: usize) {
        let (x, y) = (self.root(x), self.root(y));
        self.parents[x.max(y)] = x.min(y) as u32;
    }
}
