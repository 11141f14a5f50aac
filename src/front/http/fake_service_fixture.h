// For tests: a Service whose memory is a map, whose loads take virtual time, and which remembers
// what it was asked. Thread rule: one sim worker.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/service.h"

namespace aside::front {

// A value with storage of its own.
class TestValue final : public Value {
  public:
    static ValueRef make(const std::string& key, const std::string& body) {
        return ValueRef::adopt(new TestValue(key, body));
    }

  private:
    TestValue(const std::string& key, const std::string& body) : bytes_(key + body) {
        key_size_ = static_cast<std::uint16_t>(key.size());
        body_size_ = static_cast<std::uint32_t>(body.size());
        data_ = bytes_.data();
        destroy_ = [](const Value* self) noexcept { delete static_cast<const TestValue*>(self); };
    }
    const std::string bytes_;
};

class FakeService final : public Service {
  public:
    EpochDomain& epochs() override { return epochs_; }

    // What there is. Keys in `cold` are not in memory: they take `load_time`.
    std::map<std::string, std::vector<std::string>> items;
    std::map<std::string, ValueRef> objects;  // "key" or "key@version"
    std::set<std::string> cold;
    std::map<std::string, Error> failures;
    std::vector<std::string> missing;
    Duration load_time = std::chrono::milliseconds(100);
    Duration age{};
    std::uint64_t lent = 0, lent_max = 1000;
    TierReport report{.origin = true, .l1 = true};
    std::string curve;  // empty: none is made
    std::vector<std::string> calls;
    unsigned loading = 0, most_loading = 0;

    void put(const std::string& key, const std::string& body) {
        objects[key] = TestValue::make(key, body);
    }

    bool try_object(runtime::Worker&, const ObjectQuery& query, Answer& answer) override {
        const std::string name = name_of(query);
        if (cold.contains(name)) return false;
        note(query.steps, "object " + name, Source::l1);
        fill_object(name, answer, false);
        return true;
    }
    bool try_item(runtime::Worker&, const ItemQuery& query, Answer& answer) override {
        if (!cold.empty() && cold.contains(std::string(query.id))) return false;
        if (query.steps) note(query.steps, "item " + std::string(query.id), Source::l1);
        fill_item(query.id, answer, false);
        return true;
    }
    runtime::Task<> object(runtime::Worker& worker, ObjectQuery query, Answer& answer) override {
        const std::string name = name_of(query);
        co_await load(worker);
        note(query.steps, "object " + name, Source::origin);
        fill_object(name, answer, true);
    }
    runtime::Task<> item(runtime::Worker& worker, ItemQuery query, Answer& answer) override {
        co_await load(worker);
        note(query.steps, "item", Source::origin);
        fill_item(query.id, answer, true);
    }

    runtime::Task<Result<TierReport>> invalidate_object(runtime::Worker& worker,
                                                        Reference reference) override {
        return written(worker, "invalidate object ", reference.key, reference.version);
    }
    runtime::Task<Result<TierReport>> invalidate_item(runtime::Worker& worker,
                                                      std::string id) override {
        return written(worker, "invalidate item ", std::move(id), {});
    }
    runtime::Task<Result<TierReport>> put_object(runtime::Worker& worker, Reference reference,
                                                 std::string body) override {
        return written(worker, "put object ", reference.key, reference.version + "=" + body);
    }
    runtime::Task<Result<TierReport>> remove_object(runtime::Worker& worker,
                                                    Reference reference) override {
        return written(worker, "remove object ", reference.key, reference.version);
    }
    runtime::Task<Result<TierReport>> put_item(runtime::Worker& worker, std::string id,
                                               std::vector<Reference> references) override {
        std::string list;
        for (const Reference& reference : references)
            list += "," + reference.key + "@" + reference.version;
        return written(worker, "put item ", std::move(id), std::move(list));
    }
    runtime::Task<Result<TierReport>> remove_item(runtime::Worker& worker,
                                                  std::string id) override {
        return written(worker, "remove item ", std::move(id), {});
    }

    std::uint64_t lent_bytes() const override { return lent; }
    std::uint64_t lent_max_bytes() const override { return lent_max; }
    std::string status_json() const override { return R"("l1":{"entries":1})"; }
    std::string curve_json() const override { return curve; }
    std::vector<HotKey> hot(std::size_t limit) const override {
        std::vector<HotKey> keys{{"item", "a\"b", 7}, {"object", "k", 3}};
        keys.resize(std::min(limit, keys.size()));
        return keys;
    }

  private:
    static std::string name_of(const ObjectQuery& query) {
        std::string name(query.key);
        if (!query.version.empty()) (name += "@") += query.version;
        return name;
    }
    static void note(std::vector<Step>* steps, const std::string& what, Source source) {
        if (steps) steps->push_back({what, source, false, std::chrono::microseconds(1500)});
    }

    runtime::Task<> load(runtime::Worker& worker) {
        most_loading = std::max(most_loading, ++loading);
        co_await runtime::sleep_for(worker, load_time);
        --loading;
    }

    bool failed(const std::string& name, Answer& answer) {
        if (!failures.contains(name)) return false;
        answer.outcome = Outcome::failed;
        answer.error = failures[name];
        answer.retry_after = std::chrono::milliseconds(2500);
        return true;
    }

    void add(const ValueRef& value, Answer& answer, bool loaded) {
        if (loaded)
            answer.adopt(value);
        else
            answer.borrow(value.get());
        if (!value) return;
        ++(loaded ? answer.from_origin : answer.from_l1);
        answer.body_bytes += value->body().size();
    }

    void fill_object(const std::string& name, Answer& answer, bool loaded) {
        if (failed(name, answer)) return;
        answer.outcome = objects.contains(name) ? Outcome::ok : Outcome::absent;
        if (answer.outcome == Outcome::ok) add(objects[name], answer, loaded);
        answer.etag = 0xabc;
        answer.age = age;
    }

    void fill_item(std::string_view id, Answer& answer, bool loaded) {
        if (!failures.empty() && failed(std::string(id), answer)) return;
        answer.etag = 0xdef;
        answer.age = age;
        const auto item = items.find(std::string(id));
        answer.outcome = item == items.end() ? Outcome::absent : Outcome::ok;
        if (item == items.end()) return;
        for (const std::string& key : item->second) add(objects[key], answer, loaded);
        answer.missing = missing;
    }

    runtime::Task<Result<TierReport>> written(runtime::Worker& worker, std::string what,
                                              std::string name, std::string more) {
        co_await load(worker);
        calls.push_back(what + name + (more.empty() ? "" : "@") + more);
        if (failures.contains(name)) co_return fail(failures[name]);
        co_return report;
    }

    EpochDomain epochs_{4};
};

}  // namespace aside::front
