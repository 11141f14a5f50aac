// aside_lab_tool: clusters, drills and the client's own load, by hand and from scripts.
#include <cstdio>
#include <ranges>

#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr const char* kUsage = R"(usage: aside_lab_tool COMMAND

  cluster up [--port 7000] [--primaries 3] [--replicas 1] [--tls] [--dir DIR]
             [--node-timeout MS] [--redis-defaults] [--server PROGRAM]
  cluster status|down [--dir DIR]
  client-load [--seed HOST:PORT] [--keys N] [--in-flight 320] [--seconds S] [--fill]
              [--size BYTES] [--user NAME] [--password WORD] [--tls --ca-file FILE]
  stampede    [--seed HOST:PORT] [--processes 4] [--requests 1000] [--runs 50]
              [--origin-ms 200] [--deadline-ms 3000] [--user NAME] [--password WORD]
  s3          --endpoint HOST:PORT --bucket NAME [--prefix TEXT] [--region NAME]
              [--virtual] [--host NAME:PORT] [--young-ms MS]   (lines in: lab/s3_session.h)
  origin      [--items N] [--references N] [--objects N] [--seed N] [--port N]
              [--median-ms MS] [--p99-ms MS] [--limit LOADS]
              (known data by S3's and DynamoDB's protocols, until Ctrl-C; for `aside serve`)
  lambda      [--environments N] [--freeze always|never|on_order] [--timeout-ms MS]
              [--init-limit-ms MS] [--memory MB] [--name NAME] [--handler NAME] [--region NAME]
              [--directory DIR] [--output FILE] [--port N] [NAME=VALUE...] -- PROGRAM [WORD...]
              (a function on a stand-in for Lambda, until Ctrl-C; calls: lambda/control_service.h)
  drill NAME... | --theme THEME | --list   [--server PROGRAM] [--long]

The server is the program that ASIDE_TEST_SERVER names, else redis-server. Drill D51 upgrades it
to those that ASIDE_TEST_UPGRADES names, parted by colons. ./dev servers fetches some.
)";

ToolSession session_of(char** environment) {
    ToolSession session;
    for (; *environment; ++environment) {
        const std::string variable = *environment;
        session.environment.push_back(variable);
        const std::size_t equals = variable.find('=');
        const std::string value = variable.substr(std::min(equals + 1, variable.size()));
        if (variable.starts_with("ASIDE_TEST_SERVER=") && !value.empty())
            session.server_program = value;
        if (variable.starts_with("ASIDE_TEST_UPGRADES=") && !value.empty()) {
            for (const auto program : std::views::split(value, ':'))
                session.upgrades.emplace_back(program.begin(), program.end());
        }
        if (variable.starts_with("PWD=")) session.directory = value;
    }
    return session;
}

}  // namespace

int tool_failed(const Error& error) {
    std::fprintf(stderr, "aside_lab_tool: %s\n", to_string(error).c_str());
    return error.code == Errc::bad_input ? kToolUsage : kToolFailed;
}

}  // namespace aside::lab

int main(int count, char** words, char** environment) {
    using namespace aside::lab;
    const std::vector<std::string> rest(words + std::min(2, count), words + count);
    const std::string command = count > 1 ? words[1] : "";
    ToolSession session = session_of(environment);
    session.program = words[0];
    if (command == "cluster") return cluster_command(session, rest);
    if (command == "client-load") return client_load_command(session, rest);
    if (command == "stampede") return stampede_command(session, rest);
    if (command == "s3") return s3_command(session, rest);
    if (command == "origin") return origin_command(session, rest);
    if (command == "lambda") return lambda_command(session, rest);
    if (command == "drill") return drill_command(session, rest);
    std::fputs(kUsage, command.empty() || command == "--help" ? stdout : stderr);
    return command.empty() || command == "--help" ? kToolOk : kToolUsage;
}
