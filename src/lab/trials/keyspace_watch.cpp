#include "lab/trials/keyspace_watch.h"

#include <charconv>
#include <span>

#include "wire/resp.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kConnectLimit = std::chrono::seconds(2);
constexpr Duration kAgainAfter = std::chrono::milliseconds(100);
constexpr Duration kListenLimit = std::chrono::seconds(5);
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::string_view kChannel = "__keyevent@0__:";

bool begins_a_copy(std::string_view event) {
    return event == "set" || event == "rename_to";
}

bool ends_a_copy(std::string_view event) {
    return event == "del" || event == "expired" || event == "evicted" || event == "rename_from" ||
           event == "unlink";
}

}  // namespace

// One node's. Shared with its task, which ends some time after it was told to.
class KeyspaceWatch::Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(KeyspaceWatch& watch, unsigned node, runtime::Endpoint endpoint)
        : watch_(&watch), node_(node), endpoint_(std::move(endpoint)) {}

    void start(runtime::Worker& worker) { worker.spawn(run(shared_from_this(), worker)); }
    void end() {
        watch_ = nullptr;
        if (stream_) stream_->close();
    }
    bool listening() const { return listening_; }
    bool ended() const { return ended_; }

  private:
    static runtime::Task<> run(std::shared_ptr<Listener> self, runtime::Worker& worker) {
        while (self->watch_) {
            auto connected = co_await worker.connect(self->endpoint_, worker.now() + kConnectLimit);
            if (connected) {
                self->stream_ = std::move(*connected);
                co_await self->listen(worker);
                self->stream_.reset();
                self->listening_ = false;
            }
            if (self->watch_) co_await runtime::sleep_for(worker, kAgainAfter);
        }
        self->ended_ = true;
    }

    runtime::Task<> listen(runtime::Worker& worker) {
        std::string words;
        wire::append_resp_command(
            words, std::vector<std::string_view>{"PSUBSCRIBE", std::string(kChannel) + "*"});
        const auto asked = co_await runtime::write_all(*stream_, words);
        wire::RespReader reader;
        std::string buffer;
        while (asked && watch_) {
            const std::size_t had = buffer.size();
            buffer.resize(had + kReadBytes);
            const auto got = co_await runtime::read_some(*stream_, std::span(buffer).subspan(had));
            if (!got || *got == 0) co_return;
            buffer.resize(had + *got);
            if (!take(reader, buffer, worker.now())) co_return;
        }
    }

    bool take(wire::RespReader& reader, std::string& buffer, SteadyTime now) {
        std::size_t used = 0;
        for (;;) {
            const auto found = reader.read(std::string_view(buffer).substr(used));
            if (found == wire::RespReader::Result::broken) return false;
            if (found == wire::RespReader::Result::more) break;
            hear(reader.root(), now);
            used += reader.frame_bytes();
        }
        buffer.erase(0, used);
        return true;
    }

    // "pmessage", pattern, channel, key.
    void hear(const wire::RespNode& message, SteadyTime now) {
        listening_ = true;
        if (message.count != 4 || !watch_) return;
        const wire::RespNode* word = wire::first_child(message);
        word = wire::next_sibling(wire::next_sibling(word));
        const std::string_view event =
            word->text.substr(std::min(kChannel.size(), word->text.size()));
        watch_->heard_ += 1;
        const std::string_view key = wire::next_sibling(word)->text;
        if (!key.starts_with(watch_->prefix_)) return;
        const std::string_view name = key.substr(watch_->prefix_.size());
        std::uint32_t object = Dataset::kNoNumber;
        if (!name.starts_with("obj-")) return;
        (void)std::from_chars(name.data() + 4, name.data() + name.size(), object);
        watch_->evicted_ += event == "evicted";
        watch_->expired_ += event == "expired";
        if (begins_a_copy(event)) watch_->copies_.stored(node_, object, now);
        if (event == "restore") watch_->copies_.moved(node_, object, now);  // with its slot
        if (ends_a_copy(event)) watch_->copies_.gone(node_, object, now);
    }

    KeyspaceWatch* watch_;
    const unsigned node_;
    const runtime::Endpoint endpoint_;
    std::unique_ptr<runtime::Stream> stream_;
    bool listening_ = false, ended_ = false;
};

KeyspaceWatch::KeyspaceWatch(ControlThread& control, Copies& copies, std::string prefix)
    : control_(control), copies_(copies), prefix_(std::move(prefix)) {}

KeyspaceWatch::~KeyspaceWatch() {
    end();
}

Result<void> KeyspaceWatch::watch(unsigned node, const runtime::Endpoint& endpoint) {
    auto listener = std::make_shared<Listener>(*this, node, endpoint);
    listeners_.push_back(listener);
    control_.on_worker([&] { listener->start(control_.worker()); });
    return control_.await(kListenLimit, "keyspace notifications", [&] {
        bool listening = false;
        control_.on_worker([&] { listening = listener->listening(); });
        return listening;
    });
}

std::uint64_t KeyspaceWatch::heard() {
    std::uint64_t count = 0;
    control_.on_worker([&] { count = heard_; });
    return count;
}
std::uint64_t KeyspaceWatch::evicted() {
    std::uint64_t count = 0;
    control_.on_worker([&] { count = evicted_; });
    return count;
}
std::uint64_t KeyspaceWatch::expired() {
    std::uint64_t count = 0;
    control_.on_worker([&] { count = expired_; });
    return count;
}

void KeyspaceWatch::end() {
    control_.on_worker([&] {
        for (const auto& listener : listeners_) listener->end();
    });
    (void)control_.await(kListenLimit, "the listeners to end", [&] {
        bool ended = true;
        control_.on_worker([&] {
            for (const auto& listener : listeners_) ended &= listener->ended();
        });
        return ended;
    });
    listeners_.clear();
}

}  // namespace aside::lab::trials
