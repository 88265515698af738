//! Mapping 10 000 orders of a shop by the ready document, ids included; `python/mapping.py` does the same by hand.

use brightpearl_bench::orders;
use brightpearl_core::mapping::{Mapping, Resolution, ready};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn map(criterion: &mut Criterion) {
    let document =
        ready().iter().find(|ready| ready.name == "shopify-order").expect("a ready document").document;
    let mapping = Mapping::compile(document).expect("right");
    let orders = orders::orders(10_000);
    let mut group = criterion.benchmark_group("mapping");
    group.throughput(Throughput::Elements(orders.len() as u64));
    group.bench_function("10 000 orders", |bencher| {
        bencher.iter(|| {
            let bodies = orders.iter().map(|order| {
                mapping.map(order.as_bytes()).body(&|_| Resolution::Id(1007)).expect("a body").len()
            });
            bodies.sum::<usize>()
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = map
}
criterion_main!(benches);
