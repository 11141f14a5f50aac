// Aside inside another program: a loader of its own, cached by the engine. Built against an
// installed Aside (CMakeLists.txt beside this).
//
// The loader stands for whatever is slow: a service, a database. Three readers ask for one key at
// once, and one load runs; the next read is answered from memory, on the spot; a key the loader
// says does not exist is told from a failure.
#include <cstdio>
#include <map>
#include <string>

#include <aside/engine/engine.h>
#include <aside/runtime/os/runtime.h>
#include <aside/telemetry/metrics.h>

namespace {

using namespace aside;
using namespace std::chrono_literals;

// What is cached: greetings by language, each taking 20 ms to find. It cannot be written to.
class Greetings final : public ObjectStore {
  public:
    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest) override {
        ++loads;
        co_await runtime::sleep_for(worker, 20ms);
        const auto found = greetings_.find(reference.key);
        if (found == greetings_.end()) co_return LoadedObject{};  // absent: the origin's word
        co_return LoadedObject{LoadState::found, found->second, ""};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        co_return fail(Errc::read_only, "greetings do not change");
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return fail(Errc::read_only, "greetings do not change");
    }

    int loads = 0;

  private:
    const std::map<std::string, std::string> greetings_{{"de", R"({"text":"Guten Tag"})"},
                                                        {"fr", R"({"text":"Bonjour"})"}};
};

// Items are lists of objects; this program reads only objects.
class NoItems final : public Index {
  public:
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker&, std::string, LoadRequest) override {
        co_return LoadedIndex{};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        co_return fail(Errc::unsupported, "there are no items");
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return fail(Errc::unsupported, "there are no items");
    }
};

void print(std::string_view key, const Answer& answer) {
    const std::string name(key);
    switch (answer.outcome) {
        case Outcome::ok: {
            const std::string body(answer.values().front()->body());
            std::printf("%s: %s, %s\n", name.c_str(), body.c_str(),
                        answer.from_l1 ? "from memory" : "loaded");
            break;
        }
        case Outcome::absent:
            std::printf("%s: does not exist\n", name.c_str());
            break;
        case Outcome::failed:
            std::printf("%s: %s\n", name.c_str(), to_string(answer.error).c_str());
            break;
    }
}

// The two steps of a read: from memory at once, without a coroutine of the engine's; or else the
// whole read path.
runtime::Task<> read(runtime::Worker& worker, engine::Engine& engine, std::string key) {
    const ObjectQuery query{.key = key, .version = {}, .deadline = worker.now() + 1s};
    Answer answer;
    bool answered = false;
    {
        const ReadSection section(engine.epochs(), worker.index());
        answered = engine.try_object(worker, query, answer);
        if (answered) print(key, answer);
    }
    if (answered) co_return;
    co_await engine.object(worker, query, answer);
    print(key, answer);
}

runtime::Task<> tour(runtime::Worker& worker, engine::Engine& engine, runtime::OsRuntime& runtime) {
    worker.spawn(read(worker, engine, "de"));
    worker.spawn(read(worker, engine, "de"));
    co_await read(worker, engine, "de");  // the three join one load
    co_await runtime::sleep_for(worker, 1ms);
    co_await read(worker, engine, "de");
    co_await read(worker, engine, "xx");
    runtime.stop(1s);
}

}  // namespace

int main() {
    constexpr unsigned kWorkers = 1;
    auto created = runtime::OsRuntime::create({.workers = kWorkers});
    if (!created) {
        std::fprintf(stderr, "%s\n", to_string(created.error()).c_str());
        return 1;
    }
    runtime::OsRuntime& runtime = **created;
    Greetings greetings;
    NoItems items;
    telemetry::Registry registry(kWorkers);
    engine::Engine engine(engine::EngineOptions{}, kWorkers, items, greetings, registry);

    runtime.start();
    runtime::Worker& worker = runtime.worker(0);
    worker.post([&] { worker.spawn(tour(worker, engine, runtime)); });
    runtime.join();
    std::printf("the loader ran %d times for 5 reads\n", greetings.loads);
    return 0;
}
