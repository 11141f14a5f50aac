// Test support: what a real server answered, read from a file of tools/record_replies.py.
//
//   # SCENARIO NODE      the state its nodes were in, and the node that was asked
//   > WORDS              in one session; a blank parts them, '_' inside of one stands for a blank
//   < REPLY              with \r and \n written so
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/os/files.h"

namespace aside::lab {

struct RecordedReply {
    std::string said, answered;
};

struct RecordedScenario {
    std::string name;
    std::size_t node = 0;
    std::vector<RecordedReply> replies;
};

inline std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        out += next == 'r' ? '\r' : next == 'n' ? '\n' : next;
    }
    return out;
}

// Empty when there is no such file.
inline std::vector<RecordedScenario> read_recording(const std::string& path) {
    runtime::OsFiles files;
    const auto text = files.read_file(path, 1 << 20);
    std::vector<RecordedScenario> scenarios;
    std::string_view left = text ? std::string_view(*text) : std::string_view();
    while (!left.empty()) {
        const std::string_view line = left.substr(0, left.find('\n'));
        left.remove_prefix(std::min(left.size(), line.size() + 1));
        if (line.starts_with("# ")) {
            const std::size_t blank = line.rfind(' ');
            scenarios.push_back({.name = std::string(line.substr(2, blank - 2)),
                                 .node = static_cast<std::size_t>(line[blank + 1] - '0'),
                                 .replies = {}});
        } else if (line.starts_with("> ") && !scenarios.empty()) {
            scenarios.back().replies.push_back({std::string(line.substr(2)), {}});
        } else if (line.starts_with("< ") && !scenarios.empty()) {
            scenarios.back().replies.back().answered = unescaped(line.substr(2));
        }
    }
    return scenarios;
}

}  // namespace aside::lab
