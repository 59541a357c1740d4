//! wirecopy finds who republished whose copy: exact near-duplicate and syndication detection for news and crawls.
//!
//! A document's way is the order of these modules: [`read`] → [`words`] → [`shingle`] → [`sign`] (banded by [`plan`]) →
//! [`catalog`] → [`candidates`] or [`prefix`] → [`verify`] (with [`passage`]) → [`cluster`] (with `links`) → [`report`];
//! [`pipeline`] runs them and is where work fans out to threads.

pub mod candidates;
pub mod catalog;
pub mod cluster;
pub mod credit;
pub mod document;
mod links;
pub mod passage;
pub mod pipeline;
pub mod plan;
pub mod prefix;
pub mod read;
pub mod report;
pub mod shingle;
pub mod sign;
pub mod verify;
pub mod words;
