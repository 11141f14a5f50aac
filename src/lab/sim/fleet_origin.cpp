#include "lab/sim/fleet_origin.h"

#include <algorithm>
#include <charconv>

namespace aside::lab {

using runtime::Task;
using runtime::Worker;

namespace {

constexpr std::size_t kMortalEvery = 5;

std::optional<std::size_t> number_after(std::string_view prefix, std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    std::size_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec != std::errc{} || read.ptr != name.data() + name.size()) return std::nullopt;
    return number;
}

std::string counted_as(std::string_view name, std::uint64_t generation) {
    return std::string(name) + "#" + std::to_string(generation);
}

}  // namespace

std::string FleetOrigin::name_of(ThingNumber thing) const {
    return is_item(thing) ? "item-" + std::to_string(thing - objects_)
                          : "obj-" + std::to_string(thing);
}

std::optional<ThingNumber> FleetOrigin::thing_of(std::string_view name, bool item) const {
    const auto number = number_after(item ? "item-" : "obj-", name);
    if (!number || *number >= (item ? items_ : objects_)) return std::nullopt;
    return *number + (item ? objects_ : 0);
}

bool FleetOrigin::exists(ThingNumber thing, std::uint64_t generation) const {
    const bool mortal = !is_item(thing) && thing % kMortalEvery == kMortalEvery - 1;
    return !mortal || generation % 2 == 0;
}

std::string FleetOrigin::row_name(ThingNumber item_number, std::uint64_t generation) {
    return "row-" + std::to_string(item_number) + "@" + std::to_string(generation);
}

std::vector<Reference> FleetOrigin::references(ThingNumber item, std::uint64_t generation) const {
    const std::size_t number = item - objects_;
    std::vector<Reference> all{{"row-" + std::to_string(number), std::to_string(generation)}};
    std::size_t object = number;
    for (std::size_t i = 0; i < kRefsMore; ++i) {
        do {
            object = (object + 1) % objects_;
        } while (!exists(object, 1));  // an item whose object is gone is no item
        all.push_back({name_of(object), {}});
    }
    return all;
}

std::uint64_t FleetOrigin::loads_of(ThingNumber thing, std::uint64_t generation) const {
    const auto found = loads.find(counted_as(name_of(thing), generation));
    return found == loads.end() ? 0 : found->second;
}

// False: the load fails.
Task<bool> ProcessOrigin::take_time(Worker& worker, InFlight& counted) {
    counted.most = std::max(counted.most, ++counted.now);
    const auto spread =
        static_cast<std::uint64_t>((shared_.latency_max - shared_.latency_min).count());
    const auto extra = static_cast<Duration::rep>(worker.random().below(spread + 1));
    const bool fails = shared_.failure.drawn(worker.random());
    co_await sleep_for(worker, shared_.latency_min + Duration(extra));
    --counted.now;
    if (fails) {
        ++shared_.failed;
        shared_.failed_at = worker.now();
    }
    co_return !fails;
}

Task<Result<LoadedObject>> ProcessOrigin::load(Worker& worker, Reference reference,
                                               LoadRequest request) {
    ++shared_.total;
    // Looked up before the time passes: what is answered may be old by then.
    const auto thing = shared_.thing_of(reference.key, false);
    std::uint64_t generation = 0;
    std::string name = reference.key;
    bool found = false;
    if (thing && reference.version.empty()) {
        generation = shared_.model().read(*thing, request.consistent, worker.now());
        found = shared_.exists(*thing, generation);
        ++shared_.loads[counted_as(name, generation)];
    } else if (const auto row = number_after("row-", reference.key)) {
        name += "@" + reference.version;
        const auto item = shared_.thing_of("item-" + std::to_string(*row), true);
        const auto version = number_after("", reference.version);
        found = item && version && *version <= shared_.model().newest(*item);
        ++shared_.loads[name];
    }
    const bool works = co_await take_time(worker, objects);
    if (!works) co_return fail(Errc::io, "a simulated failure");
    if (!found) co_return LoadedObject{};
    const std::string validator = std::to_string(generation);
    if (request.validator == validator) {
        ++shared_.confirmed;
        co_return LoadedObject{LoadState::not_modified, {}, validator};
    }
    std::string body = body_of(name, generation);
    if (request.admit && !request.admit(body.size())) {
        co_return std::unexpected(Error{Errc::bytes_in_flight, {}, body.size()});
    }
    co_return LoadedObject{LoadState::found, std::move(body), validator};
}

Task<Result<LoadedIndex>> ProcessOrigin::load(Worker& worker, std::string id, LoadRequest request) {
    ++shared_.total;
    ++shared_.index_loads;
    const auto thing = shared_.thing_of(id, true);
    std::uint64_t generation = 0;
    if (thing) {
        generation = shared_.model().read(*thing, request.consistent, worker.now());
        ++shared_.loads[counted_as(id, generation)];
    }
    const bool works = co_await take_time(worker, index);
    if (!works) co_return fail(Errc::io, "a simulated failure");
    if (!thing) co_return LoadedIndex{};
    co_return LoadedIndex{LoadState::found, shared_.references(*thing, generation), {}};
}

Task<Result<void>> ProcessOrigin::write(Worker& worker, ThingNumber thing) {
    co_await sleep_for(worker, shared_.latency_min / 2);
    shared_.model().write(thing, worker.now());
    co_await sleep_for(worker, shared_.latency_min / 2);
    co_return Result<void>();
}

Task<Result<void>> ProcessOrigin::put(Worker& worker, Reference reference, std::string) {
    const auto thing = shared_.thing_of(reference.key, false);
    if (!thing) co_return fail(Errc::bad_input, "nobody writes this");
    Result<void> written = co_await write(worker, *thing);
    co_return written;
}

Task<Result<void>> ProcessOrigin::remove(Worker& worker, Reference reference) {
    Result<void> written = co_await put(worker, std::move(reference), std::string());
    co_return written;
}

Task<Result<void>> ProcessOrigin::put(Worker& worker, std::string id, std::vector<Reference>) {
    const auto thing = shared_.thing_of(id, true);
    if (!thing) co_return fail(Errc::bad_input, "nobody writes this");
    Result<void> written = co_await write(worker, *thing);
    co_return written;
}

Task<Result<void>> ProcessOrigin::remove(Worker&, std::string) {
    co_return fail(Errc::bad_input, "items are not removed here");
}

}  // namespace aside::lab
