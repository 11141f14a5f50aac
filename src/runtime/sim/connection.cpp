#include "runtime/sim/connection.h"

#include "runtime/sim/worker.h"

namespace aside::runtime {

SimConnection::SimConnection(SimNetwork& network, SimWorker& client, SimWorker& server,
                             Endpoint client_at, Endpoint server_at)
    : network_(network) {
    sides_[0].worker = &client;
    sides_[0].at = std::move(client_at);
    sides_[1].worker = &server;
    sides_[1].at = std::move(server_at);
    for (Side& side : sides_) side.host = &network_.host_state(side.at.host);
}

void SimConnection::later(int side, Callback call) {
    network_.scheduler().at(network_.scheduler().now(), sides_[side].worker->thread(),
                            EventKind::io, std::move(call));
}

// --- what a stream asks

void SimConnection::start_read(int side, std::span<char> into, IoDone& done) {
    Side& mine = sides_[side];
    mine.worker->check_thread("Stream::start_read");
    if (mine.reading != nullptr) mine.worker->check_failed("two reads at once on one stream");
    if (into.empty()) mine.worker->check_failed("a read into nothing");
    mine.read_into = into;
    mine.reading = &done;
    check_read(side);
}

Result<std::size_t> SimConnection::try_write(int side, std::span<const std::string_view> pieces) {
    Side& mine = sides_[side];
    mine.worker->check_thread("Stream::try_write");
    if (mine.closed) return fail(Errc::cancelled, "the stream is closed");
    if (mine.reset || mine.send_ended) return fail(Errc::connection_lost, "broken pipe");
    if (mine.host->frozen) return 0;
    std::string bytes;
    for (const auto piece : pieces) bytes.append(piece);
    std::size_t taken = std::min(bytes.size(), room_towards(sides_[1 - side]));
    if (taken > 1 && network_.faults.short_write.drawn(network_.random())) {
        taken = 1 + network_.random().below(taken);
    }
    if (taken == 0) return 0;
    bytes.resize(taken);
    send(side, SegmentKind::bytes, std::move(bytes));
    return taken;
}

void SimConnection::start_wait_writable(int side, IoDone& done) {
    Side& mine = sides_[side];
    mine.worker->check_thread("Stream::start_wait_writable");
    if (mine.waiting_writable != nullptr)
        mine.worker->check_failed("two waits for writing at once");
    mine.waiting_writable = &done;
    check_writable(side);
}

void SimConnection::shutdown_send(int side) {
    Side& mine = sides_[side];
    mine.worker->check_thread("Stream::shutdown_send");
    if (mine.closed || mine.reset || mine.send_ended) return;
    mine.send_ended = true;
    send(side, SegmentKind::end, {});
}

void SimConnection::close(int side) {
    Side& mine = sides_[side];
    if (mine.closed) return;
    mine.worker->check_thread("Stream::close");
    mine.closed = true;
    if (!mine.reset) {
        if (!mine.received.empty()) {
            send(side, SegmentKind::reset, {});
        } else if (!mine.send_ended) {
            send(side, SegmentKind::end, {});
        }
    }
    mine.received.clear();
    for (IoDone** operation : {&mine.reading, &mine.waiting_writable}) {
        IoDone* const done = std::exchange(*operation, nullptr);
        if (done == nullptr) continue;
        later(side, [done] { done->io_done(fail(Errc::cancelled, "the stream is closed")); });
    }
}

void SimConnection::reset() {
    lose(0);
    lose(1);
}

void SimConnection::lead_nowhere() {
    lead_nowhere_from_now();
    sides_[1].closed = true;
}

void SimConnection::look_again() {
    for (const int side : {0, 1}) {
        check_read(side);
        check_writable(side);
    }
}

// --- the wires

std::size_t SimConnection::room_towards(const Side& other) const {
    const std::size_t limit = network_.faults.send_buffer_bytes;
    return other.unread_bytes < limit ? limit - other.unread_bytes : 0;
}

void SimConnection::send(int from, SegmentKind kind, std::string bytes) {
    const int to = 1 - from;
    Side& other = sides_[to];
    const std::size_t bytes_sent = bytes.size();
    other.unread_bytes += bytes_sent;
    other.coming.push_back({kind, std::move(bytes)});
    const SteadyTime arrival = send_over(*sides_[from].host, *other.host, bytes_sent,
                                         network_.scheduler().now(), network_.draw_latency());
    other.last_arrival = std::max(other.last_arrival, arrival);
    arrive_at(other.last_arrival, to);
}

// Arrivals due together may run in any order; each takes the oldest segment, so bytes stay in
// theirs.
void SimConnection::arrive_at(SteadyTime when, int at) {
    network_.scheduler().at(when, kNetwork, EventKind::network,
                            [self = shared_from_this(), at] { self->arrive(at); });
}

void SimConnection::send_held_again() {
    for (const int side : {0, 1}) {
        Side& mine = sides_[side];
        if (mine.held == 0 || sides_[1 - side].host->cut_towards.contains(mine.host)) continue;
        const auto span = static_cast<std::uint64_t>(network_.faults.retransmission.count());
        const Duration wait(static_cast<Duration::rep>(network_.random().below(span + 1)));
        for (; mine.held > 0; --mine.held) arrive_at(network_.scheduler().now() + wait, side);
    }
}

void SimConnection::arrive(int at) {
    Side& mine = sides_[at];
    if (sides_[1 - at].host->cut_towards.contains(mine.host)) {
        ++mine.held;
        return;
    }
    Segment segment = std::move(mine.coming.front());
    mine.coming.pop_front();
    const auto& faults = network_.faults;
    if (segment.kind == SegmentKind::bytes) {
        if (faults.hang.drawn(network_.random())) mine.silent = true;
        if (faults.reset.drawn(network_.random())) return reset();
    }
    if (sides_[0].host->faults.silent || sides_[1].host->faults.silent) mine.silent = true;
    // Lost bytes go on filling the sender's buffer, as what is never acknowledged does.
    if (mine.silent || mine.reset) return;
    accept_segment(at, std::move(segment));
}

void SimConnection::accept_segment(int at, Segment segment) {
    Side& mine = sides_[at];
    switch (segment.kind) {
        case SegmentKind::reset:
            return lose(at);
        case SegmentKind::end:
            mine.end_received = true;
            break;
        case SegmentKind::bytes:
            if (mine.closed) {
                // The answer of a closed side travels back like anything else.
                if (!sides_[1 - at].reset) send(at, SegmentKind::reset, {});
                return;
            }
            mine.received += segment.bytes;
            break;
    }
    check_read(at);
}

void SimConnection::lose(int side) {
    Side& mine = sides_[side];
    if (mine.reset) return;
    mine.reset = true;
    mine.received.clear();
    check_read(side);
    check_writable(side);
}

// --- operations in progress

void SimConnection::check_read(int side) {
    Side& mine = sides_[side];
    if (mine.host->frozen) return;
    const bool can_end = mine.closed || mine.reset || mine.end_received || !mine.received.empty();
    if (mine.reading == nullptr || mine.read_due || !can_end) return;
    mine.read_due = true;
    later(side, [self = shared_from_this(), side] { self->finish_read(side); });
}

void SimConnection::check_writable(int side) {
    Side& mine = sides_[side];
    if (mine.host->frozen) return;
    const bool can_end = mine.closed || mine.reset || room_towards(sides_[1 - side]) > 0;
    if (mine.waiting_writable == nullptr || mine.writable_due || !can_end) return;
    mine.writable_due = true;
    later(side, [self = shared_from_this(), side] { self->finish_writable(side); });
}

Result<std::size_t> SimConnection::take_received(Side& mine) {
    if (mine.closed) return fail(Errc::cancelled, "the stream is closed");
    if (mine.reset) return fail(Errc::connection_lost, "connection reset by peer");
    std::size_t count = std::min(mine.received.size(), mine.read_into.size());
    if (count > 1 && network_.faults.short_read.drawn(network_.random())) {
        count = 1 + network_.random().below(count);
    }
    std::copy_n(mine.received.begin(), count, mine.read_into.begin());
    mine.received.erase(0, count);
    mine.unread_bytes -= count;
    return count;
}

void SimConnection::finish_read(int side) {
    Side& mine = sides_[side];
    mine.read_due = false;
    if (mine.host->frozen) return;  // since it fell due; the thaw looks again
    IoDone* const done = std::exchange(mine.reading, nullptr);
    if (done == nullptr) return;  // closed meanwhile
    auto result = take_received(mine);
    check_writable(1 - side);
    done->io_done(std::move(result));
}

void SimConnection::finish_writable(int side) {
    Side& mine = sides_[side];
    mine.writable_due = false;
    if (mine.host->frozen) return;
    IoDone* const done = std::exchange(mine.waiting_writable, nullptr);
    if (done == nullptr) return;
    if (mine.reset) return done->io_done(fail(Errc::connection_lost, "connection reset by peer"));
    done->io_done(0);
}

}  // namespace aside::runtime
