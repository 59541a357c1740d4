//! The values that are kept of each document, column by column.
//!
//! Columns take less memory than rows, because the values of a row would be padded, and a stage
//! that goes through one value of all documents touches nothing else.

use std::sync::Arc;

use super::numbers::SiteNo;
use crate::document::{Published, SourcePlace};
use crate::error::ReadError;
use crate::storage::lists::{Lists, WritableStore};

/// Memory that a document takes from reading to the end, in bytes, without its id and the hashes
/// that can be moved to disk: 170 in the columns of its block and of the catalog, the rest for
/// what one stage at a time keeps of each document.
pub(crate) const BYTES_A_DOCUMENT: usize = 224;

/// Declares the columns from one list.
///
/// Each of the `values` becomes a field of [`Row`] and a vector of [`Columns`]. Each of the
/// `lists` becomes a field of [`Columns`]; lists are pushed apart from rows, because those of
/// documents seen before come from disk, and some are not kept in every scan.
macro_rules! columns {
    (
        values { $($(#[$of_value:meta])* $value:ident: $type:ty,)* }
        lists { $($(#[$of_list:meta])* $list:ident: $item:ty,)* }
    ) => {
        /// One value of each column.
        pub(super) struct Row {
            $($(#[$of_value])* pub(super) $value: $type,)*
        }

        /// The columns: the value or list of a document stands at its
        /// [slot](super::numbers::Slot).
        #[derive(Debug, Default)]
        pub(super) struct Columns {
            $($(#[$of_value])* pub(super) $value: Vec<$type>,)*
            $($(#[$of_list])* pub(super) $list: Lists<$item>,)*
        }

        impl Columns {
            /// Bytes that the values of one document take.
            #[cfg(test)]
            const BYTES_A_ROW: usize = 0 $(+ size_of::<$type>())*;

            /// Number of lists that a document has.
            #[cfg(test)]
            const LISTS: usize = [$(stringify!($list)),*].len();

            /// Adds the values of the next document.
            pub(super) fn push(&mut self, row: Row) {
                $(self.$value.push(row.$value);)*
            }

            /// Adds the documents of `other` after those that are here.
            pub(super) fn append(&mut self, mut other: Columns) {
                $(self.$value.append(&mut other.$value);)*
                $(self.$list.append(other.$list);)*
            }

            /// Frees the memory that no document uses.
            pub(super) fn shrink(&mut self) {
                $(self.$value.shrink_to_fit();)*
                $(self.$list.shrink();)*
            }

            /// Bytes of lists that are held in memory.
            pub(super) fn bytes_held(&self) -> usize {
                0 $(+ self.$list.bytes_held())*
            }

            /// Moves all lists out of memory.
            pub(super) fn move_to(
                &mut self,
                store: &Arc<dyn WritableStore>,
            ) -> Result<(), ReadError> {
                $(self.$list.move_to(store)?;)*
                Ok(())
            }
        }
    };
}

columns! {
    values {
        /// Number of the site in the list of names that goes with the columns, or
        /// [`NO_SITE`](super::numbers::NO_SITE).
        site: SiteNo,
        /// Place from which the document can be read again.
        place: SourcePlace,
        /// When the document says it was published.
        published: Option<Published>,
        /// Hash of the page's url, of a little less than 64 bits; 0 if none is known.
        page: u64,
        /// Hash of the title's letters and digits; 0 if there are none.
        title: u32,
        /// Number of words, without those that were removed as boilerplate.
        words: u32,
        /// Number of words that were removed as boilerplate.
        removed: u32,
        /// Hash of the words, without those that were removed as boilerplate.
        content: u128,
        /// Hash of the words as they were read, boilerplate included.
        whole: u128,
    }
    lists {
        /// Hash of each band.
        bands: u32,
        /// Fingerprints for shared passages.
        passages: u64,
        /// Fingerprints for what a site repeats, shortened.
        repeats: u32,
        /// Names and numbers, if reworded copy is looked for.
        anchors: u32,
    }
}

impl Columns {
    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        self.site.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Position of a list: its chunk, its start and its length.
    const BYTES_A_LIST: usize = 12;

    /// The end of the id, the slot in canonical order, and twice, in the block and while blocks are
    /// joined: the line, the record, and whether the id is its own.
    const BYTES_BESIDE_COLUMNS: usize = 8 + 4 + 2 * (8 + 8 + 1);

    #[test]
    fn documents_take_no_more_memory_than_is_reckoned_with() {
        let columns = Columns::BYTES_A_ROW + Columns::LISTS * BYTES_A_LIST;
        assert_eq!(Columns::BYTES_A_ROW, 88);
        assert!(columns + BYTES_BESIDE_COLUMNS <= BYTES_A_DOCUMENT);
    }
}
