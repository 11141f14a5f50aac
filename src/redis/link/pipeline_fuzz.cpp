// Requests and a server that answers whatever it likes, in pieces: no request ends twice, none is
// forgotten, and the size of the pieces changes nothing.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "redis/link/pipeline_fixture.h"

namespace {

using namespace aside;
using namespace aside::redis;

void require(bool promise) {
    if (!promise) std::abort();
}

// What happened, in words: equal for equal bytes.
std::string play(std::string_view script, std::size_t piece) {
    PipelineLimits limits;
    limits.requests = 50;
    limits.tombstones = 8;
    limits.replies = {.depth = 4, .nodes = 64, .frame_bytes = 4096, .line_bytes = 256};
    TestPushes pushes;
    Pipeline pipeline(limits, &pushes);
    std::vector<std::unique_ptr<TestRequest>> requests;
    std::vector<bool> given_up;
    SteadyTime now{};
    bool broken = false;
    const auto start = [&](std::uint32_t ignored) {
        if (!pipeline.can_start()) return;
        auto& request = *requests.emplace_back(std::make_unique<TestRequest>());
        given_up.push_back(false);
        request.deadline = now + std::chrono::milliseconds(10 + ignored);
        pipeline.output() += "c";
        pipeline.started(request, now, ignored);
    };
    while (!script.empty() && !broken) {
        const auto action = static_cast<unsigned char>(script.front());
        script.remove_prefix(1);
        now += std::chrono::milliseconds(1);
        if (action < 8) {
            start(action / 4);
        } else if (action < 12 && !requests.empty()) {
            const std::size_t chosen = (action * 7U + requests.size()) % requests.size();
            if (requests[chosen]->ends == 0) given_up[chosen] = true;
            pipeline.give_up(*requests[chosen]);
        } else if (action < 14) {
            pipeline.expire(now);
        } else if (action == 14) {
            pipeline.sent(pipeline.unsent().size() / 2);
        } else if (action == 15 && !requests.empty()) {
            requests.back()->then = [&] { start(0); };
        } else {
            const std::size_t end = std::min(script.size(), std::size_t{action});
            broken = !feed(pipeline, script.substr(0, end), now, piece);
            script.remove_prefix(end);
        }
        require(pipeline.under_way() <= limits.requests);
        require(pipeline.tombstones() <= pipeline.under_way());
    }
    pipeline.fail_all(Errc::connection_lost);
    require(pipeline.under_way() == 0 && pipeline.tombstones() == 0);
    std::string story = broken ? "broken " : "";
    for (std::size_t i = 0; i < requests.size(); ++i) {
        require(requests[i]->ends == (given_up[i] ? 0 : 1));
        story += requests[i]->reply.value_or(requests[i]->failure ? "failed" : "given up") + "\n";
    }
    for (const auto& push : pushes.pushes) story += push + "\n";
    return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view script(reinterpret_cast<const char*>(data), size);
    require(play(script, SIZE_MAX) == play(script, 1));
    return 0;
}
