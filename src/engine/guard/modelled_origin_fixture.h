// An origin as a queueing model, in virtual time: so many servers, each busy for a drawn time with
// what it serves, and one line before them. Its capacity C (the concurrency at which the median
// latency doubles) is measured on the model itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace aside::engine {

enum class ServiceTimes : std::uint8_t { even, lognormal, exponential, bimodal };

struct OriginModel {
    double servers = 32;                               // at a time
    Duration service = std::chrono::milliseconds(10);  // the median of what one takes
    ServiceTimes times = ServiceTimes::lognormal;

    Duration draw(Random& random) const {
        double factor = 1;
        switch (times) {
            case ServiceTimes::even:
                factor = 0.9 + 0.2 * random.unit();
                break;
            case ServiceTimes::lognormal: {
                // Box, Muller 1958
                const double u = std::sqrt(-2 * std::log(1 - random.unit()));
                factor = std::exp(0.4 * u * std::cos(6.283185307179586 * random.unit()));
                break;
            }
            case ServiceTimes::exponential:
                factor = -std::log(1 - random.unit()) / std::log(2.0);
                break;
            case ServiceTimes::bimodal:  // one in twenty takes eight times as long
                factor = random.chance(1, 20) ? 8 : 0.9 + 0.2 * random.unit();
                break;
        }
        return Duration(static_cast<Duration::rep>(static_cast<double>(service.count()) * factor));
    }
};

// Runs events in the order of their times.
class EventLine {
  public:
    SteadyTime now() const { return now_; }
    void at(SteadyTime when, std::function<void()> call) {
        events_.push({when, number_++, std::move(call)});
    }
    void run_until(SteadyTime end) {
        while (!events_.empty() && events_.top().when <= end) {
            Event event = events_.top();
            events_.pop();
            now_ = event.when;
            event.call();
        }
        now_ = end;
    }

  private:
    struct Event {
        SteadyTime when;
        std::uint64_t number;
        std::function<void()> call;
        bool operator<(const Event& other) const {
            return when != other.when ? when > other.when : number > other.number;
        }
    };
    SteadyTime now_{};
    std::uint64_t number_ = 0;
    std::priority_queue<Event> events_;
};

class ModelledOrigin {
  public:
    ModelledOrigin(EventLine& line, OriginModel model, std::uint64_t seed)
        : line_(line), random_(seed), model_(model) {}

    // What is being served goes on as it was; what waits is served as the model now is.
    void change(OriginModel model) {
        model_ = model;
        serve();
    }
    const OriginModel& model() const { return model_; }
    void ask(std::function<void()> answered) {
        waiting_.push_back(std::move(answered));
        serve();
    }

  private:
    void serve() {
        while (!waiting_.empty() && busy_ < model_.servers) {
            ++busy_;
            std::function<void()> answered = std::move(waiting_.front());
            waiting_.pop_front();
            line_.at(line_.now() + model_.draw(random_), [this, answered = std::move(answered)] {
                --busy_;
                serve();
                answered();
            });
        }
    }
    EventLine& line_;
    Random random_;
    OriginModel model_;
    std::deque<std::function<void()>> waiting_;
    std::uint32_t busy_ = 0;
};

// What `concurrency` clients that ask again at once see of a model.
struct ClosedLoop {
    Duration median{};
    double per_second = 0;
};
inline ClosedLoop closed_loop(const OriginModel& model, unsigned concurrency) {
    EventLine line;
    ModelledOrigin origin(line, model, 99);
    std::vector<Duration> took;
    const Duration warm = 20 * model.service, span = 200 * model.service;
    std::function<void()> ask = [&] {
        origin.ask([&, began = line.now()] {
            if (began > SteadyTime{} + warm) took.push_back(line.now() - began);
            ask();
        });
    };
    for (unsigned i = 0; i < concurrency; ++i) ask();
    line.run_until(SteadyTime{} + warm + span);
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::ranges::nth_element(took, middle);
    return {*middle,
            static_cast<double>(took.size()) / std::chrono::duration<double>(span).count()};
}

// The concurrency at which the median latency is twice that of a single client.
inline unsigned capacity_of(const OriginModel& model) {
    const Duration alone = closed_loop(model, 1).median;
    unsigned low = 1, high = static_cast<unsigned>(4 * model.servers) + 4;
    while (low + 1 < high) {
        const unsigned middle = (low + high) / 2;
        (closed_loop(model, middle).median < 2 * alone ? low : high) = middle;
    }
    return high;
}

}  // namespace aside::engine
