//! Lists of numbers, one for every document, in a few large chunks: held in memory, or put away in a [`Store`] and read back in order.
//!
//! Hashes are most of what a scan keeps, and every stage that uses them goes through all of them once. So what does not fit in memory
//! need not: a `Reading` hands the lists of some documents out in pieces, chunk by chunk, to as many threads as there are.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;

use crate::error::ReadError;

/// The longest chunk, in values, unless one list alone is longer: 1 MB of fingerprints.
const LONGEST: usize = 1 << 17;

/// How many documents one piece of a reading has, about.
const DOCUMENTS_A_PIECE: usize = 4096;

/// A place outside of memory that has bytes.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Reads what stands at `offset`, a chunk or a part of one.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was put there.
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError>;
}

/// A place outside of memory where bytes can be put.
pub trait Shelf: Store {
    /// Keeps bytes; returns where.
    ///
    /// # Errors
    /// When there is no room for them.
    fn put(&self, bytes: &[u8]) -> Result<u64, ReadError>;
}

/// A list for every document.
#[derive(Debug)]
pub(crate) struct Lists<T> {
    chunks: Vec<Chunk<T>>,
    places: Vec<Place>,
}

#[derive(Debug, Clone)]
enum Chunk<T> {
    Held(Vec<T>),
    Stored(Stored),
}

/// A chunk that is not in memory.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) offset: u64,
    /// How many values it has.
    pub(crate) values: usize,
}

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    chunk: u32,
    start: u32,
    length: u32,
}

