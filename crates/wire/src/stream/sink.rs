//! Collects what may leave of a chunk in as few pieces as possible: each piece becomes a write of its own further on.

use std::ops::Range;

use bytes::Bytes;

/// A piece longer than this is not copied only to join its neighbour.
const JOIN_BYTES: usize = 16 * 1024;

pub(super) struct Sink<'a> {
    chunk: &'a Bytes,
    /// A stretch of the chunk that leaves after `copied`.
    run: Range<usize>,
    copied: Vec<u8>,
}

impl<'a> Sink<'a> {
    pub(super) const fn new(chunk: &'a Bytes) -> Self {
        Self { chunk, run: 0..0, copied: Vec::new() }
    }

    /// These bytes of the chunk leave.
    pub(super) fn keep(&mut self, span: Range<usize>) {
        if self.run.is_empty() {
            self.run = span;
        } else if self.run.end == span.start {
            self.run.end = span.end;
        } else {
            self.copy_run();
            self.run = span;
        }
    }

    /// These bytes, which are not of the chunk, leave.
    pub(super) fn own(&mut self, bytes: &[u8]) {
        self.copy_run();
        self.copied.extend_from_slice(bytes);
    }

    fn copy_run(&mut self) {
        if self.copied.is_empty() && !self.run.is_empty() {
            self.copied.reserve(self.chunk.len());
        }
        self.copied.extend_from_slice(&self.chunk[self.run.clone()]);
        self.run = 0..0;
    }

    pub(super) fn flush(mut self, out: &mut Vec<Bytes>) {
        if !self.copied.is_empty() && self.run.len() <= JOIN_BYTES {
            self.copy_run();
        }
        if !self.copied.is_empty() {
            out.push(self.copied.into());
        }
        if !self.run.is_empty() {
            out.push(self.chunk.slice(self.run));
        }
    }
}
