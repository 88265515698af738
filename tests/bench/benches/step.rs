//! Steps of the engine: the whole way of a single GET, from its poll to its output.

use brightpearl_bench::steps;
use criterion::{Criterion, criterion_group, criterion_main};

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.bench_function("idle", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| steps::round().idle).sum());
    });
    group.bench_function("send", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| steps::round().send).sum());
    });
    group.bench_function("answer", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| steps::round().answer).sum());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = step
}
criterion_main!(benches);
