// What a drill does to the parts of a trial, told to the ground truth where it must know.
#include <csignal>
#include <optional>
#include <utility>

#include "lab/trials/trial.h"
#include "redis/protocol/slot.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kReadyLimit = std::chrono::seconds(15);
constexpr Duration kFlushLimit = std::chrono::seconds(10);

}  // namespace

void Trial::kill_node(unsigned node) {
    watch_->tell([node](Copies& copies, SteadyTime now) {
        copies.out_of_reach(node, now);
        copies.emptied(node, now);
    });
    cluster_->server(node).kill();
}

void Trial::restart_node(unsigned node) {
    prove(cluster_->server(node).start(), "the node starts again");
    watch_->tell([node](Copies& copies, SteadyTime now) {
        copies.emptied(node, now);
        copies.in_reach(node, now);
    });
}

void Trial::freeze_node(unsigned node) {
    watch_->tell([node](Copies& copies, SteadyTime now) { copies.out_of_reach(node, now); });
    cluster_->server(node).freeze();
}

// What it says from now on is old until it has copied the one that took its place.
void Trial::thaw_node(unsigned node) {
    cluster_->server(node).thaw();
}

void Trial::empty_node(unsigned node) {
    const unsigned replica = cluster_->replica_of(node);
    prove(cluster_->command(node, {"FLUSHALL"}, kFlushLimit).has_value(), "a node is emptied");
    watch_->tell([&](Copies& copies, SteadyTime now) {
        copies.emptied(node, now);
        if (replica < cluster_->size()) copies.emptied(replica, now);
    });
}

std::string Trial::name_of(std::uint32_t object) const {
    return std::string(key_prefix(design_)) + Dataset::object_key(object);
}

void Trial::origin_fails(bool fails) {
    const SteadyTime now = control_.now();
    if (fails)
        record_.outages.push_back({now, kNever});
    else if (!record_.outages.empty())
        record_.outages.back().to = now;
}

void Trial::nobody_serves(bool nobody) {
    const SteadyTime now = control_.now();
    if (nobody)
        record_.nobody_served.push_back({now, kNever});
    else if (!record_.nobody_served.empty())
        record_.nobody_served.back().to = now;
}

void Trial::remove_from_l2(std::uint32_t object) {
    const std::string name = name_of(object);
    const unsigned owner = cluster_->primary_of(redis::slot_of_name(name));
    // It may be gone already: a design that is written by hand lets what nobody asks for expire.
    const auto removed = cluster_->command(owner, {"DEL", name});
    const auto left = cluster_->command(owner, {"EXISTS", name});
    prove(removed && left && !left->is_error() && left->number == 0, "L2 does not have the key");
}

// Aside is told through its admin port; a design that is written by hand deletes the key.
void Trial::write_and_invalidate(std::uint32_t object) {
    const std::uint32_t written = data_.write(object);
    if (asides()) {
        const std::string body = R"({"objects":[")" + Dataset::object_key(object) + R"("]})";
        prove(processes_.front()->invalidate(body), "the key is invalidated");
    } else {
        remove_from_l2(object);
    }
    second_log_.demand(object, written, control_.now());
}

void Trial::end_process(unsigned number) {
    count_since_begin(number);
    at_begin_[number] = {};
    processes_[number]->end();
}

void Trial::start_process(unsigned number) {
    std::vector<std::string> words =
        line_that_listens_at(processes_[number]->words(), processes_[number]->endpoint());
    processes_[number].reset();
    auto started = ServedProcess::start(control_, std::move(words),
                                        output_of(number) + "." + std::to_string(restarts_++));
    prove(started ? Result<void>{} : fail(started.error()), "the process starts again");
    if (!started) return;
    processes_[number] = std::move(*started);
    prove(processes_[number]->await_ready(kReadyLimit), "the process is ready again");
}

void Trial::start_second_load(load::ArrivalPlan arrivals, std::unique_ptr<load::KeyChoice> keys,
                              unsigned connections, Asked asked) {
    load::LoadSettings settings = load_settings();
    settings.arrivals = std::move(arrivals);
    settings.keys = std::move(keys);
    settings.connections = connections;
    settings.path = asked == Asked::items ? "/items/item-{}" : "/objects/obj-{}";
    second_load_ =
        load_thread_->begin(std::move(settings), asked == Asked::items ? log_ : second_log_);
}

std::uint64_t Trial::await_second_load() {
    if (!second_load_) return 0;
    load_thread_->await_end(*second_load_);
    return load_thread_->requests(*std::exchange(second_load_, std::nullopt));
}

void Trial::prove(bool held, std::string_view what) {
    if (!held) record_.proofs_missing.emplace_back(what);
}

void Trial::prove(const Result<void>& done, std::string_view what) {
    if (!done) record_.proofs_missing.push_back(std::string(what) + ": " + to_string(done.error()));
}

void Trial::demand(bool held, const std::string& what) {
    if (!held) record_.demands_missed.push_back(what);
}

void Trial::fact(std::string_view name, const std::string& value) {
    record_.facts.push_back(std::string(name) + ": " + value);
}

}  // namespace aside::lab::trials
