//! The documents of a search, and the sides that they are on.

use crate::catalog::{Catalog, DocNo, DocPair, pairs_of};

/// The documents among which candidates are looked for.
#[derive(Clone, Copy)]
pub struct SearchScope<'a> {
    /// Catalog of the documents.
    pub catalog: &'a Catalog,
    /// All documents of the search, in canonical order.
    pub documents: &'a [DocNo],
    /// Documents of which each pair must have one, in canonical order; `None` if any pair will do.
    pub asking: Option<&'a [DocNo]>,
    /// Sides between which pairs are looked for; `None` if any pair will do.
    pub sides: Option<&'a Sides>,
    /// Bytes of hashes that may be held at a time, about.
    pub bytes_a_round: usize,
}

/// The side of reference documents and the side of all others. A document that stands for
/// identical ones of both is on both sides.
#[derive(Debug, Clone)]
pub struct Sides {
    /// Sides of each document of a catalog.
    of: Vec<SideBits>,
}

/// The sides that one document is on.
#[derive(Debug, Clone, Copy, Default)]
struct SideBits {
    reference: bool,
    input: bool,
}

impl Sides {
    /// Sides for so many documents, which are on none yet.
    pub fn new(documents: usize) -> Sides {
        Sides {
            of: vec![SideBits::default(); documents],
        }
    }

    /// Puts a document on one of the sides.
    pub fn add(&mut self, doc: DocNo, is_reference: bool) {
        let side = &mut self.of[doc.0 as usize];
        side.reference |= is_reference;
        side.input |= !is_reference;
    }

    /// Returns true if the document is on the side of reference documents, alone or not.
    pub fn has_reference(&self, doc: DocNo) -> bool {
        self.side(doc).reference
    }

    /// Returns true if the document is on the other side, alone or not.
    pub fn has_input(&self, doc: DocNo) -> bool {
        self.side(doc).input
    }

    /// Returns true if the two can be on different sides.
    pub fn may_pair(&self, pair: DocPair) -> bool {
        let (a, b) = (self.side(pair.a), self.side(pair.b));
        a.reference && b.input || a.input && b.reference
    }

    fn side(&self, doc: DocNo) -> SideBits {
        self.of[doc.0 as usize]
    }
}

/// Calls `each` with every pair of different documents that may be looked for, possibly twice: all
/// of them, or those between the sides.
pub(super) fn each_pair(
    sides: Option<&Sides>,
    documents: impl Iterator<Item = DocNo> + Clone,
    mut each: impl FnMut(DocPair),
) {
    let Some(sides) = sides else {
        for (at, b) in documents.clone().enumerate() {
            let others = documents.clone().take(at).filter(|&a| a != b);
            others.for_each(|a| each(DocPair::of(a, b)));
        }
        return;
    };
    // Never a loop over two documents of one side, of which there may be very many.
    let inputs = documents.clone().filter(|&doc| sides.has_input(doc));
    for a in documents.filter(|&doc| sides.has_reference(doc)) {
        let others = inputs.clone().filter(|&b| a != b);
        others.for_each(|b| each(DocPair::of(a, b)));
    }
}

/// Number of pairs that documents make: all of them, or those between the sides.
pub(super) fn count_pairs(
    sides: Option<&Sides>,
    documents: impl ExactSizeIterator<Item = DocNo>,
) -> u64 {
    let Some(sides) = sides else {
        return pairs_of(documents.len());
    };
    let (mut references, mut inputs) = (0, 0);
    for doc in documents {
        references += u64::from(sides.has_reference(doc));
        inputs += u64::from(sides.has_input(doc));
    }
    references * inputs
}
