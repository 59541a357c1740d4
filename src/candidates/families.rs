//! Families: which documents hang together by near-duplicate pairs found so far.

use crate::catalog::identical::IdenticalGroup;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair};

/// Most documents of a cluster whose every pair is written unless all are asked for.
pub const BIG_CLUSTER: usize = 256;

/// Which representatives hang together so far, and how many documents they stand for.
#[derive(Debug)]
pub struct Families {
    /// By [`DocNo`]; documents that represent none stay alone.
    forest: UnionFind,
    sizes: Vec<usize>,
}

impl Families {
    /// Each group of twins on its own.
    pub fn new(catalog: &Catalog, twins: &[IdenticalGroup]) -> Families {
        let mut sizes = vec![0; catalog.len()];
        for twins in twins {
            sizes[twins.members[0].0 as usize] = twins.members.len();
        }
        Families {
            forest: UnionFind::new(catalog.len()),
            sizes,
        }
    }

    /// The two hang together.
    pub fn join(&mut self, pair: DocPair) {
        self.forest.join(pair.a.0 as usize, pair.b.0 as usize);
    }

    /// The family of each representative, by its first member.
    pub fn flat(&mut self) -> impl Fn(DocNo) -> usize + Sync + use<> {
        let roots = self.roots();
        move |doc| roots[doc.0 as usize]
    }

    /// The families as they are, and their sizes.
    pub fn settle(&mut self) -> Settled {
        let roots = self.roots();
        let mut sizes = vec![0; roots.len()];
        for (at, size) in self.sizes.iter().enumerate() {
            sizes[roots[at]] += size;
        }
        Settled { roots, sizes }
    }

    fn roots(&mut self) -> Vec<usize> {
        (0..self.sizes.len())
            .map(|at| self.forest.root(at))
            .collect()
    }
}

/// Families that do not change any more; by default there are none.
#[derive(Debug, Default)]
pub struct Settled {
    roots: Vec<usize>,
    sizes: Vec<usize>,
}

impl Settled {
    /// The number of a representative's family, if that is of more than [`BIG_CLUSTER`] documents.
    pub fn big(&self, doc: DocNo) -> Option<usize> {
        let root = *self.roots.get(doc.0 as usize)?;
        (self.sizes[root] > BIG_CLUSTER).then_some(root)
    }

    /// Whether two representatives are of one such family.
    pub fn one_big(&self, pair: DocPair) -> bool {
        self.big(pair.a)
            .is_some_and(|family| self.big(pair.b) == Some(family))
    }
}
