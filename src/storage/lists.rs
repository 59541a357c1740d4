//! Lists of numbers, one for each document, in a few large chunks that can be moved out of memory.
//!
//! Hashes are most of what a scan keeps, and each stage that uses them goes through all of them
//! once. So they do not have to fit in memory: chunks can be moved to a [`WritableStore`], and a
//! `ListReader` hands out the lists of some documents in pieces, chunk by chunk, to as many
//! threads as there are.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;

use crate::error::ReadError;

/// Length of the longest chunk in values: 1 MB of fingerprints. A list that is longer has a chunk
/// of its own.
const LONGEST: usize = 1 << 17;

/// Approximate number of documents of a piece.
const DOCUMENTS_A_PIECE: usize = 4096;

/// Position of an empty list.
const NOWHERE: ListPosition = ListPosition {
    chunk: u32::MAX,
    start: 0,
    length: 0,
};

/// A place outside of memory from which bytes can be read.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Fills `bytes` with those at `offset`, which are a chunk or a part of one.
    ///
    /// # Errors
    /// If they cannot be read, or are not those that were written.
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError>;
}

/// A place outside of memory to which bytes can be written, and from which they can be read back.
pub trait WritableStore: Store {
    /// Writes bytes and returns their offset.
    ///
    /// # Errors
    /// If they cannot be written, for example because there is no room for them.
    fn write(&self, bytes: &[u8]) -> Result<u64, ReadError>;
}

/// A list for each document, by position.
#[derive(Debug)]
pub(crate) struct Lists<T> {
    chunks: Vec<ListChunk<T>>,
    positions: Vec<ListPosition>,
}

#[derive(Debug, Clone)]
enum ListChunk<T> {
    Held(Vec<T>),
    Stored(StoredChunk),
}

/// A chunk that is not in memory.
#[derive(Debug, Clone)]
pub(crate) struct StoredChunk {
    pub(crate) store: Arc<dyn Store>,
    /// Offset of the chunk in the store, in bytes.
    pub(crate) offset: u64,
    /// Number of values.
    pub(crate) values: usize,
}

/// A list of a stored chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredList {
    /// Number of values.
    pub(crate) length: u32,
    /// False if the list belongs to a document that is left out.
    pub(crate) keep: bool,
}

/// Position of a list: a chunk, and values of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ListPosition {
    chunk: u32,
    start: u32,
    length: u32,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            chunks: Vec::new(),
            positions: Vec::new(),
        }
    }
}

impl<T: Pod> Lists<T> {
    /// Adds the list of the next document.
    pub(crate) fn push(&mut self, list: impl ExactSizeIterator<Item = T>) {
        let position = self.add(list);
        self.positions.push(position);
    }

    /// Replaces the list of a document. The old values stay in their chunk.
    pub(crate) fn replace(&mut self, at: usize, list: impl ExactSizeIterator<Item = T>) {
        self.positions[at] = self.add(list);
    }

    fn add(&mut self, list: impl ExactSizeIterator<Item = T>) -> ListPosition {
        let length = list.len();
        let fits = match self.chunks.last() {
            Some(ListChunk::Held(last)) => last.is_empty() || last.len() + length <= LONGEST,
            _ => false,
        };
        if !fits {
            self.chunks.push(ListChunk::Held(Vec::new()));
        }
        let chunk = self.chunks.len() - 1;
        let ListChunk::Held(values) = &mut self.chunks[chunk] else {
            unreachable!("if the list did not fit the last chunk, a new one was added");
        };
        let start = values.len() as u32;
        values.extend(list);
        ListPosition {
            chunk: chunk as u32,
            start,
            length: length as u32,
        }
    }

    /// Adds the empty lists of the next `documents` documents.
    pub(crate) fn push_none(&mut self, documents: usize) {
        self.positions
            .resize(self.positions.len() + documents, NOWHERE);
    }

    /// Adds the lists of the next documents from a stored chunk, in which they stand one after the
    /// other. Lists that are not kept belong to no document.
    pub(crate) fn push_stored(
        &mut self,
        stored: StoredChunk,
        lists: impl Iterator<Item = StoredList>,
    ) {
        let chunk = self.chunks.len() as u32;
        self.chunks.push(ListChunk::Stored(stored));
        let mut start = 0;
        for StoredList { length, keep } in lists {
            if keep {
                self.positions.push(ListPosition {
                    chunk,
                    start,
                    length,
                });
            }
            start += length;
        }
    }

