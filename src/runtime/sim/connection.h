// One connection of the simulated network: two sides, a pipe each way.
//
// Bytes written wait in the pipe for their latency, then in the receiver's buffer; both count
// against the send buffer. Closing with unread bytes resets the peer, as TCP does; so do bytes that
// arrive at a closed side. What meets a cut link is held, and sent again when the link is healed.
// Thread rule: the world's thread; a side's calls come from its worker. Ownership: shared by its
// two streams and the events under way.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "runtime/sim/network.h"

namespace aside::runtime {

struct SimConnection : std::enable_shared_from_this<SimConnection> {
    SimConnection(SimNetwork& network, SimWorker& client, SimWorker& server, Endpoint client_at,
                  Endpoint server_at);

    // `side` is 0 for who connected, 1 for who accepted.
    void start_read(int side, std::span<char> into, IoDone& done);
    Result<std::size_t> try_write(int side, std::span<const std::string_view> pieces);
    void start_wait_writable(int side, IoDone& done);
    void shutdown_send(int side);
    void close(int side);
    void reset();

    // The server's side is nobody: it takes bytes and never answers, not even by an end.
    void lead_nowhere();
    // Bytes vanish, both ways.
    void lead_nowhere_from_now() { sides_[0].silent = sides_[1].silent = true; }
    // Keepalive finds out that they did.
    void find_silent() {
        if (sides_[0].silent || sides_[1].silent) reset();
    }
    bool touches(const SimHost& host) const {
        return sides_[0].host == &host || sides_[1].host == &host;
    }
    void look_again();       // a frozen host has been thawed
    void send_held_again();  // a link has been healed

    const Endpoint& peer_of(int side) const { return sides_[1 - side].at; }
    SimWorker& worker_of(int side) const { return *sides_[side].worker; }

  private:
    enum class SegmentKind : std::uint8_t { bytes, end, reset };
    struct Segment {
        SegmentKind kind;
        std::string bytes;
    };
    struct Side {
        SimWorker* worker;
        Endpoint at;
        SimHost* host;
        bool closed = false;
        bool reset = false;
        bool send_ended = false;
        // What comes towards this side.
        std::deque<Segment> coming;
        SteadyTime last_arrival{};
        std::size_t held = 0;  // arrivals that met a cut link
        bool silent = false;
        std::string received;
        bool end_received = false;
        std::size_t unread_bytes = 0;  // coming and received
        // Operations in progress.
        std::span<char> read_into;
        IoDone* reading = nullptr;
        IoDone* waiting_writable = nullptr;
        bool read_due = false;
        bool writable_due = false;
    };
    void send(int from, SegmentKind kind, std::string bytes);
    void arrive(int at);
    void arrive_at(SteadyTime when, int at);
    void accept_segment(int at, Segment segment);
    void lose(int side);
    void check_read(int side);
    void check_writable(int side);
    void finish_read(int side);
    void finish_writable(int side);
    Result<std::size_t> take_received(Side& mine);
    std::size_t room_towards(const Side& other) const;
    void later(int side, Callback call);

    SimNetwork& network_;
    Side sides_[2];
};

// What is cancelled is told by an event of its own, which outlives the stream.
class SimStream final : public Stream {
  public:
    SimStream(std::shared_ptr<SimConnection> connection, int side)
        : connection_(std::move(connection)), side_(side) {}
    ~SimStream() override { connection_->close(side_); }
    void start_read(std::span<char> into, IoDone& done) override {
        connection_->start_read(side_, into, done);
    }
    Result<std::size_t> try_write(std::span<const std::string_view> pieces) override {
        return connection_->try_write(side_, pieces);
    }
    void start_wait_writable(IoDone& done) override {
        connection_->start_wait_writable(side_, done);
    }
    void shutdown_send() override { connection_->shutdown_send(side_); }
    void close() override { connection_->close(side_); }
    const Endpoint& peer() const override { return connection_->peer_of(side_); }

  private:
    std::shared_ptr<SimConnection> connection_;
    const int side_;
};

}  // namespace aside::runtime
