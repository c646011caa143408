//! Whose turn it is: fair queuing by bytes.
//!
//! Each lane has a clock that runs by the bytes it was served, the slower the heavier the lane weighs. The lane whose
//! clock is furthest behind goes next, so every lane gets its share of the bytes however much the others bring, and
//! what one leaves the others take.

use std::collections::VecDeque;

/// Steps of a clock for one byte at weight 1.
const STEPS: u64 = 1024;

/// Kinds of work that wait apart from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Calls with one document, whose callers wait.
    Single,
    /// Documents of a list.
    List,
    /// Documents of a stream.
    Stream,
}

/// Work in its lanes.
#[derive(Debug)]
pub(super) struct Lanes<T> {
    single: Line<T>,
    list: Line<T>,
    stream: Line<T>,
    /// Where the clock of the lane stood that went last: a lane that was empty begins here, and has saved up nothing.
    now: u64,
}

#[derive(Debug)]
struct Line<T> {
    items: VecDeque<(usize, T)>,
    bytes: usize,
    weight: u64,
    clock: u64,
}

impl<T> Line<T> {
    fn new(weight: u32) -> Self {
        Self { items: VecDeque::new(), bytes: 0, weight: u64::from(weight.max(1)), clock: 0 }
    }

    fn pop(&mut self) -> Option<(usize, T)> {
        let (bytes, item) = self.items.pop_front()?;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.clock = self.clock.saturating_add((bytes as u64).saturating_mul(STEPS) / self.weight);
        Some((bytes, item))
    }
}

impl<T> Lanes<T> {
    /// Empty lanes; single documents weigh `weight` times as much as one of the others.
    pub(super) fn new(weight: u32) -> Self {
        Self { single: Line::new(weight), list: Line::new(1), stream: Line::new(1), now: 0 }
    }

    fn line(&self, lane: Lane) -> &Line<T> {
        match lane {
            Lane::Single => &self.single,
            Lane::List => &self.list,
            Lane::Stream => &self.stream,
        }
    }

    fn line_mut(&mut self, lane: Lane) -> &mut Line<T> {
        match lane {
            Lane::Single => &mut self.single,
            Lane::List => &mut self.list,
            Lane::Stream => &mut self.stream,
        }
    }

    /// Lets an item wait.
    pub(super) fn push(&mut self, lane: Lane, bytes: usize, item: T) {
        let now = self.now;
        let line = self.line_mut(lane);
        if line.items.is_empty() {
            line.clock = line.clock.max(now);
        }
        line.bytes = line.bytes.saturating_add(bytes);
        line.items.push_back((bytes, item));
    }

    /// Takes the item whose turn it is, with its lane and bytes.
    pub(super) fn pop(&mut self) -> Option<(Lane, usize, T)> {
        let waiting = [Lane::Single, Lane::List, Lane::Stream]
            .into_iter()
            .filter(|lane| !self.line(*lane).items.is_empty());
        // Of those equally far behind, the first.
        let lane = waiting.min_by_key(|lane| self.line(*lane).clock)?;
        self.pop_of(lane)
    }

    /// Takes the next item of one lane.
    pub(super) fn pop_of(&mut self, lane: Lane) -> Option<(Lane, usize, T)> {
        let line = self.line_mut(lane);
        let begun = line.clock;
        let (bytes, item) = line.pop()?;
        self.now = self.now.max(begun);
        Some((lane, bytes, item))
    }

    /// Bytes that wait in a lane.
    pub(super) fn bytes(&self, lane: Lane) -> usize {
        self.line(lane).bytes
    }

    /// Items that wait in all lanes.
    pub(super) fn len(&self) -> usize {
        self.single.items.len() + self.list.items.len() + self.stream.items.len()
    }

    /// Share of the work that a lane gets as things stand, in (0, 1].
    pub(super) fn share(&self, lane: Lane) -> f64 {
        let weight = |of: Lane| {
            let line = self.line(of);
            if of == lane || !line.items.is_empty() { line.weight as f64 } else { 0.0 }
        };
        let all = weight(Lane::Single) + weight(Lane::List) + weight(Lane::Stream);
        weight(lane) / all
    }

    /// Forgets items that nobody wants any more.
    pub(super) fn retain(&mut self, mut is_wanted: impl FnMut(&T) -> bool) {
        for lane in [Lane::Single, Lane::List, Lane::Stream] {
            let line = self.line_mut(lane);
            line.items.retain(|(_, item)| is_wanted(item));
            line.bytes = line.items.iter().map(|(bytes, _)| bytes).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that each lane gets of `total` while all of them always have work.
    fn served(weight: u32, sizes: [usize; 3], total: usize) -> [usize; 3] {
        let mut lanes = Lanes::new(weight);
        let kinds = [Lane::Single, Lane::List, Lane::Stream];
        for (lane, size) in kinds.into_iter().zip(sizes) {
            lanes.push(lane, size, size);
        }
        let mut got = [0; 3];
        while got.iter().sum::<usize>() < total {
            let (lane, bytes, size) = lanes.pop().unwrap();
            got[kinds.iter().position(|kind| *kind == lane).unwrap()] += bytes;
            lanes.push(lane, size, size);
        }
        got
    }

    #[test]
    fn each_lane_gets_its_share_of_the_bytes_whatever_the_sizes() {
        for sizes in [[100, 100, 100], [100, 10_000, 100], [100, 100, 50_000], [9_000, 100, 10]] {
            let [single, list, stream] = served(4, sizes, 6_000_000);
            for (got, share) in [(single, 4_000_000.0), (list, 1_000_000.0), (stream, 1_000_000.0)] {
                assert!((got as f64 - share).abs() < 110_000.0, "{sizes:?}: {single} {list} {stream}");
            }
        }
    }

    #[test]
    fn an_idle_lane_saves_up_nothing_and_loses_nothing() {
        let mut lanes = Lanes::new(1);
        for _ in 0..100 {
            lanes.push(Lane::Stream, 1000, ());
        }
        for _ in 0..50 {
            lanes.pop().unwrap();
        }
        // A lane that comes late is served at once, and then in turn.
        for _ in 0..4 {
            lanes.push(Lane::Single, 1000, ());
        }
        let order: Vec<Lane> = (0..6).map(|_| lanes.pop().unwrap().0).collect();
        // It begins where the other one began last, so it is ahead by one and never by more.
        let (single, stream) = (Lane::Single, Lane::Stream);
        assert_eq!(order, [single, single, stream, single, stream, single]);
        assert_eq!(lanes.len(), 4 + 100 - 56);
    }

    #[test]
    fn shares_count_who_waits() {
        let mut lanes = Lanes::new(4);
        assert_eq!(lanes.share(Lane::Single).to_bits(), 1.0_f64.to_bits());
        lanes.push(Lane::Stream, 10, 1);
        assert!((lanes.share(Lane::Single) - 0.8).abs() < 1e-9);
        assert!((lanes.share(Lane::List) - 0.5).abs() < 1e-9);
        lanes.push(Lane::Stream, 5, 2);
        assert_eq!(lanes.bytes(Lane::Stream), 15);
        lanes.retain(|item| *item == 2);
        assert_eq!((lanes.bytes(Lane::Stream), lanes.len()), (5, 1));
        assert!(lanes.pop_of(Lane::Single).is_none());
    }
}
