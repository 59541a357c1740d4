//! Many strings in one allocation.

/// A list of strings: their bytes one after the other, and where each ends.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u64>,
}

impl Strings {
    /// Adds a string.
    pub(super) fn push(&mut self, string: &str) {
        self.text.push_str(string);
        self.ends.push(self.text.len() as u64);
    }

    /// The string at this index.
    pub(super) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// Bytes of all strings.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Frees the memory that no string uses.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
