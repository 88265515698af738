//! A search page to typed columns, beside what else could be done with the same bytes.

use brightpearl_bench::{pages, readers};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn page(criterion: &mut Criterion) {
    for (name, body) in
        [("order-search", pages::order_search(500)), ("product-search", pages::product_search(500))]
    {
        let body = body.as_bytes();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function("columns", |bencher| bencher.iter(|| readers::columns(body)));
        group.bench_function("value", |bencher| bencher.iter(|| readers::tree(body)));
        group.bench_function("value-and-maps", |bencher| bencher.iter(|| readers::maps(body)));
        group.bench_function("ignored-any", |bencher| bencher.iter(|| readers::skip(body)));
        group.finish();
    }
}

criterion_group!(benches, page);
criterion_main!(benches);
