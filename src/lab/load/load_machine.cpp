#include "lab/load/load_machine.h"

#include <algorithm>

namespace aside::lab::load {

LoadRun::Machine::Machine(runtime::Worker& worker, LoadSettings settings,
                          ExchangeObserver& observer)
    : worker_(worker),
      settings_(std::move(settings)),
      observer_(observer),
      random_(settings_.seed),
      arrivals_(settings_.arrivals, settings_.seed),
      due_timer_(worker.make_timer([this] { flat_out() ? schedule_ends() : send_due(); })),
      patience_timer_(worker.make_timer([this] { give_up_late(); })) {
    if (settings_.tls) {
        connect_options_.tls = std::make_shared<const runtime::TlsOptions>(
            runtime::TlsOptions{.ca_file = settings_.tls_ca_file});
    }
    const auto count = static_cast<unsigned>(settings_.targets.size());
    for (unsigned i = 0; i < count; ++i) {
        const LoadTarget& at = settings_.targets[i];
        const std::string host = at.host.empty() ? to_string(at.endpoint) : at.host;
        Target target{
            .text = RequestText({settings_.path, settings_.path_of, host, settings_.fields}),
            .endpoint = at.endpoint};
        const unsigned extra = i < settings_.connections % count ? 1 : 0;
        target.connections_max = std::max(settings_.connections / count + extra, 1U);
        target.dial_again = worker.make_timer([this, i] {
            targets_[i].paused = false;
            dial_as_wanted(i);
        });
        targets_.push_back(std::move(target));
    }
}

// --- which connection takes which

void LoadRun::Machine::place(RequestId id, bool first) {
    Request& request = book_[id];
    Target& target = targets_[request.target];
    request.on = nullptr;
    if (LoadConnection* const connection = take_free(target)) {
        send(*connection, id);
        connection->flush();
        if (connection->is_open()) list(*connection);
        return;
    }
    const Waiting waiting{id, request.number};
    first ? target.waiting.push_front(waiting) : target.waiting.push_back(waiting);
    ++target.waits;
    dial_as_wanted(request.target);
}

// The one that has rested longest; where no more may be opened, one that can take more.
LoadConnection* LoadRun::Machine::take_free(Target& target) {
    while (!target.idle.empty()) {
        LoadConnection* const connection = target.idle.front();
        target.idle.pop_front();
        connection->listed_idle = false;
        if (connection->is_open() && connection->under_way() == 0) return connection;
    }
    if (target.open + target.dials < target.connections_max) return nullptr;
    while (!target.roomy.empty()) {
        LoadConnection* const connection = target.roomy.front();
        target.roomy.pop_front();
        connection->listed_roomy = false;
        if (connection->is_open() && connection->under_way() < settings_.pipelined)
            return connection;
    }
    return nullptr;
}

void LoadRun::Machine::list(LoadConnection& connection) {
    Target& target = targets_[connection.target()];
    if (connection.under_way() == 0) {
        if (!std::exchange(connection.listed_idle, true)) target.idle.push_back(&connection);
    } else if (connection.under_way() < settings_.pipelined) {
        if (!std::exchange(connection.listed_roomy, true)) target.roomy.push_back(&connection);
    }
}

RequestId LoadRun::Machine::next_waiting(Target& target) {
    while (!target.waiting.empty()) {
        const Waiting next = target.waiting.front();
        target.waiting.pop_front();
        const Request& request = book_[next.id];
        if (!request.live || request.number != next.number) continue;  // it has waited too long
        --target.waits;
        return next.id;
    }
    return kNoRequest;
}

void LoadRun::Machine::send(LoadConnection& connection, RequestId id) {
    Request& request = book_[id];
    request.on = &connection;
    request.sent = now_;
    ++counts_.sent;
    connection.add(id, targets_[connection.target()].text.of(request.key));
}

void LoadRun::Machine::give_work(LoadConnection& connection) {
    Target& target = targets_[connection.target()];
    while (connection.under_way() < settings_.pipelined) {
        RequestId id = target.waits > 0 ? next_waiting(target) : kNoRequest;
        if (id == kNoRequest) {
            if (!flat_out() || schedule_ended_) break;
            std::uint64_t key = 0;
            const std::uint64_t number = next_flat_out(key);
            ++counts_.due;
            id = book_.add(number, key, now_);
            book_[id].target = connection.target();
            watch_patience();
        }
        send(connection, id);
    }
    connection.flush();
    if (connection.is_open()) list(connection);
}

void LoadRun::Machine::answered(LoadConnection&, RequestId request, const Answer& answer) {
    end(request, Fate::answered, answer);
}

void LoadRun::Machine::has_room(LoadConnection& connection) {
    give_work(connection);
    check_end();
}

void LoadRun::Machine::broke(LoadConnection& connection, Fate fate) {
    const unsigned target = connection.target();
    --targets_[target].open;
    const bool in_order = fate == Fate::answered;
    const bool stale = settings_.resend_when_stale && connection.may_be_stale();
    for (const RequestId id : connection.take_unanswered()) {
        Request& request = book_[id];
        if (in_order) {
            place(id, true);
        } else if (stale && !std::exchange(request.resent, true)) {
            ++counts_.resent;
            place(id, true);
        } else {
            end(id, std::exchange(fate, Fate::lost));
        }
    }
    dial_as_wanted(target);
    check_end();
}

// --- how each ends

void LoadRun::Machine::watch_patience() {
    if (patience_armed_ || book_.oldest() == kNoRequest) return;
    patience_armed_ = true;
    patience_timer_->arm(book_[book_.oldest()].due + settings_.patience);
}

void LoadRun::Machine::give_up_late() {
    patience_armed_ = false;
    now_ = worker_.now();
    for (RequestId id; (id = book_.oldest()) != kNoRequest;) {
        if (book_[id].due + settings_.patience > now_) break;
        time_out(id);
    }
    watch_patience();
    check_end();
}

// Its connection is closed, for the answer might still come; those behind it are asked again.
void LoadRun::Machine::time_out(RequestId id) {
    LoadConnection* const connection = book_[id].on;
    if (connection == nullptr) {
        --targets_[book_[id].target].waits;
        return end(id, Fate::timed_out);
    }
    const unsigned target = connection->target();
    auto unanswered = connection->take_unanswered();
    --targets_[target].open;
    connection->close();
    end(id, Fate::timed_out);
    for (const RequestId behind : unanswered) {
        if (behind != id) place(behind, true);
    }
    dial_as_wanted(target);
}

void LoadRun::Machine::refuse(RequestId id) {
    Request& request = book_[id];
    if (!settings_.move_when_refused || request.moved || targets_.size() == 1) {
        return end(id, Fate::refused);
    }
    request.moved = true;
    request.target = (request.target + 1) % static_cast<unsigned>(targets_.size());
    place(id, true);
}

void LoadRun::Machine::end(RequestId id, Fate fate, const Answer& answer) {
    const Request request = book_[id];
    book_.end(id);
    ++counts_.ended;
    const Exchange exchange{.number = request.number,
                            .key = request.key,
                            .target = request.target,
                            .moved = request.moved,
                            .fate = fate,
                            .status = answer.status,
                            .due = request.due,
                            .sent = request.on == nullptr ? now_ : request.sent,
                            .ended = now_,
                            .sources = answer.sources,
                            .age_s = answer.age_s,
                            .head = answer.head,
                            .body = answer.body};
    observer_.exchange_ended(exchange);
    if (settings_.cdn != nullptr) tell_cdn(exchange);
}

void LoadRun::Machine::tell_cdn(const Exchange& exchange) {
    const bool well = !exchange.failed();
    if (well)
        settings_.cdn->fetched(exchange.key, exchange.ended);
    else
        settings_.cdn->failed(exchange.key);
    const auto waiting = behind_a_fetch_.extract(exchange.key);
    if (waiting.empty()) return;
    for (const SteadyTime due : waiting.mapped()) {
        ++counts_.ended;
        observer_.cdn_answered({.key = exchange.key,
                                .due = due,
                                .ended = exchange.ended,
                                .waited = true,
                                .well = well});
    }
}

}  // namespace aside::lab::load
