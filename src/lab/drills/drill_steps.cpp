#include "lab/drills/drill_steps.h"

#include "lab/known_values.h"

namespace aside::lab {

unsigned begin_warm(DrillContext& drill, ClientOptions options, OriginOptions origin) {
    drill.start_client(std::move(options), origin);
    drill.warm();
    return drill.cluster().primary_of(0);
}

void expect_all_hits(DrillContext& drill) {
    const MetricsPage before = drill.client().metrics();
    const StallCount stood = drill.control().stalls();
    drill.pause(std::chrono::seconds(1));
    const MetricsPage now = drill.client().metrics() - before;
    const double hits = now.l2("hit");
    const double unknown = now.sum("aside_unknown_total");
    drill.fact("last second", std::to_string(static_cast<int>(hits)) + " hits, " +
                                  std::to_string(static_cast<int>(unknown)) + " unknown");
    drill.expect(hits > 50, "reads are hits again");
    drill.expect_no_unknown(now, stood, "all reads are hits again");
}

std::vector<std::string> keys_of(DrillContext& drill, unsigned node, std::size_t count) {
    std::vector<std::string> keys;
    const auto seen = drill.cluster().layout();
    const LaidOutNode* owner =
        seen ? seen->by_port(drill.cluster().server(node).options().port) : nullptr;
    if (owner == nullptr) return keys;
    for (std::uint64_t i = 0; i < drill.client().origin().options().objects; ++i) {
        if (keys.size() == count) break;
        const std::string key = known_key(i);
        if (owner->owns(drill.client().slot_of(key))) keys.push_back(key);
    }
    return keys;
}

std::vector<std::string> keys_of_slot(DrillContext& drill, std::uint16_t slot) {
    std::vector<std::string> keys;
    for (std::uint64_t i = 0; i < drill.client().origin().options().objects; ++i) {
        const std::string key = known_key(i);
        if (drill.client().slot_of(key) == slot) keys.push_back(key);
    }
    return keys;
}

std::vector<bool> objects_of(DrillContext& drill, unsigned node) {
    std::vector<bool> owned(drill.client().origin().options().objects);
    const auto seen = drill.cluster().layout();
    const LaidOutNode* owner =
        seen ? seen->by_port(drill.cluster().server(node).options().port) : nullptr;
    for (std::uint64_t i = 0; owner != nullptr && i < owned.size(); ++i)
        owned[i] = owner->owns(drill.client().slot_of(known_key(i)));
    return owned;
}

void expect_pace(DrillContext& drill, unsigned node, std::string_view pace, Duration limit) {
    const std::string named = "\"node\":\"" + to_string(drill.proxies().endpoint(node)) + "\"";
    const std::string wanted = "\"pace\":\"" + std::string(pace) + "\"";
    const SteadyTime begun = drill.control().now();
    const std::string what = "it is " + std::string(pace) + " within " +
                             std::to_string(static_cast<int>(milliseconds(limit))) + " ms";
    drill.await(limit, what, [&] {
        const std::string status = drill.client().tier().status_json();
        const std::size_t at = status.find(named);
        const std::size_t end = status.find('}', at);
        return at != std::string::npos && status.substr(at, end - at).contains(wanted);
    });
    drill.fact(std::string(pace) + " after ms", milliseconds(drill.control().now() - begun));
}

void expect_quick_reads(DrillContext& drill) {
    using namespace std::chrono_literals;
    const LoadReport report = drill.load().report();
    drill.fact("reads of its objects while it is slow, p50 ms", milliseconds(report.p50));
    drill.fact("p99 ms", milliseconds(report.p99));
    drill.fact("max ms", milliseconds(report.max));
    drill.expect(report.p99 < 50ms, "p99 is the hedge and the replica's latency");
}

double milliseconds(Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
}

long client_connections(DrillContext& drill, unsigned node) {
    const auto list = drill.cluster().command(node, {"CLIENT", "LIST"});
    if (!list) return -1;
    long count = 0;
    const std::string mark = "user=" + std::string(kClientUser) + " ";
    for (std::size_t at = list->text.find(mark); at != std::string::npos;
         at = list->text.find(mark, at + 1))
        ++count;
    return count;
}

std::vector<ToldRange> told_ranges(DrillContext& drill) {
    std::vector<ToldRange> ranges;
    const auto seen = drill.cluster().layout();
    if (!seen) return ranges;
    for (const LaidOutNode& node : seen->nodes) {
        for (const SlotRange& slots : node.slots) {
            ToldRange range{slots, drill.cluster().node_at(node.port), {}};
            for (const LaidOutNode* replica : seen->replicas_of(node.id))
                range.replicas.push_back(drill.cluster().node_at(replica->port));
            ranges.push_back(range);
        }
    }
    return ranges;
}

std::string slots_reply(DrillContext& drill, const std::vector<ToldRange>& ranges) {
    const auto seen = drill.cluster().layout();
    const auto bulk = [](std::string_view text) {
        return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
    };
    const auto number = [](std::uint64_t value) { return ":" + std::to_string(value) + "\r\n"; };
    const auto node_of = [&](unsigned node) {
        const std::uint16_t port = drill.cluster().server(node).options().port;
        return "*4\r\n" + bulk("127.0.0.1") + number(drill.proxies().endpoint(node).port) +
               bulk(seen->by_port(port)->id) + "*0\r\n";
    };
    std::string reply = "*" + std::to_string(ranges.size()) + "\r\n";
    for (const ToldRange& range : ranges) {
        reply += "*" + std::to_string(3 + range.replicas.size()) + "\r\n";
        reply += number(range.slots.first) + number(range.slots.last) + node_of(range.primary);
        for (const unsigned replica : range.replicas) reply += node_of(replica);
    }
    return reply;
}

}  // namespace aside::lab
