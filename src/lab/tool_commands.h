// The lab tool's commands. Each gives the process's exit code.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace aside::lab {

enum ToolExit : int { kToolOk = 0, kToolFailed = 1, kToolUsage = 2, kToolSkipped = 77 };

struct ToolSession {
    std::string server_program = "redis-server";  // ASIDE_TEST_SERVER
    std::vector<std::string> upgrades;            // ASIDE_TEST_UPGRADES, parted by colons
    std::string directory;                        // that the tool was started in
    std::string program;                          // this one, as it was called
    std::vector<std::string> environment;         // "NAME=value"

    // The server program that is meant: servers are started in directories of their own.
    std::string server(const std::string& named) const {
        const bool relative = named.contains('/') && !named.starts_with('/');
        return relative ? directory + "/" + named : named;
    }
};

int cluster_command(const ToolSession& session, std::span<const std::string> words);
int client_load_command(const ToolSession& session, std::span<const std::string> words);
int stampede_command(const ToolSession& session, std::span<const std::string> words);
int s3_command(const ToolSession& session, std::span<const std::string> words);
int origin_command(const ToolSession& session, std::span<const std::string> words);
int lambda_command(const ToolSession& session, std::span<const std::string> words);
int drill_command(const ToolSession& session, std::span<const std::string> words);

// Tells it on standard error.
int tool_failed(const Error& error);

}  // namespace aside::lab
