//! Agreement of a run with the settings that an index was made with.

use super::error::IndexError;
use super::settings::IndexSettings;
use crate::compare::exact::DEFAULT_LONG_PASSAGE;
use crate::pipeline::Settings;

impl IndexSettings {
    /// Makes a run follow the index, and checks that it does.
    ///
    /// The run takes its word rule from the index, and finds no excerpts by long passages if the
    /// index was made without them and the run would only find those of the default length.
    ///
    /// # Errors
    /// [`IndexError::Settings`] if one of the other settings differs.
    pub fn lead(&self, settings: &mut Settings) -> Result<(), IndexError> {
        settings.word_rule = self.word_rule;
        if let Some(excerpts) = &mut settings.excerpts
            && self.long_passage.is_none()
            && excerpts.long_passage == Some(DEFAULT_LONG_PASSAGE)
        {
            excerpts.long_passage = None;
        }
        self.check(&IndexSettings::of(settings))
    }

    /// Checks that a scan has the settings of the index.
    ///
    /// # Errors
    /// [`IndexError::Settings`] if one of the settings differs.
    pub fn check(&self, scan: &IndexSettings) -> Result<(), IndexError> {
        match self.described() == scan.described() {
            true => Ok(()),
            false => Err(IndexError::Settings {
                made: Box::new(self.clone()),
                asked: Box::new(scan.clone()),
            }),
        }
    }
}
