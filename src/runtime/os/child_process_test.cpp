#include "runtime/os/child_process.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace aside::runtime {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr Duration kPatience = seconds(20);

struct ChildProcessTest : testing::Test {
    ChildProcessTest() {
        std::string pattern = testing::TempDir() + "aside-child-XXXXXX";
        root = ::mkdtemp(pattern.data());
    }
    ~ChildProcessTest() override { fs::remove_all(root); }

    std::string output() const {
        std::ifstream file(root / "output");
        return {std::istreambuf_iterator<char>(file), {}};
    }
    ChildOptions shell(const std::string& script) const {
        return {.arguments = {"/bin/sh", "-c", script},
                .environment = {},
                .directory = {},
                .output_file = root / "output"};
    }
    fs::path root;
};

// 'T' stopped, 'S' asleep, 'Z' ended and not reaped; 0 when there is no such process.
char state_of(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto end_of_name = text.rfind(") ");
    return end_of_name == std::string::npos ? '\0' : text[end_of_name + 2];
}

TEST_F(ChildProcessTest, TellsTheExitCodeAgainAndAgain) {
    auto child = ChildProcess::start(shell("exit 7"));
    ASSERT_TRUE(child) << to_string(child.error());
    EXPECT_EQ((*child)->wait(kPatience).value(), (ChildEnd{.exit_code = 7, .signal = 0}));
    EXPECT_EQ((*child)->wait(Duration::zero()).value().exit_code, 7);
    EXPECT_FALSE((*child)->running());
    EXPECT_EQ((*child)->signal(SIGTERM).error().code, Errc::not_found);
}

TEST_F(ChildProcessTest, SleepIsStoppedContinuedAndEnded) {
    auto child = ChildProcess::start({.arguments = {"sleep", "1000"}});
    ASSERT_TRUE(child) << to_string(child.error());
    EXPECT_TRUE((*child)->running());
    EXPECT_EQ((*child)->wait(std::chrono::milliseconds(5)).error().code, Errc::timed_out);
    EXPECT_TRUE((*child)->signal(SIGSTOP));
    while (state_of((*child)->pid()) != 'T') std::this_thread::yield();
    EXPECT_TRUE((*child)->running());
    EXPECT_TRUE((*child)->signal(SIGCONT));
    EXPECT_TRUE((*child)->signal(SIGTERM));
    EXPECT_EQ((*child)->wait(kPatience).value(), (ChildEnd{.exit_code = 0, .signal = SIGTERM}));
}

TEST_F(ChildProcessTest, GivesDirectoryEnvironmentAndOutput) {
    auto options = shell("pwd; echo $ADDED $HOME; test -n \"$PATH\" && echo error >&2");
    options.directory = root;
    options.environment = {{"ADDED", "one two"}, {"HOME", "/elsewhere"}};
    for (int i = 0; i < 2; ++i) {
        auto child = ChildProcess::start(options);
        ASSERT_TRUE(child) << to_string(child.error());
        EXPECT_EQ((*child)->wait(kPatience).value(), ChildEnd{});
    }
    const std::string once = root.string() + "\none two /elsewhere\nerror\n";
    EXPECT_EQ(output(), once + once);
}

TEST_F(ChildProcessTest, GivesNoVariableButThoseToldWhenToldSo) {
    auto options = shell("");
    options.arguments = {"env"};
    options.environment = {{"PATH", "/usr/bin:/bin"}, {"ADDED", "one two"}};
    options.inherit_environment = false;
    auto child = ChildProcess::start(options);
    ASSERT_TRUE(child) << to_string(child.error());
    EXPECT_EQ((*child)->wait(kPatience).value(), ChildEnd{});
    EXPECT_EQ(output(), "PATH=/usr/bin:/bin\nADDED=one two\n");
}

TEST_F(ChildProcessTest, IsAsNiceAsItIsTold) {
    const int mine = ::getpriority(PRIO_PROCESS, 0);
    constexpr int kMore = 3, kNicest = 19;
    auto child = ChildProcess::start({.arguments = {"sleep", "60"}, .niceness = kMore});
    ASSERT_TRUE(child) << to_string(child.error());
    EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>((*child)->pid())),
              std::min(mine + kMore, kNicest));
}

TEST_F(ChildProcessTest, PassesOnNoDescriptorAndNoBlockedSignal) {
    const Descriptor mine(::dup(STDERR_FILENO));  // not marked close-on-exec
    ::sigset_t blocked;
    ::sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    auto child = ChildProcess::start(
        shell("test -e /proc/self/fd/" + std::to_string(mine.get()) + " && exit 1; kill -TERM $$"));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ASSERT_TRUE(child) << to_string(child.error());
    EXPECT_EQ((*child)->wait(kPatience).value().signal, SIGTERM);
}

TEST_F(ChildProcessTest, WhatCannotStartIsAnError) {
    EXPECT_EQ(ChildProcess::start({}).error().code, Errc::bad_input);
    EXPECT_EQ(ChildProcess::start({.arguments = {"/no/such/program"}}).error().code,
              Errc::not_found);
    EXPECT_EQ(ChildProcess::start({.arguments = {root.string()}}).error().code, Errc::denied);
    auto elsewhere = shell("exit 0");
    elsewhere.directory = root / "missing";
    EXPECT_EQ(ChildProcess::start(elsewhere).error().code, Errc::not_found);
    elsewhere = shell("exit 0");
    elsewhere.output_file = root / "missing" / "output";
    EXPECT_EQ(ChildProcess::start(elsewhere).error().code, Errc::not_found);
}

TEST_F(ChildProcessTest, EndsWithItsOwnerEvenWhenStopped) {
    auto child = ChildProcess::start({.arguments = {"sleep", "1000"}});
    ASSERT_TRUE(child) << to_string(child.error());
    const int pid = (*child)->pid();
    EXPECT_TRUE((*child)->signal(SIGSTOP));
    child->reset();
    EXPECT_EQ(state_of(pid), '\0');
}

TEST_F(ChildProcessTest, EndsWithTheThreadThatStartedIt) {
    std::unique_ptr<ChildProcess> child;
    std::thread([&] {
        child = ChildProcess::start({.arguments = {"sleep", "1000"}}).value();
    }).join();
    EXPECT_EQ(child->wait(kPatience).value().signal, SIGKILL);
}

}  // namespace
}  // namespace aside::runtime
