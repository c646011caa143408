//! Arguments and wiring.

fn main() {}
