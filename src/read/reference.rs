//! Inputs together with the reference that they are compared with, as one corpus.

use super::block::InputBlock;
use super::inputs::Inputs;
use crate::document::{BlockTally, Corpus, DateOrder, Document, Fetch, ParsedRecord, SourcePlace};
use crate::error::ReadError;

/// Inputs, followed by the parts of a reference. Each part is read with its own settings.
///
/// The sources of the inputs keep their numbers, and those of the reference come after them.
#[derive(Debug, Clone, Copy)]
pub struct WithReference<'a> {
    inputs: &'a Inputs,
    reference: &'a [Inputs],
}

/// A block of the inputs or of a part of the reference.
pub struct BlockOfPart {
    /// Number of the first source of the part.
    first_source: usize,
    block: InputBlock,
}

impl<'a> WithReference<'a> {
    /// Joins the inputs and the parts of a reference, of which there may be none.
    #[must_use]
    pub fn new(inputs: &'a Inputs, reference: &'a [Inputs]) -> Self {
        Self { inputs, reference }
    }

    /// The part with a source, and the number of its first source.
    fn part(&self, source: usize) -> Option<(&'a Inputs, usize)> {
        let mut first = 0;
        for part in std::iter::once(self.inputs).chain(self.reference) {
            if source < first + part.sources() {
                return Some((part, first));
            }
            first += part.sources();
        }
        None
    }
}

impl Corpus for WithReference<'_> {
    type Block = BlockOfPart;

    fn sources(&self) -> usize {
        let of_reference = self.reference.iter().map(Corpus::sources);
        self.inputs.sources() + of_reference.sum::<usize>()
    }

    fn first_reference(&self) -> usize {
        self.inputs.sources()
    }

    fn source_name(&self, source: usize) -> &str {
        let part = self.part(source);
        part.map_or("", |(part, first)| part.source_name(source - first))
    }

    fn blocks(
        &self,
        source: usize,
    ) -> Box<dyn Iterator<Item = Result<BlockOfPart, ReadError>> + Send + '_> {
        let Some((part, first_source)) = self.part(source) else {
            return Box::new(std::iter::empty());
        };
        let of_part = move |block: Result<InputBlock, ReadError>| {
            block.map(|block| BlockOfPart {
                first_source,
                block,
            })
        };
        Box::new(part.blocks(source - first_source).map(of_part))
    }

    fn date_order(&self, source: usize) -> Option<DateOrder> {
        let (part, first) = self.part(source)?;
        part.date_order(source - first)
    }

    fn parse(&self, block: BlockOfPart, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally {
        let BlockOfPart {
            first_source,
            block,
        } = block;
        let Some((part, _)) = self.part(first_source) else {
            return BlockTally::default();
        };
        let first = u32::try_from(first_source).unwrap_or(u32::MAX);
        let mut tally = part.parse(block, &mut |record| {
            let place = SourcePlace {
                source: record.place.source + first,
                ..record.place
            };
            sink(ParsedRecord { place, ..record });
        });
        for reject in &mut tally.rejects {
            reject.source += first;
        }
        tally
    }
}

impl Fetch for WithReference<'_> {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        let Some((part, first)) = self.part(place.source as usize) else {
            return self.inputs.fetch(place, sink);
        };
        let source = place.source - u32::try_from(first).unwrap_or(0);
        part.fetch(SourcePlace { source, ..place }, sink)
    }
}
