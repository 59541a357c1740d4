//! Feeds in XML: RSS 0.9 to 2.0 and Atom, and what agencies send: NewsML-G2 and NITF.
//!
//! `recognition` tells a feed by its first element. `encoding` makes text of its bytes, `items`
//! walks over it and builds a small tree (`tree`) of one item at a time, and the file of each
//! format turns the tree into a document. Markup inside items becomes text.
//!
//! Entities of a document type are never expanded and nothing outside the file is read: `quick-xml`
//! hands over the names of entities, and only those of XML and HTML are known here.

mod atom;
mod encoding;
mod items;
mod newsml;
mod nitf;
mod recognition;
mod rss;
mod text;
mod tree;
mod unreadable;

pub(super) use items::items;
pub(super) use recognition::recognise;
pub(super) use unreadable::UnreadableItem;

#[cfg(test)]
mod tests;
