// Real processes, many at once. What a single one may do is tried by
// tests/lambda_environment_test.py.
#include "lab/lambda/function_server.h"

#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/os/files.h"

namespace aside::lab::lambda {
namespace {

using namespace std::chrono_literals;

// Answers each event with itself.
constexpr const char* kEcho = R"(
import os, socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
api = socket.create_connection((host, int(port)))
file = api.makefile("rb")
def call(method, path, body=b""):
    head = f"{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n"
    api.sendall(head.encode() + body)
    file.readline()
    fields = {}
    while (line := file.readline().decode().strip()):
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields, file.read(int(fields["Content-Length"]))
while True:
    fields, event = call("GET", "next")
    call("POST", fields["Lambda-Runtime-Aws-Request-Id"] + "/response", event)
)";

FunctionOptions echo() {
    return {.command = {"/usr/bin/python3", "-S", "-E", "-c", kEcho},
            .timeout = 60s,  // a busy machine's; no test waits for it
            .init_limit = 60s};
}

std::vector<Event> events(int count) {
    std::vector<Event> all;
    for (int i = 0; i < count; ++i) all.push_back({.payload = std::to_string(i)});
    return all;
}

// 'T' stopped; 0 when there is no such process.
char state_of(int pid) {
    runtime::OsFiles files;
    const auto stat = files.read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
    return stat ? (*stat)[stat->rfind(") ") + 2] : '\0';
}

void await_state(int pid, char state) {
    while (state_of(pid) != state) std::this_thread::yield();
}

TEST(FunctionServerTest, ManyAtOnceAreColdTogetherAndThenWarm) {
    constexpr unsigned kMany = 8;
    FunctionOptions options = echo();
    options.concurrency = kMany;
    const auto server = FunctionServer::start(options).value();
    for (const bool cold : {true, false}) {
        std::set<unsigned> used;
        const auto reports = server->invoke_all(events(kMany));
        for (unsigned i = 0; i < kMany; ++i) {
            ASSERT_TRUE(reports[i]) << to_string(reports[i].error());
            EXPECT_EQ(reports[i]->answer.value_or(""), std::to_string(i));
            EXPECT_EQ(reports[i]->cold, cold);
            EXPECT_EQ(reports[i]->init.has_value(), cold);
            used.insert(reports[i]->environment);
        }
        EXPECT_EQ(used.size(), kMany);
    }
    EXPECT_EQ(server->counts().cold_starts, kMany);
    EXPECT_EQ(server->counts().invocations, 2 * kMany);
}

TEST(FunctionServerTest, MoreThanThereMayBeAreThrottled) {
    FunctionOptions options = echo();
    options.concurrency = 2;
    const auto server = FunctionServer::start(options).value();
    const auto reports = server->invoke_all(events(3));
    EXPECT_TRUE(reports[0] && reports[1]);
    ASSERT_FALSE(reports[2]);
    EXPECT_EQ(reports[2].error().code, Errc::throttled);
    EXPECT_EQ(server->counts().throttles, 1U);
    EXPECT_TRUE(server->invoke({.payload = "{}"}));
}

TEST(FunctionServerTest, FreezesAndThawsOnOrderAndKills) {
    FunctionOptions options = echo();
    options.freezing = Freezing::on_order;
    const auto server = FunctionServer::start(options).value();
    ASSERT_TRUE(server->provision(2));
    const auto environments = server->environments();
    ASSERT_EQ(environments.size(), 2U);
    for (const auto& one : environments) EXPECT_EQ(one.state, EnvironmentState::idle);
    EXPECT_EQ(server->freeze(), 2U);
    for (const auto& one : environments) await_state(one.pid, 'T');
    const auto report = server->invoke({.payload = "7"});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->answer.value_or(""), "7");
    EXPECT_FALSE(report->cold);
    EXPECT_FALSE(server->environments()[0].frozen);
    EXPECT_TRUE(server->environments()[1].frozen);
    EXPECT_EQ(server->thaw(), 1U);
    EXPECT_TRUE(server->kill(1));
    EXPECT_FALSE(server->kill(7));
}

TEST(FunctionServerTest, NothingOfItIsLeft) {
    auto server = FunctionServer::start(echo()).value();
    ASSERT_TRUE(server->provision(3));
    const auto environments = server->environments();
    server.reset();
    for (const auto& one : environments) EXPECT_EQ(state_of(one.pid), '\0');
}

TEST(FunctionServerTest, NeedsACommand) {
    const auto server = FunctionServer::start({});
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, Errc::bad_input);
}

TEST(FunctionServerTest, AProgramThatIsNotThereIsAnErrorOfTheInvocation) {
    const auto server = FunctionServer::start({.command = {"/nowhere/bootstrap"}}).value();
    const auto report = server->invoke({.payload = "{}"});
    ASSERT_TRUE(report);
    ASSERT_TRUE(report->error);
    EXPECT_EQ(report->error->type, "Runtime.InvalidEntrypoint");
    EXPECT_EQ(report->aftermath, Aftermath::exited);
}

}  // namespace
}  // namespace aside::lab::lambda