/// Where an empty list stands.
const NOWHERE: Place = Place {
    chunk: u32::MAX,
    start: 0,
    length: 0,
};

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            chunks: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl<T: Pod> Lists<T> {
    /// Adds the list of the next document.
    pub(crate) fn push(&mut self, list: impl ExactSizeIterator<Item = T>) {
        let place = self.add(list);
        self.places.push(place);
    }

    /// Puts a list in the place of another.
    pub(crate) fn replace(&mut self, at: usize, list: impl ExactSizeIterator<Item = T>) {
        self.places[at] = self.add(list);
    }

    fn add(&mut self, list: impl ExactSizeIterator<Item = T>) -> Place {
        let length = list.len();
        let room = match self.chunks.last() {
            Some(Chunk::Held(last)) => last.is_empty() || last.len() + length <= LONGEST,
            _ => false,
        };
        if !room {
            self.chunks.push(Chunk::Held(Vec::new()));
        }
        let chunk = self.chunks.len() - 1;
        let Chunk::Held(values) = &mut self.chunks[chunk] else {
            unreachable!("a chunk without room was followed by a new one");
        };
        let start = values.len() as u32;
        values.extend(list);
        Place {
            chunk: chunk as u32,
            start,
            length: length as u32,
        }
    }

    /// Adds so many empty lists.
    pub(crate) fn push_none(&mut self, documents: usize) {
        self.places.resize(self.places.len() + documents, NOWHERE);
    }

    /// Adds the next documents, whose lists stand one after the other in a stored chunk: `lists` tells how long each is, and whether its
    /// document is one of them.
    pub(crate) fn push_stored(&mut self, stored: Stored, lists: impl Iterator<Item = (u32, bool)>) {
        let chunk = self.chunks.len() as u32;
        self.chunks.push(Chunk::Stored(stored));
        let mut start = 0;
        for (length, kept) in lists {
            if kept {
                self.places.push(Place {
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
        let places = other.places.into_iter();
        self.places.extend(places.map(|place| Place {
            chunk: place.chunk + before,
            ..place
        }));
    }

    /// Gives back what there is room for beyond the lists.
    pub(crate) fn shrink(&mut self) {
        self.places.shrink_to_fit();
        for chunk in &mut self.chunks {
            if let Chunk::Held(values) = chunk {
                values.shrink_to_fit();
            }
        }
    }

    /// Puts away all chunks that are held.
    pub(crate) fn put_away(&mut self, shelf: &Arc<dyn Shelf>) -> Result<(), ReadError> {
        for chunk in &mut self.chunks {
            if let Chunk::Held(values) = chunk {
                *chunk = Chunk::Stored(Stored {
                    offset: shelf.put(bytemuck::cast_slice(values))?,
                    values: values.len(),
                    store: Arc::<dyn Shelf>::clone(shelf),
                });
            }
        }
        Ok(())
    }

    /// How many bytes of memory the lists take, but for the places.
    pub(crate) fn bytes_held(&self) -> usize {
        let bytes = |chunk: &Chunk<T>| match chunk {
            Chunk::Held(values) => size_of_val(&values[..]),
            Chunk::Stored(_) => 0,
        };
        self.chunks.iter().map(bytes).sum()
    }

    /// How long a list is; 0 where there is none.
    pub(crate) fn length(&self, at: usize) -> usize {
        self.places.get(at).map_or(0, |place| place.length as usize)
    }

    /// One list; empty where there is none.
    pub(crate) fn get(&self, at: usize) -> Result<Cow<'_, [T]>, ReadError> {
        let Some(place) = self.places.get(at) else {
            return Ok(Cow::Borrowed(&[]));
        };
        match self.chunks.get(place.chunk as usize) {
            None => Ok(Cow::Borrowed(&[])),
            Some(Chunk::Held(values)) => Ok(Cow::Borrowed(&values[place.range()])),
            Some(Chunk::Stored(stored)) => {
                let mut list = Vec::new();
                stored.load(place.range(), &mut list)?;
                Ok(Cow::Owned(list))
            }
        }
    }

    /// The lists at these places, numbered from 0, to be read in pieces.
    pub(crate) fn reading(&self, at: impl Iterator<Item = usize>) -> Reading<'_, T> {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(NOWHERE);
        let mut wanted: Vec<(Place, u32)> = at.map(place).zip(0..).collect();
        let values = wanted.iter().map(|(place, _)| place.length as usize).sum();
        let in_order = self
            .chunks
            .iter()
            .all(|chunk| matches!(chunk, Chunk::Held(_)));
        if !in_order {
            wanted.sort_unstable();
        }
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < wanted.len() {
            let mut end = (start + DOCUMENTS_A_PIECE).min(wanted.len());
            if !in_order && end < wanted.len() {
                // To the end of a chunk, so that it is loaded once.
                let last = wanted[end - 1].0.chunk;
                end += wanted[end..].partition_point(|(place, _)| place.chunk == last);
            }
            pieces.push(start..end);
            start = end;
        }
        Reading {
            lists: self,
            wanted,
            pieces,
            in_order,
            values,
        }
    }
}

/// The lists of some documents, to be read in pieces.
pub(crate) struct Reading<'a, T> {
    lists: &'a Lists<T>,
    /// Where each list stands, and its number.
    wanted: Vec<(Place, u32)>,
    pieces: Vec<Range<usize>>,
    in_order: bool,
    values: usize,
}

impl<T: Pod> Reading<'_, T> {
    /// How many pieces there are.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// How many values all lists have.
    pub(crate) fn values(&self) -> usize {
        self.values
    }

    /// How many values the lists of a piece have.
    pub(crate) fn values_in(&self, piece: usize) -> usize {
        let wanted = &self.wanted[self.pieces[piece].clone()];
        wanted.iter().map(|(place, _)| place.length as usize).sum()
    }

    /// Whether pieces, and the lists within them, come in order of number. They do unless some are stored.
    pub(crate) fn in_order(&self) -> bool {
        self.in_order
    }

    /// Hands out the lists of a piece, each with its number.
    pub(crate) fn read(
        &self,
        piece: usize,
        each: &mut dyn FnMut(u32, &[T]),
    ) -> Result<(), ReadError> {
        let mut loaded = Vec::new();
        let mut of_chunk = u32::MAX;
        for &(place, number) in &self.wanted[self.pieces[piece].clone()] {
            let values = match self.lists.chunks.get(place.chunk as usize) {
                None => &[],
                Some(Chunk::Held(values)) => &values[place.range()],
                Some(Chunk::Stored(stored)) => {
                    if of_chunk != place.chunk {
                        stored.load(0..stored.values, &mut loaded)?;
                        of_chunk = place.chunk;
                    }
                    &loaded[place.range()]
                }
            };
            each(number, values);
        }
        Ok(())
    }
}

