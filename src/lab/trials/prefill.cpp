#include "lab/trials/prefill.h"

#include <algorithm>

#include "engine/portable_index.h"
#include "lab/trials/steady_ages.h"
#include "redis/protocol/key_names.h"
#include "redis/protocol/slot.h"
#include "wire/envelope.h"

namespace aside::lab::trials {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatch = 500;
constexpr Duration kBatchLimit = std::chrono::seconds(10);
constexpr double kStaleKept = 0.95;  // of the stale time: as jitter shortens it on average

// Commands on their way to one node.
struct Pending {
    unsigned node = 0;
    std::vector<RedisCommand> commands;
};

class Prefill {
  public:
    Prefill(ControlThread& control, LocalCluster& cluster, const Dataset& data,
            const Workload& workload, PrefillOptions options)
        : control_(control),
          cluster_(cluster),
          data_(data),
          workload_(workload),
          options_(options) {}

    Result<Prefilled> run(Design design) {
        auto layout = cluster_.layout();
        if (!layout) return fail(std::move(layout.error()));
        Prefilled filled{.at = {}, .ages = ages()};
        filled.at = control_.now();
        layout_ = std::move(*layout);
        pending_.resize(cluster_.size());
        for (unsigned node = 0; node < cluster_.size(); ++node) pending_[node].node = node;
        control_.on_worker([&] { now_ = control_.worker().wall_now(); });
        for (std::uint32_t object = 0; object < data_.options().objects && done_; ++object) {
            const Duration age = filled.ages[object];
            design == Design::aside ? put_envelope(object, age) : put_plain(object, age);
        }
        for (std::uint32_t item = 0; item < data_.options().items && done_; ++item)
            if (design == Design::aside) put_index(item);
        for (Pending& pending : pending_) send(pending);
        if (!done_) return fail(std::move(done_.error()));
        return filled;
    }

  private:
    std::vector<Duration> ages() const {
        if (options_.age) return std::vector(data_.options().objects, *options_.age);
        return steady_ages(data_, workload_);
    }

    void put_plain(std::uint32_t object, Duration age) {
        const Duration left = workload_.objects_fresh - age;
        if (left <= Duration{}) return;
        put(Dataset::object_key(object), data_.body(object, data_.generation(object)), left);
    }

    void put_envelope(std::uint32_t object, Duration age) {
        const std::string body = data_.body(object, data_.generation(object));
        const std::string tag = Dataset::entity_tag(object, data_.generation(object));
        put_value({ValueKind::object, Dataset::object_key(object)},
                  {.validator = tag,
                   .body = body,
                   .origin_time = now_ - age,
                   .fresh_until = now_ - age + workload_.objects_fresh});
    }

    void put_index(std::uint32_t item) {
        std::vector<std::string> keys;
        for (const std::uint32_t object : data_.references(item))
            keys.push_back(Dataset::object_key(object));
        std::vector<engine::KeyView> views;
        for (const std::string& key : keys) views.push_back({ValueKind::object, 0, key});
        const std::string entry = engine::encode_index_entry(views, nullptr);
        const std::string body = engine::encode_portable_index(engine::IndexEntry(entry));
        put_value({ValueKind::index_entry, Dataset::item_id(item)},
                  {.body = body, .origin_time = now_, .fresh_until = now_ + workload_.index_fresh});
    }

    void put_value(RemoteKey key, const wire::Envelope& envelope) {
        std::string name, bytes;
        naming_.data_name(key, name);
        wire::append_envelope(bytes, envelope, wire::envelope_fingerprint(key.kind, key.bytes), {});
        const double stale = static_cast<double>(workload_.stale.count()) * kStaleKept;
        put(name, std::move(bytes),
            envelope.fresh_until - now_ + Duration(static_cast<Duration::rep>(stale)));
    }

    void put(const std::string& name, std::string bytes, Duration keep_for) {
        const LaidOutNode* owner = layout_.owner(redis::slot_of_name(name));
        if (owner == nullptr) {
            done_ = fail(Errc::not_found, "a slot without an owner");
            return;
        }
        const auto left_ms = std::chrono::duration_cast<milliseconds>(keep_for).count();
        Pending& pending = pending_[cluster_.node_at(owner->port)];
        pending.commands.push_back({"SET", name, std::move(bytes), "PX",
                                    std::to_string(std::max<std::int64_t>(1, left_ms))});
        if (pending.commands.size() >= kBatch) send(pending);
    }

    void send(Pending& pending) {
        if (pending.commands.empty() || !done_) return;
        auto replies = ask_redis(control_, cluster_.server(pending.node).admin(), pending.commands,
                                 kBatchLimit);
        pending.commands.clear();
        if (!replies) {
            done_ = fail(std::move(replies.error()));
            return;
        }
        for (const RedisReply& reply : *replies)
            if (reply.is_error()) done_ = fail(Errc::refused, reply.text);
    }

    ControlThread& control_;
    LocalCluster& cluster_;
    const Dataset& data_;
    const Workload& workload_;
    const PrefillOptions options_;
    const redis::KeyNaming naming_{"aside:"};
    ClusterLayout layout_;
    WallTime now_{};
    std::vector<Pending> pending_;
    Result<void> done_;
};

}  // namespace

Result<Prefilled> prefill(ControlThread& control, LocalCluster& cluster, const Dataset& data,
                          const Workload& workload, Design design, PrefillOptions options) {
    return Prefill(control, cluster, data, workload, options).run(design);
}

}  // namespace aside::lab::trials
