#include <benchmark/benchmark.h>

#include "telemetry/metrics.h"

namespace aside::telemetry {
namespace {

void count(benchmark::State& state) {
    Registry registry(1);
    Counter& counter = registry.counter("aside_reads_total", "");
    for (auto _ : state) {
        counter.add(0);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(count);

void observe(benchmark::State& state) {
    Registry registry(1);
    Histogram& histogram = registry.histogram("aside_request_seconds", "");
    Duration took(1000);
    for (auto _ : state) {
        histogram.observe(0, took);
        took += Duration(97);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(observe);

}  // namespace
}  // namespace aside::telemetry
