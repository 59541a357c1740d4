//! Objects in object stores and on web servers, read through the crate `object_store`.
//!
//! That crate is asynchronous, and the readers are not. `network` has the one thread that runs its
//! tasks; all that leaves this folder blocks. `connector` makes the clients of servers, `listing`
//! finds the objects that an address stands for, `object` is one of them at a `place`, and
//! `download` fetches its bytes. Failures are worded in `failure`.
//!
//! **An object is the same in every request.** The first answer notes its ETag, or else its time of
//! change, and its length. An answer that has others is an error, and so is a body that ends early.

mod connector;
mod download;
mod failure;
mod listing;
mod network;
mod object;
mod place;

pub(super) use network::RemoteStores;
pub(super) use object::RemoteObject;

#[cfg(test)]
mod tests;
