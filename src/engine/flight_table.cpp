#include "engine/flight_table.h"

#include <algorithm>
#include <utility>

namespace aside::engine {

namespace {

bool same_key(const Flight& flight, const KeyView& key) {
    return flight.hash == key.hash && flight.kind == key.kind && flight.bytes == key.bytes;
}

// Takes the flight out of the list if it is there; the order of the others does not matter.
void remove_from(std::vector<std::shared_ptr<Flight>>& flights, const Flight& flight) {
    const auto at = std::ranges::find(flights, &flight, &std::shared_ptr<Flight>::get);
    if (at == flights.end()) return;
    std::swap(*at, flights.back());
    flights.pop_back();
}

}  // namespace

FlightTable::Joined FlightTable::join(const KeyView& key, Follower follower, Priority priority,
                                      SteadyTime newer_than, SteadyTime patience) {
    Shard& shard = shard_of(key.hash);
    MutexLock lock(shard.mutex);
    for (const auto& flight : shard.flights) {
        if (!same_key(*flight, key)) continue;
        if (!follower.gather) return {flight, false};
        if (flight->meanwhile && flight->meanwhile->value->origin_time() > newer_than &&
            follower.gather->worker().now() < flight->meanwhile_until) {
            return {flight, false, flight->meanwhile};
        }
        flight->followers.add(std::move(follower));
        return {flight, false};
    }
    auto flight = std::make_shared<Flight>(key, priority, newer_than, patience);
    if (follower.gather) {
        flight->ticket.place(follower.slot);
        flight->gate_ticket.place(follower.slot);
        flight->followers.add(std::move(follower));
    }
    shard.flights.push_back(flight);
    return {std::move(flight), true};
}

bool FlightTable::land(runtime::Worker& worker, Flight& flight, LoadOutcome outcome, bool renewed,
                       std::shared_ptr<Flight> next) {
    Shard& shard = shard_of(flight.hash);
    Followers followers;
    bool attached = false;
    {
        MutexLock lock(shard.mutex);
        attached = !flight.detached;
        if (attached) {
            if (outcome && !renewed) memory_.keep(outcome->value);
            remove_from(shard.flights, flight);
            if (next) shard.flights.push_back(std::move(next));
        }
        std::swap(followers, flight.followers);
    }
    complete(worker, followers, std::move(outcome));
    return attached;
}

bool FlightTable::abandon(Flight& flight) {
    Shard& shard = shard_of(flight.hash);
    MutexLock lock(shard.mutex);
    if (!flight.followers.empty()) return false;
    remove_from(shard.flights, flight);
    return true;
}

std::vector<std::shared_ptr<Flight>> FlightTable::detach(bool followed) {
    std::vector<std::shared_ptr<Flight>> unwanted;
    for (Shard& shard : shards_) {
        MutexLock lock(shard.mutex);
        std::erase_if(shard.flights, [&](const std::shared_ptr<Flight>& flight) {
            const bool wanted = !flight->followers.empty();
            // One that has not begun yet cannot be told to end.
            if ((wanted && !followed) || flight->worker == nullptr) return false;
            flight->detached = true;
            if (!wanted) unwanted.push_back(flight);
            return true;
        });
    }
    return unwanted;
}

bool FlightTable::followed(const Flight& flight) const {
    MutexLock lock(shard_of(flight.hash).mutex);
    return !flight.followers.empty();
}

void FlightTable::offer(Flight& flight, ValueRef fallback) {
    MutexLock lock(shard_of(flight.hash).mutex);
    std::swap(flight.fallback, fallback);
}

void FlightTable::invalidate(const KeyView& key) {
    Shard& shard = shard_of(key.hash);
    MutexLock lock(shard.mutex);
    for (const auto& flight : shard.flights) {
        if (!same_key(*flight, key)) continue;
        flight->detached = true;
        remove_from(shard.flights, *flight);
        break;
    }
    memory_.erase(key);
}

ValueRef FlightTable::leave(Flight& flight, const Gather& gather) {
    MutexLock lock(shard_of(flight.hash).mutex);
    flight.followers.remove(gather);
    return flight.detached ? ValueRef() : flight.fallback;
}

std::uint64_t FlightTable::in_flight() const {
    std::uint64_t sum = 0;
    for (const Shard& shard : shards_) {
        MutexLock lock(shard.mutex);
        sum += shard.flights.size();
    }
    return sum;
}

void FlightTable::complete(runtime::Worker& here, Followers& followers, LoadOutcome outcome) {
    if (followers.empty()) return;
    Follower& first = followers.first();
    if (followers.has_others() || &first.gather->worker() != &here)
        return complete_each(here, followers.take_all(), outcome);
    first.gather->complete(first.slot, std::move(outcome));
}

void FlightTable::complete_each(runtime::Worker& here, std::vector<Follower> followers,
                                const LoadOutcome& outcome) {
    // One post per worker, however many of its requests wait.
    const auto worker_of = [](const Follower& follower) {
        return follower.gather->worker().index();
    };
    std::ranges::sort(followers, {}, worker_of);
    for (auto first = followers.begin(); first != followers.end();) {
        const auto last = std::find_if(first, followers.end(), [&](const Follower& follower) {
            return worker_of(follower) != worker_of(*first);
        });
        runtime::Worker& worker = first->gather->worker();
        if (&worker == &here) {
            for (; first != last; ++first) first->gather->complete(first->slot, outcome);
            continue;
        }
        worker.post([outcome, mine = std::vector<Follower>(std::make_move_iterator(first),
                                                           std::make_move_iterator(last))] {
            for (const Follower& follower : mine) follower.gather->complete(follower.slot, outcome);
        });
        first = last;
    }
}

}  // namespace aside::engine
