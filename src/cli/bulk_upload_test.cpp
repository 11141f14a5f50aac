#include "cli/bulk_upload.h"

#include <gtest/gtest.h>

#include "runtime/os/run_task.h"
#include "runtime/sim/world.h"
#include "wire/md5.h"

namespace aside::cli {
namespace {

using namespace std::chrono_literals;

UploadLimits quick() {
    UploadLimits limits;
    limits.in_flight = 8;
    limits.attempts = 4;
    limits.backoff_base = limits.backoff_max = 1ms;
    return limits;
}

// Stores of which some writes fail, so many times each.
struct FailingStore final : Index, ObjectStore {
    Mutex mutex;
    std::map<std::string, int> failures ASIDE_GUARDED_BY(mutex);
    Errc code = Errc::throttled;
    std::map<std::string, std::string> objects ASIDE_GUARDED_BY(mutex);
    std::map<std::string, std::vector<Reference>> items ASIDE_GUARDED_BY(mutex);
    int writes ASIDE_GUARDED_BY(mutex) = 0;
    std::atomic<int> under_way{0}, most_under_way{0};
    std::atomic<bool> closed{false};

    runtime::Task<bool> fails(runtime::Worker& worker, std::string name) {
        int seen = most_under_way.load();
        const int now = ++under_way;
        while (now > seen && !most_under_way.compare_exchange_weak(seen, now)) {
        }
        co_await runtime::sleep_for(worker, 1ms);
        --under_way;
        const MutexLock lock(mutex);
        ++writes;
        co_return failures[name]-- > 0;
    }
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override {
        const bool failed = co_await fails(worker, reference.key);
        if (failed) co_return fail(code, "as told");
        const MutexLock lock(mutex);
        objects[reference.key] = std::move(body);
        co_return Result<void>();
    }
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override {
        const bool failed = co_await fails(worker, id);
        if (failed) co_return fail(code, "as told");
        const MutexLock lock(mutex);
        items[id] = std::move(references);
        co_return Result<void>();
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker&, std::string, LoadRequest) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<LoadedObject>> load(runtime::Worker&, Reference, LoadRequest) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return fail(Errc::unsupported);
    }
    void close(runtime::Worker&) override { closed.store(true); }
};

class BulkUploadTest : public ::testing::Test {
  protected:
    BulkUploadTest() { runtime_->start(); }
    ~BulkUploadTest() override {
        runtime_->stop(10s);
        EXPECT_EQ(runtime_->join(), 0U);
    }
    const std::unique_ptr<runtime::OsRuntime> runtime_ =
        runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1}).value();
    const std::shared_ptr<FailingStore> store_ = std::make_shared<FailingStore>();
};

TEST_F(BulkUploadTest, WritesAllSoManyAtOnceAndTriesAgain) {
    {
        const MutexLock lock(store_->mutex);
        store_->failures = {{"k3", 3}, {"k50", 1}};
    }
    ObjectUpload upload(*runtime_, store_, {}, quick());
    for (int i = 0; i < 100; ++i) {
        const auto put = upload.put_object({"k" + std::to_string(i), {}}, std::to_string(i));
        ASSERT_TRUE(put) << to_string(put.error());
    }
    ASSERT_TRUE(upload.commit());
    EXPECT_LE(store_->most_under_way.load(), 8);
    EXPECT_GE(store_->most_under_way.load(), 2);
    EXPECT_EQ(upload.skipped(), 0U);
    const MutexLock lock(store_->mutex);
    EXPECT_EQ(store_->objects.size(), 100U);
    EXPECT_EQ(store_->objects["k99"], "99");
    EXPECT_EQ(store_->writes, 104);
}

