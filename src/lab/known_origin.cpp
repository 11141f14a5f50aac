#include "lab/known_origin.h"

#include <charconv>

#include "lab/known_values.h"

namespace aside::lab {

namespace {

using runtime::Task;
using runtime::Worker;

constexpr std::string_view kKeyBegin = "obj-";
constexpr Duration kLookAgain = std::chrono::milliseconds(2);

}  // namespace

std::uint64_t number_of_key(std::string_view key) {
    if (!key.starts_with(kKeyBegin)) return kNoNumber;
    key.remove_prefix(kKeyBegin.size());
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), number);
    return problem == std::errc() && end == key.data() + key.size() ? number : kNoNumber;
}

std::uint64_t KnownOrigin::loads_of_objects() const {
    std::uint64_t sum = 0;
    for (const auto& count : loads_) sum += count.load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t KnownOrigin::most_loads_of_one() const {
    std::uint64_t most = 0;
    for (const auto& count : loads_) {
        most = std::max<std::uint64_t>(most, count.load(std::memory_order_relaxed));
    }
    return most;
}

void KnownOrigin::forget_counts() {
    for (auto& count : loads_) count.store(0, std::memory_order_relaxed);
    total_.store(0, std::memory_order_relaxed);
    peak_.store(in_flight(), std::memory_order_relaxed);
}

void KnownOrigin::begin_load() {
    total_.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t now = in_flight_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint64_t seen = peak_.load(std::memory_order_relaxed);
    while (seen < now && !peak_.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
}

// Empty: absent.
std::string KnownOrigin::answer_to(const std::string& key) {
    const std::uint64_t number = number_of_key(key);
    if (number >= options_.objects) return {};
    loads_[number].fetch_add(1, std::memory_order_relaxed);
    return known_body(key, generation(number), options_.body_bytes);
}

Task<Result<LoadedObject>> KnownOrigin::load(Worker& worker, Reference reference,
                                             LoadRequest request) {
    begin_load();
    LoadedObject loaded;
    loaded.body = answer_to(reference.key);
    loaded.state = loaded.body.empty() ? LoadState::absent : LoadState::found;
    co_await runtime::sleep_for(worker, Duration(latency_ns_.load(std::memory_order_relaxed)));
    while (hold_.load(std::memory_order_acquire) && worker.now() < request.deadline) {
        co_await runtime::sleep_for(worker, kLookAgain);
    }
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    co_return loaded;
}

Task<Result<void>> KnownOrigin::put(Worker&, Reference reference, std::string) {
    const std::uint64_t number = number_of_key(reference.key);
    if (number >= options_.objects) co_return fail(Errc::bad_input, "no such object");
    write(number);
    co_return Result<void>();
}

Task<Result<void>> KnownOrigin::remove(Worker&, Reference) {
    co_return fail(Errc::unsupported, "objects of the lab stay");
}

Task<Result<LoadedIndex>> KnownOrigin::load(Worker&, std::string, LoadRequest) {
    co_return LoadedIndex{};
}

Task<Result<void>> KnownOrigin::put(Worker&, std::string, std::vector<Reference>) {
    co_return fail(Errc::unsupported, "the lab has no items");
}

Task<Result<void>> KnownOrigin::remove(Worker&, std::string) {
    co_return fail(Errc::unsupported, "the lab has no items");
}

}  // namespace aside::lab