    /// Adds the documents of `other` after those that are here.
    pub(crate) fn append(&mut self, other: Lists<T>) {
        let before = self.chunks.len() as u32;
        self.chunks.extend(other.chunks);
        let positions = other.positions.into_iter();
        self.positions
            .extend(positions.map(|position| ListPosition {
                chunk: position.chunk + before,
                ..position
            }));
    }

    /// Frees memory that is reserved for more lists.
    pub(crate) fn shrink(&mut self) {
        self.positions.shrink_to_fit();
        for chunk in &mut self.chunks {
            if let ListChunk::Held(values) = chunk {
                values.shrink_to_fit();
            }
        }
    }

    /// Moves all chunks that are in memory to a store.
    ///
    /// # Errors
    /// When the store fails. The lists stay complete.
    pub(crate) fn move_to(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        for chunk in &mut self.chunks {
            if let ListChunk::Held(values) = chunk {
                *chunk = ListChunk::Stored(StoredChunk {
                    offset: store.write(bytemuck::cast_slice(values))?,
                    values: values.len(),
                    store: Arc::<dyn WritableStore>::clone(store),
                });
            }
        }
        Ok(())
    }

    /// Returns the number of bytes of the values that are in memory.
    pub(crate) fn bytes_held(&self) -> usize {
        let bytes = |chunk: &ListChunk<T>| match chunk {
            ListChunk::Held(values) => size_of_val(&values[..]),
            ListChunk::Stored(_) => 0,
        };
        self.chunks.iter().map(bytes).sum()
    }

    /// Returns the length of a list in values; 0 if there is no such document.
    pub(crate) fn length(&self, at: usize) -> usize {
        self.positions
            .get(at)
            .map_or(0, |position| position.length as usize)
    }

    /// Returns one list; an empty one if there is no such document.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn get(&self, at: usize) -> Result<Cow<'_, [T]>, ReadError> {
        let Some(position) = self.positions.get(at) else {
            return Ok(Cow::Borrowed(&[]));
        };
        match self.chunks.get(position.chunk as usize) {
            None => Ok(Cow::Borrowed(&[])),
            Some(ListChunk::Held(values)) => Ok(Cow::Borrowed(&values[position.range()])),
            Some(ListChunk::Stored(stored)) => {
                let mut list = Vec::new();
                stored.load(position.range(), &mut list)?;
                Ok(Cow::Owned(list))
            }
        }
    }

    /// Prepares to read the lists of some documents in pieces. A list is known by its number: its
    /// index in `documents`, from 0.
    pub(crate) fn reader(&self, documents: impl Iterator<Item = usize>) -> ListReader<'_, T> {
        let position = |at: usize| self.positions.get(at).copied().unwrap_or(NOWHERE);
        let mut wanted: Vec<(ListPosition, u32)> = documents.map(position).zip(0..).collect();
        let values = wanted
            .iter()
            .map(|(position, _)| position.length as usize)
            .sum();
        let in_order = self
            .chunks
            .iter()
            .all(|chunk| matches!(chunk, ListChunk::Held(_)));
        if !in_order {
            wanted.sort_unstable();
        }
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < wanted.len() {
            let mut end = (start + DOCUMENTS_A_PIECE).min(wanted.len());
            if !in_order && end < wanted.len() {
                // A piece ends with a chunk, so each chunk is loaded once.
                let last = wanted[end - 1].0.chunk;
                end += wanted[end..].partition_point(|(position, _)| position.chunk == last);
            }
            pieces.push(start..end);
            start = end;
        }
        ListReader {
            lists: self,
            wanted,
            pieces,
            in_order,
            values,
        }
    }
}

/// Reads the lists of some documents in pieces, which different threads can read.
pub(crate) struct ListReader<'a, T> {
    lists: &'a Lists<T>,
    /// Position and number of each list.
    wanted: Vec<(ListPosition, u32)>,
    /// Ranges of `wanted`.
    pieces: Vec<Range<usize>>,
    in_order: bool,
    values: usize,
}

