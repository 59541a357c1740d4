//! The report page: one HTML file with everything a run found, which opens from disk and needs no
//! network.
//!
//! The template writes the figures; the script, in the files of `script`, draws clusters, texts and
//! pairs from JSON in the page, and keeps the view in the fragment of the address. Text from
//! outside is never treated as HTML: the template escapes it, the script makes text nodes of it,
//! and the content security policy allows no other script or style and no request. The page holds
//! no time, so the same run gives the same bytes.

mod data;
mod figures;
mod html;
mod numbers;

pub use html::write;
