//! stub
use crate::document::Document;
/// Stub.
#[derive(Debug, Default)]
pub struct Credits;
/// Stub.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit;
impl Credits {
    /// Stub.
    pub fn built_in() -> Credits {
        Credits
    }
    /// Stub.
    pub fn extended(_: &str) -> Result<Credits, String> {
        Ok(Credits)
    }
    /// Stub.
    pub fn sites(&self, _: &Credit) -> Vec<String> {
        Vec::new()
    }
    /// Stub.
    pub fn find(&self, _: &Document<'_>) -> Option<Credit> {
        None
    }
}
impl Credit {
    /// Stub.
    pub fn label(&self) -> String {
        String::new()
    }
}
