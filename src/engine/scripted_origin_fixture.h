// For tests of the engine: an origin whose latency, failures and contents the test sets, and an
// engine on a simulated world.
#pragma once

#include <deque>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "runtime/sim/world.h"

namespace aside::engine {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): a test fixture

class ScriptedOrigin final : public Index, public ObjectStore {
  public:
    std::map<std::string, std::string> objects;  // by key, or key@version
    std::map<std::string, std::vector<Reference>> items;
    bool validators = false;  // answer not_modified to a validator that matches
    Duration latency = 10ms;
    std::optional<Error> failure;          // what every load ends in
    std::set<std::string> failing;         // keys whose loads end in Errc::io
    Duration hang_for{};                   // loads take this long whatever their deadline
    std::map<std::string, Duration> slow;  // what loads of these keys take beyond the latency
    Duration transfer{};  // from the answer's beginning, when its size is known, to its end
    std::optional<Error> write_failure;  // what every write ends in, although it was done

    unsigned object_loads = 0, index_loads = 0, not_modified = 0, in_flight = 0, most_in_flight = 0,
             consistent = 0;
    std::uint64_t transferred_at_once = 0, most_transferred_at_once = 0;  // bytes
    std::vector<std::string> order;                                       // of object loads

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override {
        ++object_loads;
        if (request.consistent) ++consistent;
        order.push_back(reference.key);
        const std::string name =
            reference.version.empty() ? reference.key : reference.key + "@" + reference.version;
        // Looked up before the time passes: what is answered may be old by then.
        const auto at = objects.find(name);
        const std::optional<std::string> body =
            at == objects.end() ? std::nullopt : std::optional(at->second);
        const std::optional<Error> error = co_await work(worker, name);
        if (error) co_return fail(*error);
        if (!body) co_return LoadedObject{};
        const std::string validator =
            validators ? std::to_string(std::hash<std::string>()(*body)) : "";
        if (!request.validator.empty() && request.validator == validator) {
            ++not_modified;
            co_return LoadedObject{LoadState::not_modified, {}, validator};
        }
        if (request.admit && !request.admit(body->size())) {
            co_return std::unexpected(Error{Errc::bytes_in_flight, {}, body->size()});
        }
        if (transfer > Duration{}) {
            transferred_at_once += body->size();
            most_transferred_at_once = std::max(most_transferred_at_once, transferred_at_once);
            co_await runtime::sleep_for(worker, transfer);
            transferred_at_once -= body->size();
        }
        co_return LoadedObject{LoadState::found, *body, validator};
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest) override {
        ++index_loads;
        const std::optional<Error> error = co_await work(worker, id);
        if (error) co_return fail(*error);
        const auto at = items.find(id);
        if (at == items.end()) co_return LoadedIndex{};
        co_return LoadedIndex{LoadState::found, at->second, {}};
    }
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override {
        co_await runtime::sleep_for(worker, latency);
        objects[reference.key] = std::move(body);
        if (write_failure) co_return fail(*write_failure);
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override {
        co_await runtime::sleep_for(worker, latency);
        objects.erase(reference.key);
        co_return Result<void>();
    }
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override {
        co_await runtime::sleep_for(worker, latency);
        items[id] = std::move(references);
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override {
        co_await runtime::sleep_for(worker, latency);
        items.erase(id);
        co_return Result<void>();
    }

  private:
    runtime::Task<std::optional<Error>> work(runtime::Worker& worker, std::string name) {
        most_in_flight = std::max(most_in_flight, ++in_flight);
        const std::optional<Error> error =
            failing.contains(name) ? Error{Errc::io, "scripted", 0} : failure;
        const auto extra = slow.find(name);
        const Duration usual = latency + (extra == slow.end() ? Duration{} : extra->second);
        co_await runtime::sleep_for(worker, hang_for > Duration{} ? hang_for : usual);
        --in_flight;
        co_return error;
    }
};

// What a read ended in, copied out of the Answer.
struct ReadResult {
    Outcome outcome = Outcome::failed;
    Error error;
    std::string body;  // values joined by '|'; "null" for a null
    bool stale = false, synchronous = false;
    unsigned from_l1 = 0, from_origin = 0;
    Duration age{}, took{};
    std::vector<std::string> missing;
};

// As a front door reads: L1 at once, or the long way. `answer` outlives the task.
inline runtime::Task<ReadResult> read_as_front(Engine& engine, runtime::Worker& worker, bool item,
                                               std::string key, std::string version,
                                               Duration timeout, Answer& answer,
                                               std::vector<Step>* steps = nullptr) {
    const SteadyTime began = worker.now();
    ReadResult result;
    const ObjectQuery object_query{key, version, began + timeout, steps};
    const ItemQuery item_query{key, began + timeout, steps};
    {
        const ReadSection section(engine.epochs(), worker.index());
        result.synchronous = item ? engine.try_item(worker, item_query, answer)
                                  : engine.try_object(worker, object_query, answer);
        if (result.synchronous) answer.keep();
    }
    if (!result.synchronous && item) co_await engine.item(worker, item_query, answer);
    if (!result.synchronous && !item) co_await engine.object(worker, object_query, answer);
    result.outcome = answer.outcome;
    result.error = answer.error;
    for (const Value* value : answer.values()) {
        if (!result.body.empty()) result.body += '|';
        result.body += value ? value->body() : "null";
    }
    result.stale = answer.stale;
    result.from_l1 = answer.from_l1;
    result.from_origin = answer.from_origin;
    result.age = answer.age;
    result.missing = answer.missing;
    result.took = worker.now() - began;
    co_return result;
}

class EngineFixture : public ::testing::Test {
  protected:
    void start(EngineOptions options = {}, unsigned workers = 1, std::uint64_t seed = 1) {
        options.memory_capacity_bytes =
            std::min<std::uint64_t>(options.memory_capacity_bytes, 16 << 20);
        options.absent_capacity_bytes =
            std::min<std::uint64_t>(options.absent_capacity_bytes, 1 << 20);
        options.check_body = [](std::string_view body) { return !body.starts_with("not json"); };
        registry_ = std::make_unique<telemetry::Registry>(workers);
        world_ = std::make_unique<runtime::SimWorld>(
            runtime::SimOptions{.seed = seed, .workers = workers});
        engine_ = std::make_unique<Engine>(options, workers, origin_, origin_, *registry_);
    }
    // Late loads end before what they use goes away; then nothing is taken of any bound.
    void TearDown() override {
        if (!world_) return;
        EXPECT_TRUE(world_->run_until_idle()) << world_->describe();
        const std::string status = engine_->status_json();
        EXPECT_TRUE(status.ends_with(R"("origin":{"index":{"in_flight":0,"queued":0},)"
                                     R"("objects":{"in_flight":0,"queued":0},)"
                                     R"("bytes_in_flight":0},"flights":0)"))
            << status;
        EXPECT_EQ(engine_->lent_bytes(), 0U);
    }

    runtime::Task<ReadResult> read(runtime::Worker& worker, bool item, std::string key,
                                   std::string version = {}, Duration timeout = 3s) {
        Answer answer;
        ReadResult result = co_await read_as_front(*engine_, worker, item, std::move(key),
                                                   std::move(version), timeout, answer);
        co_return result;
    }
    ReadResult object(std::string key, std::string version = {}, unsigned worker = 0) {
        return world_->run(read(world_->worker(worker), false, std::move(key), std::move(version)),
                           worker);
    }
    ReadResult item(std::string id, unsigned worker = 0) {
        return world_->run(read(world_->worker(worker), true, std::move(id)), worker);
    }
    // Starts a read and puts its result into `results` when it ends.
    void begin(unsigned worker, bool item, std::string key, std::vector<ReadResult>& results,
               Duration timeout = 3s) {
        world_->spawn(
            worker,
            collect(read(world_->worker(worker), item, std::move(key), {}, timeout), results));
    }
    // Where reads that outlive the test's body may still put their results.
    std::vector<ReadResult>& new_results() { return results_.emplace_back(); }
    std::uint64_t counted(const char* name, const telemetry::Labels& labels) {
        return registry_->counter(name, "", labels).value();
    }

    ScriptedOrigin origin_;
    std::unique_ptr<telemetry::Registry> registry_;
    std::unique_ptr<runtime::SimWorld> world_;
    std::unique_ptr<Engine> engine_;  // ends before the world: it is destroyed in reverse order

  private:
    std::deque<std::vector<ReadResult>> results_;
    static runtime::Task<> collect(runtime::Task<ReadResult> read,
                                   std::vector<ReadResult>& results) {
        ReadResult result = co_await read;
        results.push_back(std::move(result));
    }
};

}  // namespace aside::engine
