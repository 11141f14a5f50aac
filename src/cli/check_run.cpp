#include "cli/check_run.h"

#include <fmt/format.h>

#include "cli/check_advice.h"
#include "cli/session.h"
#include "config/value_text.h"
#include "origin/dynamodb/dynamodb_store.h"
#include "origin/s3/s3_store.h"

namespace aside::cli {
namespace {

using namespace config::parameter;
using runtime::Task;
using runtime::Worker;

// L2 is looked for from the start on; so long it is waited for.
constexpr Duration kRemotePatience = std::chrono::seconds(3);
constexpr Duration kRemotePoll = std::chrono::milliseconds(20);

class ReadCheck {
  public:
    ReadCheck(Worker& worker, const Stack& stack, const config::Config& config)
        : worker_(worker),
          stack_(stack),
          config_(config),
          table_(dynamic_cast<origin::DynamodbStore*>(stack.stores.index.get())),
          bucket_(dynamic_cast<origin::S3Store*>(stack.stores.objects.get())) {}

    Task<bool> run(std::string id) {
        const bool signed_in = co_await check_credentials();
        Reference first{"", {}};
        if (signed_in || !table_) co_await check_index(id, first);
        if (stack_.remote) co_await check_remote(id);
        if (signed_in || !bucket_) co_await check_objects(first);
        co_return well_;
    }

  private:
    // One line, and what to do if it is the first that tells of something wrong.
    void tell(std::string_view step, std::string_view what, SteadyTime began, const Error* error,
              std::string_view advice) {
        const double took_ms = static_cast<double>((worker_.now() - began).count()) / 1e6;
        print(fmt::format("{:<11} {:<6} {}{}{} ({:.1f} ms)\n", step, error ? "FAILED" : "ok",
                          shown(what), error ? ": " : "", error ? shown(to_string(*error)) : "",
                          took_ms));
        if (!error) return;
        if (std::exchange(well_, false) && !advice.empty()) {
            print(fmt::format("            -> {}.\n", shown(advice)));
        }
    }

    SteadyTime deadline() const { return worker_.now() + config_.get(origin_deadline); }
    LoadRequest load_request() const {
        return {.deadline = deadline(), .max_bytes = config_.get(objects_max_bytes)};
    }

    Task<bool> check_credentials() {
        aws::CredentialProvider* const provider = stack_.ground->aws.made();
        if (!provider) co_return true;
        const SteadyTime began = worker_.now();
        const auto given = co_await provider->credentials(worker_, deadline());
        tell("credentials", "from " + std::string(provider->source_name()), began,
             given ? nullptr : &given.error(), given ? "" : advice_on_credentials(given.error()));
        co_return given.has_value();
    }

    // Before anything is asked: what fails here is the network's affair, or TLS's.
    Task<bool> check_connection(std::string_view step, const AskedService& asked,
                                const http_client::ClientOptions& http) {
        const SteadyTime began = worker_.now();
        const auto stream =
            co_await worker_.connect(http.endpoint, began + http.connect_timeout, http.connect);
        if (stream) (*stream)->close();
        tell(step, to_string(http.endpoint) + (asked.tls ? ": connect by TLS" : ": connect"), began,
             stream ? nullptr : &stream.error(),
             stream ? "" : advice_on_connection(asked, stream.error()));
        co_return stream.has_value();
    }

    Task<> check_index(const std::string& id, Reference& first) {
        std::optional<AskedService> asked;
        if (table_) {
            asked = asked_table(*table_);
            const bool connected = co_await check_connection("index", *asked, table_->http());
            if (!connected) co_return;
            const bool right = co_await check_keys(*asked);
            if (!right) co_return;
        }
        const SteadyTime began = worker_.now();
        auto entry = co_await stack_.stores.index->load(worker_, id, load_request());
        const std::string_view action =
            table_ && table_->layout().rows() ? "dynamodb:Query" : "dynamodb:GetItem";
        tell("index", read_of(index_url, id, entry), began, entry ? nullptr : &entry.error(),
             entry || !asked ? "" : advice_on_answer(*asked, action, entry.error()));
        if (entry && !entry->references.empty()) first = std::move(entry->references.front());
    }

    Task<bool> check_keys(const AskedService& asked) {
        const SteadyTime began = worker_.now();
        const auto keys = co_await table_->describe(worker_, deadline());
        if (!keys && keys.error().code == Errc::denied) {
            // Serving does without; then reading an item must tell.
            print(
                "index       --     its keys are not compared: dynamodb:DescribeTable is not "
                "allowed\n");
            co_return true;
        }
        if (!keys) {
            tell("index", "table " + asked.resource, began, &keys.error(),
                 advice_on_answer(asked, "dynamodb:DescribeTable", keys.error()));
            co_return false;
        }
        const std::string advice = advice_on_keys(table_->layout(), *keys);
        const Error wrong{Errc::bad_input, "not the keys that index.url says"};
        tell("index", "table " + asked.resource + ": compare its keys", began,
             advice.empty() ? nullptr : &wrong, advice);
        co_return advice.empty();
    }

