#include "lab/trials/node_pulses.h"

#include <algorithm>
#include <array>
#include <span>

namespace aside::lab::trials {

namespace {

constexpr Duration kConnectLimit = std::chrono::seconds(2);
constexpr Duration kAgainAfter = std::chrono::milliseconds(100);
constexpr Duration kEndLimit = std::chrono::seconds(5);
constexpr std::string_view kPing = "*1\r\n$4\r\nPING\r\n";

}  // namespace

// One node's. Shared with its task, which ends some time after it was told to.
class NodePulses::Pulse : public std::enable_shared_from_this<Pulse> {
  public:
    Pulse(NodePulses& pulses, unsigned node, runtime::Endpoint endpoint)
        : pulses_(&pulses), node_(node), endpoint_(std::move(endpoint)) {}

    void start(runtime::Worker& worker) { worker.spawn(run(shared_from_this(), worker)); }
    void end() {
        pulses_ = nullptr;
        if (stream_) stream_->close();
    }
    bool ended() const { return ended_; }

  private:
    static runtime::Task<> run(std::shared_ptr<Pulse> self, runtime::Worker& worker) {
        while (self->pulses_) {
            auto connected = co_await worker.connect(self->endpoint_, worker.now() + kConnectLimit);
            if (connected) {
                self->stream_ = std::move(*connected);
                co_await self->beat(worker);
                self->stream_.reset();
            }
            if (self->pulses_) co_await runtime::sleep_for(worker, kAgainAfter);
        }
        self->ended_ = true;
    }

    // Until the connection ends. Whatever line the node answers, an error too, it was there to
    // answer.
    runtime::Task<> beat(runtime::Worker& worker) {
        std::array<char, 512> line;
        while (pulses_) {
            const SteadyTime sent = worker.now();
            const auto asked = co_await runtime::write_all(*stream_, kPing);
            if (!asked) co_return;
            for (char last = 0; last != '\n';) {
                const auto got = co_await runtime::read_some(*stream_, std::span(line));
                if (!got || *got == 0) co_return;
                last = line[*got - 1];
            }
            if (!pulses_) co_return;
            pulses_->answered(node_, sent, worker.now());
            co_await runtime::sleep_for(worker, kEvery);
        }
    }

    NodePulses* pulses_;
    const unsigned node_;
    const runtime::Endpoint endpoint_;
    std::unique_ptr<runtime::Stream> stream_;
    bool ended_ = false;
};

NodePulses::~NodePulses() {
    end();
}

void NodePulses::look_after(unsigned node, const runtime::Endpoint& endpoint) {
    pulses_.push_back(std::make_shared<Pulse>(*this, node, endpoint));
    control_.on_worker([&] { pulses_.back()->start(control_.worker()); });
}

void NodePulses::answered(unsigned node, SteadyTime sent, SteadyTime at) {
    ++count_.answered;
    count_.longest = std::max(count_.longest, at - sent);
    if (at - sent < kLate) return;
    ++count_.late;
    copies_.silent(node, sent, at);
}

NodePulses::Count NodePulses::count() {
    Count count;
    control_.on_worker([&] { count = count_; });
    return count;
}

void NodePulses::end() {
    control_.on_worker([&] {
        for (const auto& pulse : pulses_) pulse->end();
    });
    (void)control_.await(kEndLimit, "the pulses to end", [&] {
        bool ended = true;
        control_.on_worker([&] {
            for (const auto& pulse : pulses_) ended &= pulse->ended();
        });
        return ended;
    });
    pulses_.clear();
}

}  // namespace aside::lab::trials
