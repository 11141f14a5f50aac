// Test support: requests that write down how they ended, and bytes fed to a pipeline in pieces.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/link/pipeline.h"
#include "wire/resp_fixture.h"

namespace aside::redis {

struct TestRequest final : PipelineRequest {
    std::optional<std::string> reply;  // as wire::describe has it
    std::optional<Errc> failure;
    int ends = 0;
    std::function<void()> then;  // at either end

    void replied(const wire::RespNode& node) override {
        ++ends;
        wire::describe(reply.emplace(), node);
        if (then) then();
    }
    void failed(Errc why) override {
        ++ends;
        failure = why;
        if (then) then();
    }
};

struct TestPushes final : PushHandler {
    std::vector<std::string> pushes;
    void pushed(const wire::RespNode& push) override {
        wire::describe(pushes.emplace_back(), push);
    }
};

// False as soon as the pipeline says so; then the rest is not fed.
inline bool feed(Pipeline& pipeline, std::string_view bytes, SteadyTime now = {},
                 std::size_t piece = SIZE_MAX) {
    while (!bytes.empty()) {
        const auto room = pipeline.room();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), count);
        bytes.remove_prefix(count);
        if (!pipeline.received(count, now)) return false;
    }
    return true;
}

}  // namespace aside::redis