impl<T: Pod> ListReader<'_, T> {
    /// Returns the number of pieces.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Returns the number of values of all lists.
    pub(crate) fn values(&self) -> usize {
        self.values
    }

    /// Returns the number of values of the lists of a piece.
    pub(crate) fn values_in(&self, piece: usize) -> usize {
        let wanted = &self.wanted[self.pieces[piece].clone()];
        wanted
            .iter()
            .map(|(position, _)| position.length as usize)
            .sum()
    }

    /// Returns true if pieces, and the lists within each, are in the order of their numbers. They
    /// are not if some chunks are stored, because these are read in the order of their bytes.
    pub(crate) fn in_order(&self) -> bool {
        self.in_order
    }

    /// Hands the lists of a piece to `each`, with their numbers.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn read(
        &self,
        piece: usize,
        each: &mut dyn FnMut(u32, &[T]),
    ) -> Result<(), ReadError> {
        let mut loaded = Vec::new();
        let mut loaded_chunk = u32::MAX;
        for &(position, number) in &self.wanted[self.pieces[piece].clone()] {
            let values = match self.lists.chunks.get(position.chunk as usize) {
                None => &[],
                Some(ListChunk::Held(values)) => &values[position.range()],
                Some(ListChunk::Stored(stored)) => {
                    if loaded_chunk != position.chunk {
                        stored.load(0..stored.values, &mut loaded)?;
                        loaded_chunk = position.chunk;
                    }
                    &loaded[position.range()]
                }
            };
            each(number, values);
        }
        Ok(())
    }
}

impl StoredChunk {
    /// Replaces `into` by some values of the chunk.
    fn load<T: Pod>(&self, values: Range<usize>, into: &mut Vec<T>) -> Result<(), ReadError> {
        into.clear();
        into.resize(values.len(), T::zeroed());
        let offset = self.offset + (values.start * size_of::<T>()) as u64;
        self.store.read(offset, bytemuck::cast_slice_mut(into))
    }
}

impl ListPosition {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.length as usize
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Mutex;

    /// A store in memory.
    #[derive(Debug, Default)]
    pub(crate) struct MemoryStore(Mutex<Vec<u8>>);

    impl WritableStore for MemoryStore {
        fn write(&self, bytes: &[u8]) -> Result<u64, ReadError> {
            let mut kept = self.0.lock().expect("no thread panics here");
            kept.extend_from_slice(bytes);
            Ok((kept.len() - bytes.len()) as u64)
        }
    }

    impl Store for MemoryStore {
        fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
            let kept = self.0.lock().expect("no thread panics here");
            bytes.copy_from_slice(&kept[offset as usize..offset as usize + bytes.len()]);
            Ok(())
        }
    }

    /// A change to lists.
    #[derive(Debug, Clone)]
    enum ListChange {
        Push(Vec<u32>),
        Replace(usize, Vec<u32>),
        Append(Vec<Vec<u32>>),
        Move,
    }

    fn change() -> impl Strategy<Value = ListChange> {
        let list = || prop::collection::vec(any::<u32>(), 0..9);
        prop_oneof![
            list().prop_map(ListChange::Push),
            (any::<usize>(), list()).prop_map(|(at, list)| ListChange::Replace(at, list)),
            prop::collection::vec(list(), 0..5).prop_map(ListChange::Append),
            Just(ListChange::Move),
        ]
    }

    proptest! {
        #[test]
        fn lists_are_those_that_were_pushed(
            changes in prop::collection::vec(change(), 0..30),
        ) {
            let store: Arc<dyn WritableStore> = Arc::new(MemoryStore::default());
            let (mut lists, mut model) = (Lists::default(), Vec::<Vec<u32>>::new());
            for change in changes {
                match change {
                    ListChange::Push(list) => {
                        lists.push(list.iter().copied());
                        model.push(list);
                    }
                    ListChange::Replace(at, list) if !model.is_empty() => {
                        let at = at % model.len();
                        lists.replace(at, list.iter().copied());
                        model[at] = list;
                    }
                    ListChange::Replace(..) => {}
                    ListChange::Append(more) => {
                        let mut other = Lists::default();
                        more.iter().for_each(|list| other.push(list.iter().copied()));
                        lists.append(other);
                        model.extend(more);
                    }
                    ListChange::Move => lists.move_to(&store).expect("memory takes all"),
                }
            }
            for (at, list) in model.iter().enumerate() {
                prop_assert_eq!(&*lists.get(at).expect("it is there"), &list[..]);
                prop_assert_eq!(lists.length(at), list.len());
            }
            // Every other document, from the last to the first, and one that does not exist.
            let wanted: Vec<usize> = (0..model.len() + 1).rev().step_by(2).collect();
            let reader = lists.reader(wanted.iter().copied());
            let mut read = vec![None; wanted.len()];
            for piece in 0..reader.pieces() {
                let mut keep = |number: u32, list: &[u32]| {
                    read[number as usize] = Some(list.to_vec());
                };
                reader.read(piece, &mut keep).expect("it is there");
            }
            let list = |&at: &usize| Some(model.get(at).cloned().unwrap_or_default());
            let expected: Vec<_> = wanted.iter().map(list).collect();
            let values: usize = expected.iter().flatten().map(Vec::len).sum();
            prop_assert_eq!(reader.values(), values);
            prop_assert_eq!(read, expected);
        }
    }
}