    Task<> check_objects(const Reference& first) {
        std::optional<AskedService> asked;
        if (bucket_) {
            asked = asked_bucket(*bucket_);
            const bool connected = co_await check_connection("objects", *asked, bucket_->http());
            if (!connected) co_return;
        }
        const bool named = !first.key.empty();
        bool read = false;
        if (named) {
            const SteadyTime began = worker_.now();
            const auto object =
                co_await stack_.stores.objects->load(worker_, first, load_request());
            read = object.has_value();
            const std::string_view action =
                first.version.empty() ? "s3:GetObject" : "s3:GetObjectVersion";
            tell("objects", read_of(objects_url, first.key, object), began,
                 object ? nullptr : &object.error(),
                 object || !asked ? "" : advice_on_answer(*asked, action, object.error()));
            if (!object) co_return;
        }
        co_await check_absent_object(asked ? &*asked : nullptr, read);
    }

    // What cannot exist must be told as absent, and not as forbidden.
    Task<> check_absent_object(const AskedService* asked, bool object_was_read) {
        const std::string key = fmt::format("aside-check/{:016x}", worker_.random().next());
        const SteadyTime began = worker_.now();
        const auto object =
            co_await stack_.stores.objects->load(worker_, Reference{key, {}}, load_request());
        tell("objects", read_of(objects_url, key, object), began,
             object ? nullptr : &object.error(),
             object || !asked ? "" : advice_on_absent_key(*asked, object.error(), object_was_read));
    }

    Task<> check_remote(const std::string& id) {
        const SteadyTime began = worker_.now();
        const RemoteKey key{ValueKind::index_entry, id};
        RemoteState state = RemoteState::unknown;
        UnknownReason reason = UnknownReason::no_route;
        std::string where;
        while (state == RemoteState::unknown && worker_.now() < began + kRemotePatience) {
            if (!where.empty()) co_await runtime::sleep_for(worker_, kRemotePoll);
            const RemoteAnswer& answer = co_await read_remote(
                *stack_.remote, worker_, key, worker_.now() + config_.get(request_deadline));
            state = answer.state;
            reason = answer.reason;
            where = answer.node.empty() ? std::string("no node")
                                        : fmt::format("{}, slot {}", answer.node, answer.slot);
        }
        const bool known = state != RemoteState::unknown;
        const Error unknown{Errc::io, std::string(name_of(reason))};
        tell("l2",
             fmt::format("{}: read '{}': {} from {}", config::redact_url(config_.get(l2_url)), id,
                         known ? (state == RemoteState::hit ? "found" : "not there") : "no answer",
                         where),
             began, known ? nullptr : &unknown,
             known ? "" : advice_on_remote(*parse_remote_url(config_.get(l2_url)), reason));
    }

    template <class Key, class Loaded>
    std::string read_of(Key url, std::string_view name, const Result<Loaded>& loaded) const {
        const std::string_view state = !loaded                              ? ""
                                       : loaded->state == LoadState::absent ? ": absent"
                                                                            : ": found";
        return fmt::format("{}: read '{}'{}", config::redact_url(config_.get(url)), name, state);
    }

    static AskedService asked_of(aws::Service service, const http_client::ClientOptions& http) {
        AskedService asked;
        asked.service = service;
        asked.host = http.endpoint.host;
        asked.port = http.endpoint.port;
        asked.tls = http.connect.tls != nullptr;
        return asked;
    }
    static AskedService asked_table(const origin::DynamodbStore& table) {
        AskedService asked = asked_of(aws::Service::dynamodb, table.http());
        asked.region = table.region();
        asked.resource = table.layout().table;
        return asked;
    }
    static AskedService asked_bucket(const origin::S3Store& store) {
        AskedService asked = asked_of(aws::Service::s3, store.http());
        asked.region = store.bucket().region;
        asked.resource = store.bucket().name;
        asked.prefix = store.bucket().prefix;
        return asked;
    }

    Worker& worker_;
    const Stack& stack_;
    const config::Config& config_;
    origin::DynamodbStore* const table_;  // null: the index is another store
    origin::S3Store* const bucket_;       // null: so are the objects
    bool well_ = true;
};

}  // namespace

Task<bool> check_read(Worker& worker, const Stack& stack, const config::Config& config,
                      std::string id) {
    ReadCheck check(worker, stack, config);
    co_return co_await check.run(std::move(id));
}

}  // namespace aside::cli
