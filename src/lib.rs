//! wirecopy finds who republished whose copy: exact near-duplicate and syndication detection for news and crawls.
//!
//! A document's way is the order of these modules: [`read`] → [`words`] → [`boilerplate`] → [`shingle`] → [`sign`] (banded by [`plan`]) and
//! [`fingerprint`] → [`catalog`] → [`candidates`] → [`verify`] (with [`passage`]) → [`reworded`] (on request) → [`finding`] (with [`family`] and `links`) →
//! [`cluster`] → [`credit`] and [`source`] → [`report`]; [`duplicates`] decides instead which documents stay; [`evaluation`] and [`valley`] tell which thresholds are good ones; [`pipeline`] runs them and is where work
//! fans out to threads.

pub mod attribution;
pub mod boilerplate;
pub mod candidates;
pub mod catalog;
pub mod cluster;
pub mod compare;
pub mod document;
pub mod error;
pub mod index;
pub mod pipeline;
pub mod read;
pub mod report;
pub mod sketch;
pub mod storage;
pub mod text;
pub mod tuning;
