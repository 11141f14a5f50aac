#include "lab/load/load_machine.h"

namespace aside::lab::load {

struct LoadRun::Machine::EndAwaiter {
    Machine& machine;
    bool await_ready() const noexcept { return machine.all_gone_; }
    void await_suspend(std::coroutine_handle<> frame) { machine.waiting_for_end_.push_back(frame); }
    void await_resume() const noexcept {}
};

bool LoadRun::Machine::wants_dial(const Target& target) const {
    if (closing_ || target.paused || target.dials == kDialsAtOnce) return false;
    if (target.open + target.dials >= target.connections_max) return false;
    return target.waits > target.dials || (flat_out() && !schedule_ended_);
}

void LoadRun::Machine::dial_as_wanted(unsigned index) {
    Target& target = targets_[index];
    if (target.dialling) return;  // from a connect that failed at once
    target.dialling = true;
    while (wants_dial(target)) {
        ++target.dials;
        worker_.spawn(dial(index));
    }
    target.dialling = false;
}

runtime::Task<> LoadRun::Machine::dial(unsigned target) {
    const SteadyTime deadline = worker_.now() + settings_.connect_timeout;
    auto stream = co_await worker_.connect(targets_[target].endpoint, deadline, connect_options_);
    dialled(target, std::move(stream));
}

void LoadRun::Machine::dialled(unsigned index, Result<std::unique_ptr<runtime::Stream>> stream) {
    Target& target = targets_[index];
    now_ = worker_.now();
    --target.dials;
    if (stream) {
        ++counts_.connections_opened;
        if (!closing_) {
            ++target.open;
            LoadConnection& connection = spare_connection(target);
            connection.adopt(std::move(*stream), index);
            give_work(connection);
        }
    } else {
        connect_error_ = to_string(stream.error());
        dial_failed(index);
    }
    dial_as_wanted(index);
    check_end();
}

void LoadRun::Machine::dial_failed(unsigned index) {
    Target& target = targets_[index];
    const RequestId id = next_waiting(target);
    if (id != kNoRequest) return refuse(id);
    if (!flat_out() || schedule_ended_) return;
    std::uint64_t key = 0;
    const std::uint64_t number = next_flat_out(key);
    ++counts_.due;
    const RequestId refused = book_.add(number, key, now_);
    book_[refused].target = index;
    end(refused, Fate::refused);
    target.paused = true;
    target.dial_again->arm(now_ + kDialPause);
}

LoadConnection& LoadRun::Machine::spare_connection(Target& target) {
    if (!target.spare.empty()) {
        LoadConnection* const connection = target.spare.back();
        target.spare.pop_back();
        return *connection;
    }
    ConnectionOwner& owner = *this;
    connections_.push_back(std::make_unique<LoadConnection>(owner, settings_.answer_bytes_max));
    return *connections_.back();
}

void LoadRun::Machine::gone(LoadConnection& connection) {
    targets_[connection.target()].spare.push_back(&connection);
    check_end();
}

void LoadRun::Machine::close_all() {
    closing_ = true;
    for (const auto& connection : connections_) {
        if (!connection->is_open()) continue;
        --targets_[connection->target()].open;
        connection->take_unanswered();
        connection->close();
    }
}

void LoadRun::Machine::check_end() {
    if (!schedule_ended_ || book_.live() > 0 || all_gone_) return;
    if (!closing_) close_all();
    std::size_t spare = 0;
    for (const Target& target : targets_) {
        if (target.dials > 0) return;
        spare += target.spare.size();
    }
    if (spare < connections_.size()) return;
    all_gone_ = true;
    for (const std::coroutine_handle<> frame : std::exchange(waiting_for_end_, {})) {
        worker_.post([frame] { frame.resume(); });
    }
}

runtime::Task<> LoadRun::Machine::ended() {
    EndAwaiter end{*this};
    co_await end;
}

}  // namespace aside::lab::load
