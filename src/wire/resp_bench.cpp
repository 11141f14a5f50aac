// What reading a reply costs: one GET of 1 KiB, a hundred pipelined ones in one buffer, a batch cut
// where a socket's reads may cut it; and what writing a command does.
#include <algorithm>
#include <array>
#include <string>

#include <benchmark/benchmark.h>

#include "wire/resp.h"

namespace aside::wire {
namespace {

const std::string& get_reply() {
    static const std::string reply = "$1024\r\n" + std::string(1024, 'v') + "\r\n";
    return reply;
}

void get_of_1_kib(benchmark::State& state) {
    RespReader reader;
    for (auto _ : state) {
        if (reader.read(get_reply()) != RespReader::Result::frame) state.SkipWithError("broken");
        benchmark::DoNotOptimize(reader.root().text.data());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_of_1_kib);

void pipelined(benchmark::State& state) {
    std::string stream;
    for (int i = 0; i < 100; ++i) stream += get_reply();
    const auto piece = static_cast<std::size_t>(state.range(0));
    RespReader reader;
    for (auto _ : state) {
        std::size_t begin = 0;
        std::size_t end = 0;
        while (begin < stream.size()) {
            const std::string_view buffer(stream.data() + begin, end - begin);
            if (reader.read(buffer) == RespReader::Result::frame) {
                benchmark::DoNotOptimize(reader.root().text.data());
                begin += reader.frame_bytes();
            } else {
                end = std::min(end + piece, stream.size());
            }
        }
    }
    state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(pipelined)->Arg(1 << 20)->Arg(16 * 1024)->Arg(100);

void topology_of_6_nodes(benchmark::State& state) {
    std::string reply = "*3\r\n";
    for (int i = 0; i < 3; ++i) {
        reply += "*4\r\n:0\r\n:5460\r\n";
        for (int node = 0; node < 2; ++node) {
            reply += "*4\r\n$9\r\n127.0.0.1\r\n:7000\r\n$40\r\n" + std::string(40, 'a') +
                     "\r\n*2\r\n$8\r\nhostname\r\n$4\r\nnode\r\n";
        }
    }
    RespReader reader;
    for (auto _ : state) {
        if (reader.read(reply) != RespReader::Result::frame) state.SkipWithError("broken");
        benchmark::DoNotOptimize(reader.nodes().data());
    }
}
BENCHMARK(topology_of_6_nodes);

void get_command(benchmark::State& state) {
    std::string out;
    for (auto _ : state) {
        if (out.size() > 64 * 1024) out.clear();
        append_resp_command(out, std::array<std::string_view, 2>{"GET", "a:{o}:country/GB"});
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get_command);

}  // namespace
}  // namespace aside::wire
