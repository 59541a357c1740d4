//! Families: documents that are connected by the near-duplicate pairs found so far.

use crate::catalog::identical::IdenticalGroup;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair};

/// Most documents of a cluster whose every pair is written unless all are asked for.
pub const BIG_CLUSTER: usize = 256;

/// Families of representatives, and the number of documents that each stands for.
#[derive(Debug)]
pub struct Families {
    /// By [`DocNo`]; documents that represent no group stay alone.
    sets: UnionFind,
    /// Documents of the group that each document represents, by [`DocNo`].
    sizes: Vec<usize>,
}

impl Families {
    /// Families of one group of identical documents each.
    pub fn new(catalog: &Catalog, groups: &[IdenticalGroup]) -> Families {
        let mut sizes = vec![0; catalog.len()];
        for group in groups {
            sizes[group.representative().0 as usize] = group.members.len();
        }
        Families {
            sets: UnionFind::new(catalog.len()),
            sizes,
        }
    }

    /// Joins the families of two representatives.
    pub fn join(&mut self, pair: DocPair) {
        self.sets.join(pair.a.0 as usize, pair.b.0 as usize);
    }

    /// A function from a representative to its family, which is numbered after its first member.
    pub fn flat(&mut self) -> impl Fn(DocNo) -> usize + Sync + use<> {
        let roots = self.roots();
        move |doc| roots[doc.0 as usize]
    }

    /// The families as they are now.
    pub fn settle(&mut self) -> SettledFamilies {
        let roots = self.roots();
        let mut sizes = vec![0; roots.len()];
        for (at, size) in self.sizes.iter().enumerate() {
            sizes[roots[at]] += size;
        }
        SettledFamilies { roots, sizes }
    }

    fn roots(&mut self) -> Vec<usize> {
        (0..self.sizes.len()).map(|at| self.sets.root(at)).collect()
    }
}

/// Families that do not change any more; by default there are none.
#[derive(Debug, Default)]
pub struct SettledFamilies {
    /// First member of the family of each document, by [`DocNo`].
    roots: Vec<usize>,
    /// Documents of each family, by its first member.
    sizes: Vec<usize>,
}

impl SettledFamilies {
    /// Family of a representative, if it has more than [`BIG_CLUSTER`] documents.
    pub fn big(&self, doc: DocNo) -> Option<usize> {
        let root = *self.roots.get(doc.0 as usize)?;
        (self.sizes[root] > BIG_CLUSTER).then_some(root)
    }

    /// Returns `true` if both representatives are in one such family.
    pub fn one_big(&self, pair: DocPair) -> bool {
        self.big(pair.a)
            .is_some_and(|family| self.big(pair.b) == Some(family))
    }
}
