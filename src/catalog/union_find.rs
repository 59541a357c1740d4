//! Disjoint sets of numbered things.

/// Union-find with path halving (Tarjan and van Leeuwen 1984); the smallest member is the root, so roots do not depend on order.
#[derive(Debug)]
pub(crate) struct UnionFind {
    parents: Vec<u32>,
}

impl UnionFind {
    pub(crate) fn new(size: usize) -> UnionFind {
        UnionFind {
            parents: (0..size as u32).collect(),
        }
    }

    pub(crate) fn root(&mut self, of: usize) -> usize {
        let mut at = of as u32;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at as usize
    }

    pub(crate) fn join(&mut self, x: usize, y: usize) {
        let (x, y) = (self.root(x), self.root(y));
        self.parents[x.max(y)] = x.min(y) as u32;
    }
}