TEST_F(BulkUploadTest, SaysWhatFailedAndBeginsNothingMore) {
    {
        const MutexLock lock(store_->mutex);
        store_->failures = {{"k3", 100}};
    }
    std::string error;
    {
        ObjectUpload upload(*runtime_, store_, {}, quick());
        for (int i = 0; i < 10'000 && error.empty(); ++i) {
            const auto put = upload.put_object({"k" + std::to_string(i), {}}, "1");
            if (!put) error = to_string(put.error());
        }
        if (error.empty()) error = to_string(upload.commit().error());
    }
    EXPECT_EQ(error, "throttled: object 'k3': as told (after 4 attempts)");
    EXPECT_EQ(store_->under_way.load(), 0);
    const MutexLock lock(store_->mutex);
    EXPECT_LT(store_->objects.size(), 9'999U);
}

TEST_F(BulkUploadTest, WhatNoRetryHelpsIsNotTriedAgain) {
    store_->code = Errc::denied;
    {
        const MutexLock lock(store_->mutex);
        store_->failures = {{"id", 1}};
    }
    ItemUpload upload(*runtime_, store_, quick());
    EXPECT_TRUE(upload.put_item("id", {}));
    EXPECT_EQ(to_string(upload.commit().error()), "denied: item 'id': as told");
}

TEST_F(BulkUploadTest, PassesOverWhatIsThere) {
    ObjectsThere there;
    there.add("same", "\"" + *wire::md5_hex("1") + "\"");
    there.add("other", "\"" + *wire::md5_hex("1") + "\"");
    there.add("in parts", "\"900150983cd24fb0d6963f7d28e17f72-2\"");
    ObjectUpload upload(*runtime_, store_, std::move(there), quick());
    EXPECT_TRUE(upload.put_object({"same", {}}, "1"));
    EXPECT_TRUE(upload.put_object({"other", {}}, "2"));
    EXPECT_TRUE(upload.put_object({"in parts", {}}, "abc"));
    EXPECT_TRUE(upload.put_object({"new", {}}, "1"));
    ASSERT_TRUE(upload.commit());
    EXPECT_EQ(upload.skipped(), 1U);
    const MutexLock lock(store_->mutex);
    EXPECT_EQ(store_->objects, (std::map<std::string, std::string>{
                                   {"other", "2"}, {"in parts", "abc"}, {"new", "1"}}));
}

TEST_F(BulkUploadTest, ItemsAreWrittenAndNamesComeOnce) {
    ItemUpload items(*runtime_, store_, quick());
    const std::vector<Reference> references = {{"a", ""}, {"b", "7"}};
    for (int i = 0; i < 60; ++i) {
        ASSERT_TRUE(items.put_item("i" + std::to_string(i), references));
    }
    EXPECT_EQ(items.put_item("i7", references).error().code, Errc::conflict);
    ASSERT_TRUE(items.commit());
    ObjectUpload objects(*runtime_, store_, {}, quick());
    EXPECT_TRUE(objects.put_object({"k", ""}, "1"));
    EXPECT_TRUE(objects.put_object({"k", "1"}, "1"));
    EXPECT_EQ(objects.put_object({"k", ""}, "2").error().code, Errc::conflict);
    EXPECT_EQ(objects.put_item("i", {}).error().code, Errc::internal);
    EXPECT_EQ(items.put_object({"k", ""}, "2").error().code, Errc::internal);
    const MutexLock lock(store_->mutex);
    EXPECT_EQ(store_->items.size(), 60U);
    EXPECT_EQ(store_->items["i59"], references);
}

TEST_F(BulkUploadTest, WhatIsLargerThanAllPlacesIsWrittenAlone) {
    ObjectUpload upload(*runtime_, store_, {}, quick());
    const std::string large(std::size_t{20} << 20, 'x');
    EXPECT_TRUE(upload.put_object({"large", ""}, large));
    EXPECT_TRUE(upload.put_object({"small", ""}, "1"));
    ASSERT_TRUE(upload.commit());
    EXPECT_EQ(store_->most_under_way.load(), 1);
}

TEST_F(BulkUploadTest, OneThatIsGivenUpCutsItsStoreOff) {
    {
        const ObjectUpload upload(*runtime_, store_, {}, quick());
    }
    // What was posted before this has run.
    runtime::run_task(*runtime_, 0, [](runtime::Worker&) -> runtime::Task<> { co_return; });
    EXPECT_TRUE(store_->closed.load());
}

TEST(UploadAttemptsTest, WaitAsTheStoreAsksAndNoLongerThanTheirTime) {
    runtime::SimWorld world;
    int attempts = 0;
    std::vector<SteadyTime> at;
    const auto attempt = [&](runtime::Worker& worker) -> runtime::Task<Result<void>> {
        at.push_back(worker.now());
        ++attempts;
        if (attempts == 1) co_return fail(Error{Errc::throttled, "slow down", 700});
        if (attempts == 2) co_await runtime::sleep_for(worker, 10min);
        co_return Result<void>();
    };
    UploadLimits limits;
    limits.attempt_timeout = 3s;
    const auto done = world.run(upload_with_retries(world.worker(0), {"object 'k'", 1, attempt},
                                                    limits, [] { return false; }));
    EXPECT_TRUE(done);
    ASSERT_EQ(attempts, 3);
    EXPECT_GE(at[1] - at[0], 700ms);
    EXPECT_GE(at[2] - at[1], 3s);
    EXPECT_LE(at[2] - at[1], 3s + 100ms);
    world.run_until_idle();  // the attempt that was given up has gone on
}

TEST(UploadAttemptsTest, EndWhenTheImportIsGivenUp) {
    runtime::SimWorld world;
    int attempts = 0;
    const auto attempt = [&](runtime::Worker&) -> runtime::Task<Result<void>> {
        ++attempts;
        co_return fail(Errc::busy, "as told");
    };
    const auto done = world.run(upload_with_retries(world.worker(0), {"object 'k'", 1, attempt}, {},
                                                    [&] { return attempts == 3; }));
    EXPECT_EQ(to_string(done.error()), "busy: object 'k': as told (after 3 attempts)");
    EXPECT_EQ(attempts, 3);
}

}  // namespace
}  // namespace aside::cli
