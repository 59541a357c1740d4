//! The labelling page: one HTML file in which a person reads pairs side by side and labels each as
//! the same copy or not.
//!
//! The script keeps the labels in the browser and saves them as `labels.csv`. It does not write CSV
//! itself: each row up to the label comes from here, where the writer of all tables makes it.

mod html;

pub use html::{COLUMNS, LABELS, write};
