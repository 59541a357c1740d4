//! wirecopy finds who republished whose copy: exact near-duplicate and syndication detection for news and crawls.
//!
//! A document's way is the order of these modules: [`read`] → [`words`] → [`boilerplate`] → [`shingle`] → [`sign`] (banded by [`plan`]) and
//! [`fingerprint`] → [`catalog`] → [`candidates`] → [`verify`] (with [`passage`]) → [`reworded`] (on request) → [`finding`] (with [`family`] and `links`) →
//! [`cluster`] → [`credit`] and [`source`] → [`report`]; [`duplicates`] decides instead which documents stay; [`evaluation`] and [`valley`] tell which thresholds are good ones; [`pipeline`] runs them and is where work
//! fans out to threads.

pub mod boilerplate;
mod buckets;
pub mod candidates;
pub mod catalog;
pub mod cluster;
pub mod credit;
pub mod document;
pub mod duplicates;
pub mod evaluation;
pub mod family;
pub mod finding;
pub mod fingerprint;
pub mod index;
pub mod inert;
mod links;
pub mod lists;
pub mod passage;
pub mod pipeline;
pub mod plan;
mod quotation;
pub mod read;
pub mod report;
pub mod reworded;
pub mod shingle;
pub mod sign;
pub mod source;
pub mod spans;
pub mod spill;
pub mod valley;
pub mod verify;
pub mod words;
