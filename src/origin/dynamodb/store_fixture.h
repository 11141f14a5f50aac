// Test support: a store on a scripted server that speaks as DynamoDB does of one table.
#pragma once

#include <algorithm>
#include <map>

#include "aws/store_bed_fixture.h"
#include "origin/dynamodb/dynamodb_store.h"
#include "runtime/when_all.h"

namespace aside::origin {

using http_client::reply;
using http_client::ScriptedReply;
using http_client::ScriptedRequest;
using namespace std::chrono_literals;

inline ScriptedReply refusal(unsigned status, const std::string& name) {
    return reply(status, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + name +
                             R"(","message":"told so"})");
}

struct StoreTest : aws::StoreBed<DynamodbStore> {
    explicit StoreTest(TableLayout layout = {.table = "items"}) {
        DynamodbOptions options;
        options.layout = std::move(layout);
        options.region = "eu-west-1";
        options.host = "10.0.0.2:8080";
        options.max_references = 5;
        options.http.name = "dynamodb";
        open(std::move(options));
        server.answer = [this](const ScriptedRequest& to) { return answer_to(to); };
    }

    ~StoreTest() override {
        if (store) end();  // before the table that the server answers from
    }

    // --- The table
    static std::string row_of(const std::string& id) {
        return R"({"id":{"S":")" + id + R"("},"refs":{"L":[{"S":")" + id + R"(/1"}]}})";
    }
    ScriptedReply answer_to(const ScriptedRequest& to) {
        const auto ids = ids_in(to.body);
        const bool none =
            std::ranges::all_of(ids, [&](const auto& id) { return unprocessed[id] > 0; });
        if (!none || ids.size() > 1) return reply(200, table_answer(to));
        --unprocessed[ids.front()];
        return refusal(400, "ProvisionedThroughputExceededException");
    }
    std::string table_answer(const ScriptedRequest& to) {
        const std::string operation = to.field("x-amz-target");
        if (operation == "DynamoDB_20120810.GetItem") {
            const std::string id = ids_in(to.body).front();
            return rows.contains(id) ? R"({"Item":)" + rows.at(id) + "}" : "{}";
        }
        if (operation != "DynamoDB_20120810.BatchGetItem") return "{}";
        std::string found;
        std::string left;
        for (const std::string& id : ids_in(to.body)) {
            const bool processed = unprocessed[id] == 0;
            if (!processed) --unprocessed[id];
            std::string& into = processed ? found : left;
            if (processed && !rows.contains(id)) continue;
            if (!into.empty()) into += ',';
            into += processed ? rows.at(id) : R"({"id":{"S":")" + id + R"("}})";
        }
        const std::string keys = left.empty() ? "" : R"("items":{"Keys":[)" + left + "]}";
        return R"({"Responses":{"items":[)" + found + R"(]},"UnprocessedKeys":{)" + keys + "}}";
    }
    // Each "id":{"S":"…"} of a body, in order.
    static std::vector<std::string> ids_in(const std::string& body) {
        constexpr std::string_view kBefore = R"("id":{"S":")";
        std::vector<std::string> ids;
        for (std::size_t at = body.find(kBefore); at != std::string::npos;
             at = body.find(kBefore, at)) {
            at += kBefore.size();
            ids.push_back(body.substr(at, body.find('"', at) - at));
        }
        return ids;
    }
    // The operations that were asked, in order.
    std::vector<std::string> operations() const {
        std::vector<std::string> names;
        for (const auto& request : server.requests) {
            const std::string target = request.field("x-amz-target");
            names.push_back(target.substr(target.find('.') + 1));
        }
        return names;
    }

    // --- Callers
    Result<LoadedIndex> load(std::string id, LoadRequest request = {}) {
        if (request.deadline == kNever) request.deadline = world.now() + 5s;
        return world.run(store->load(world.worker(0), std::move(id), std::move(request)));
    }
    // "found a/1 b@7", "absent", "throttled"
    static std::string shown(const Result<LoadedIndex>& loaded) {
        if (!loaded) return std::string(name_of(loaded.error().code));
        if (loaded->state == LoadState::absent) return "absent";
        if (loaded->state == LoadState::not_modified) return "not modified";
        std::string text = "found";
        for (const auto& [key, version] : loaded->references) {
            text += " " + key + (version.empty() ? "" : "@" + version);
        }
        return text;
    }
    struct Outcome {
        std::string shown;
        Duration took{};
    };
    runtime::Task<> load_into(std::string id, LoadRequest request, Outcome& into) {
        const SteadyTime began = world.now();
        const auto loaded =
            co_await store->load(world.worker(0), std::move(id), std::move(request));
        into = {shown(loaded), world.now() - began};
    }
    runtime::Task<> together(std::vector<std::string> ids, std::vector<LoadRequest> requests,
                             std::vector<Outcome>& into) {
        std::vector<runtime::Task<>> loads;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            loads.push_back(load_into(ids[i], requests[i], into[i]));
        }
        co_await when_all(world.worker(0), std::move(loads));
    }
    // Loads of one turn. A request without a deadline has 5 s.
    std::vector<Outcome> load_together(const std::vector<std::string>& ids,
                                       std::vector<LoadRequest> requests = {}) {
        requests.resize(ids.size());
        for (auto& request : requests) {
            if (request.deadline == kNever) request.deadline = world.now() + 5s;
        }
        std::vector<Outcome> outcomes(ids.size());
        world.run(together(ids, std::move(requests), outcomes));
        return outcomes;
    }
    // As load_together, and nobody waits for them; a request without a deadline has none.
    void begin_together(std::vector<std::string> ids, std::vector<Outcome>& into) {
        std::vector<LoadRequest> requests(ids.size());
        into.resize(ids.size());
        world.spawn(0, together(std::move(ids), std::move(requests), into));
    }
    static std::vector<std::string> numbered(std::size_t count) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i) ids.push_back("i" + std::to_string(i));
        return ids;
    }

    std::map<std::string, std::string> rows;      // JSON by id
    std::map<std::string, unsigned> unprocessed;  // so many times yet
};

}  // namespace aside::origin
