// The designs that trials compare, each a program that serves items over HTTP.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/trials/workload.h"
#include "runtime/stream.h"

namespace aside::lab::trials {

enum class Design : std::uint8_t {
    aside,    // `aside serve`
    article,  // the hand-written design, `aside article`
    ioredis,  // the same in Node: bench/peers/article.mjs
};

std::string_view name_of(Design design);
std::optional<Design> design_named(std::string_view name);

// What the names of objects in L2 begin with.
std::string_view key_prefix(Design design);

// What a program of a design must know.
struct DesignPlaces {
    std::string program;         // aside's own
    std::string article_script;  // of ioredis
    std::string index_url, objects_url;
    runtime::Endpoint origin;
    std::vector<runtime::Endpoint> seeds;
};

// Aside as a function on the lab's stand-in for Lambda, with so many environments. `has`: one more
// of aside's flags, or none.
std::vector<std::string> functions_line(const DesignPlaces& places, const Workload& workload,
                                        std::uint64_t l1_bytes, unsigned environments,
                                        const std::string& output_file, std::string_view has);

// The program and its arguments. It prints "serving on http://HOST:PORT" once it listens.
std::vector<std::string> command_line(Design design, const DesignPlaces& places,
                                      const Workload& workload, std::uint64_t l1_bytes);
// The same program once more, where it was.
std::vector<std::string> line_that_listens_at(std::vector<std::string> line,
                                              const runtime::Endpoint& endpoint);

}  // namespace aside::lab::trials