impl Stored {
    fn load<T: Pod>(&self, values: Range<usize>, into: &mut Vec<T>) -> Result<(), ReadError> {
        into.clear();
        into.resize(values.len(), T::zeroed());
        let offset = self.offset + (values.start * size_of::<T>()) as u64;
        self.store.read(offset, bytemuck::cast_slice_mut(into))
    }
}

impl Place {
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
    pub(crate) struct Drawer(Mutex<Vec<u8>>);

    impl Shelf for Drawer {
        fn put(&self, bytes: &[u8]) -> Result<u64, ReadError> {
            let mut kept = self.0.lock().expect("no thread panics here");
            kept.extend_from_slice(bytes);
            Ok((kept.len() - bytes.len()) as u64)
        }
    }

    impl Store for Drawer {
        fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
            let kept = self.0.lock().expect("no thread panics here");
            bytes.copy_from_slice(&kept[offset as usize..offset as usize + bytes.len()]);
            Ok(())
        }
    }

    /// What is done to lists.
    #[derive(Debug, Clone)]
    enum Step {
        Push(Vec<u32>),
        Replace(usize, Vec<u32>),
        Append(Vec<Vec<u32>>),
        PutAway,
    }

    fn step() -> impl Strategy<Value = Step> {
        let list = || prop::collection::vec(any::<u32>(), 0..9);
        prop_oneof![
            list().prop_map(Step::Push),
            (any::<usize>(), list()).prop_map(|(at, list)| Step::Replace(at, list)),
            prop::collection::vec(list(), 0..5).prop_map(Step::Append),
            Just(Step::PutAway),
        ]
    }

    proptest! {
        #[test]
        fn lists_are_what_was_put_in(steps in prop::collection::vec(step(), 0..30)) {
            let store: Arc<dyn Shelf> = Arc::new(Drawer::default());
            let (mut lists, mut model) = (Lists::default(), Vec::<Vec<u32>>::new());
            for step in steps {
                match step {
                    Step::Push(list) => {
                        lists.push(list.iter().copied());
                        model.push(list);
                    }
                    Step::Replace(at, list) if !model.is_empty() => {
                        let at = at % model.len();
                        lists.replace(at, list.iter().copied());
                        model[at] = list;
                    }
                    Step::Replace(..) => {}
                    Step::Append(more) => {
                        let mut other = Lists::default();
                        more.iter().for_each(|list| other.push(list.iter().copied()));
                        lists.append(other);
                        model.extend(more);
                    }
                    Step::PutAway => lists.put_away(&store).expect("a drawer takes all"),
                }
            }
            for (at, list) in model.iter().enumerate() {
                prop_assert_eq!(&*lists.get(at).expect("it is there"), &list[..]);
                prop_assert_eq!(lists.length(at), list.len());
            }
            // Backwards, every other one, and one that is not there.
            let wanted: Vec<usize> = (0..model.len() + 1).rev().step_by(2).collect();
            let reading = lists.reading(wanted.iter().copied());
            let mut read = vec![None; wanted.len()];
            for piece in 0..reading.pieces() {
                reading.read(piece, &mut |number, list| read[number as usize] = Some(list.to_vec())).expect("it is there");
            }
            let expected: Vec<_> = wanted.iter().map(|&at| Some(model.get(at).cloned().unwrap_or_default())).collect();
            prop_assert_eq!(reading.values(), expected.iter().flatten().map(Vec::len).sum::<usize>());
            prop_assert_eq!(read, expected);
        }
    }
}
