//! Sentences of a document, without its boilerplate.

use crate::catalog::DocNo;
use crate::compare::reworded::sentences::{SentenceReader, Sentences};
use crate::error::ReadError;
use crate::pipeline::texts::{CorpusTexts, TextReader};

/// Tools of one thread that read the sentences of documents.
#[derive(Default)]
pub(super) struct SentenceTools {
    pub(super) reader: TextReader,
    sentences: SentenceReader,
}

/// Sentences of a document without its boilerplate, with their places in the whole text.
pub(super) fn read_sentences(
    texts: &CorpusTexts<'_>,
    doc: DocNo,
    tools: &mut SentenceTools,
) -> Result<Sentences, ReadError> {
    let SentenceTools {
        reader,
        sentences: sentence_reader,
    } = tools;
    let mut sentences = Sentences::default();
    texts.read(doc, reader, &mut |document, reader| {
        let pieces = reader.remaining(&document.text);
        sentences = match &pieces[..] {
            [whole] => sentence_reader.read(whole),
            pieces => sentence_reader.read(&pieces.join("\n")),
        };
        // Beginning of each piece, in the joined pieces and in the whole text.
        let begins: Vec<(usize, usize)> = pieces
            .iter()
            .scan(0, |at, piece| {
                let begin = *at;
                *at += piece.len() + 1;
                Some((begin, piece.as_ptr().addr() - document.text.as_ptr().addr()))
            })
            .collect();
        for place in &mut sentences.places {
            let piece = begins.partition_point(|(begin, _)| *begin <= place.start);
            let (begin, in_text) = begins[piece - 1];
            *place = place.start - begin + in_text..place.end - begin + in_text;
        }
    })?;
    Ok(sentences)
}
