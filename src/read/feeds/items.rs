//! Walks over a feed and hands over its items one by one.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

use super::tree::{Content, Element, MAX_DEPTH, MAX_ELEMENTS, Vocabulary, reference};
use super::unreadable::UnreadableItem;
use super::{atom, encoding, newsml, nitf, rss};
use crate::read::raw_document::RawDocument;

/// The reason why a feed, or the rest of one, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::read) enum FeedError {
    /// The declaration names an encoding that is not known.
    #[error("the XML is declared to be in {0}, which is no known encoding")]
    Encoding(String),
    /// The XML breaks its rules.
    #[error("the XML cannot be read at byte {at} of its text: {reason}")]
    Broken { at: u64, reason: String },
}

/// Hands each item of a feed to `each`, in order. An error ends the feed; the items before it are
/// handed over. One item is held at a time, besides the text of the feed.
pub(in crate::read) fn items(
    xml: &[u8],
    each: &mut dyn FnMut(Result<RawDocument, UnreadableItem>),
) -> Result<(), FeedError> {
    let text = encoding::decode(xml).map_err(FeedError::Encoding)?;
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().allow_dangling_amp = true;
    let mut item: Option<ItemInWork> = None;
    loop {
        let at = reader.buffer_position();
        let broken = |reason: String| FeedError::Broken { at, reason };
        let (resolved, event) = reader
            .read_resolved_event()
            .map_err(|error| broken(error.to_string()))?;
        match event {
            Event::Eof if item.is_some() => {
                return Err(broken("the file ends inside an item".to_owned()));
            }
            Event::Eof => return Ok(()),
            Event::Start(start) => open(&mut item, &resolved, &start),
            Event::Empty(start) => {
                open(&mut item, &resolved, &start);
                close(&mut item, each);
            }
            Event::End(_) => close(&mut item, each),
            Event::Text(text) => push(&mut item, &text.xml10_content()),
            Event::CData(text) => push(&mut item, &text.xml10_content()),
            Event::GeneralRef(name) => push(&mut item, &reference(&name)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The format of an item, by the name of its element.
#[derive(Debug, Clone, Copy)]
enum ItemKind {
    Rss,
    Atom,
    NewsMl,
    Nitf,
}

impl ItemKind {
    fn of(vocabulary: Vocabulary, name: &str) -> Option<Self> {
        match (vocabulary, name) {
            (Vocabulary::Feed, "item") => Some(Self::Rss),
            (Vocabulary::Feed, "entry") => Some(Self::Atom),
            (Vocabulary::Feed, "newsItem") => Some(Self::NewsMl),
            (Vocabulary::Feed, "nitf") => Some(Self::Nitf),
            _ => None,
        }
    }
}

/// An item of which the end is not reached.
struct ItemInWork {
    kind: ItemKind,
    /// The open elements, the outermost first.
    open: Vec<Element>,
    /// Open elements below [`MAX_DEPTH`], which are not built.
    below: usize,
    elements: usize,
}

fn open(
    item: &mut Option<ItemInWork>,
    resolved: &ResolveResult<'_>,
    start: &quick_xml::events::BytesStart<'_>,
) {
    let vocabulary = Vocabulary::of(resolved);
    match item {
        None => {
            let name = start.local_name();
            if let Some(kind) = ItemKind::of(vocabulary, name.into_inner()) {
                *item = Some(ItemInWork {
                    kind,
                    open: vec![Element::new(vocabulary, start)],
                    below: 0,
                    elements: 1,
                });
            }
        }
        Some(work) => {
            work.elements += 1;
            if work.open.len() == MAX_DEPTH || work.elements > MAX_ELEMENTS {
                work.below += 1;
            } else {
                work.open.push(Element::new(vocabulary, start));
            }
        }
    }
}

/// Ends the innermost element, and with the outermost the item.
fn close(item: &mut Option<ItemInWork>, each: &mut dyn FnMut(Result<RawDocument, UnreadableItem>)) {
    let Some(work) = item else { return };
    if work.below > 0 {
        work.below -= 1;
        return;
    }
    let Some(ended) = work.open.pop() else { return };
    if let Some(parent) = work.open.last_mut() {
        parent.content.push(Content::Element(ended));
        return;
    }
    let document = match work.kind {
        ItemKind::Rss => rss::document(&ended),
        ItemKind::Atom => atom::document(&ended),
        ItemKind::NewsMl => newsml::document(&ended),
        ItemKind::Nitf => nitf::document(&ended),
    };
    each(match work.elements > MAX_ELEMENTS {
        true => Err(UnreadableItem {
            id: document.ok().and_then(|document| document.id),
            reason: format!("the item has more than {MAX_ELEMENTS} elements"),
        }),
        false => document,
    });
    *item = None;
}

fn push(item: &mut Option<ItemInWork>, text: &str) {
    if let Some(element) = item.as_mut().and_then(|work| work.open.last_mut()) {
        element.push_text(text);
    }
}
