// The provider between real threads: for ThreadSanitizer.
#include <atomic>

#include <gtest/gtest.h>

#include "aws/credential_provider.h"
#include "runtime/os/run_task.h"
#include "runtime/when_all.h"

namespace aside::aws {
namespace {

using namespace std::chrono_literals;

// Credentials that last for 20 ms, so that fetches and those who ask meet all the time.
struct ShortLived final : CredentialSource {
    std::string_view name() const override { return "short-lived"; }
    runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker& worker, SteadyTime) override {
        EXPECT_EQ(under_way.fetch_add(1), 0);
        co_await sleep_for(worker, 1ms);
        const int number = ++fetches;
        under_way.fetch_sub(1);
        co_return FetchedCredentials{{std::to_string(number), Secret("s"), Secret()},
                                     worker.now() + 20ms};
    }
    std::atomic<int> under_way{0}, fetches{0};
};

runtime::Task<> ask_for_a_while(runtime::Worker& worker, CredentialProvider& provider,
                                std::atomic<int>& given) {
    const SteadyTime end = worker.now() + 300ms;
    while (worker.now() < end) {
        const auto got = co_await provider.credentials(worker, worker.now() + 10s);
        EXPECT_TRUE(got);
        if (got) given += !(*got)->access_key_id.empty();
        co_await sleep_for(worker, 100us);
    }
}

TEST(CredentialProviderThreads, ShareOneFetch) {
    constexpr unsigned kWorkers = 3;
    telemetry::Registry registry(kWorkers);
    auto source = std::make_unique<ShortLived>();
    const ShortLived& fetched = *source;
    CredentialProvider provider(std::move(source), {}, registry, nullptr);
    const auto running = runtime::OsRuntime::create({.workers = kWorkers}).value();
    running->start();
    std::atomic<int> given = 0;
    for (unsigned i = 0; i < kWorkers; ++i) {
        runtime::Worker& worker = running->worker(i);
        worker.post([&worker, &provider, &given] {
            for (int task = 0; task < 10; ++task) {
                worker.spawn(ask_for_a_while(worker, provider, given));
            }
        });
    }
    running->stop(20s);
    EXPECT_EQ(running->join(), 0U);
    EXPECT_GT(given, 100);
    EXPECT_GT(fetched.fetches, 3);
}

}  // namespace
}  // namespace aside::aws
