#include "origin/dynamodb/batch_reads.h"

#include <utility>

#include "origin/dynamodb/requests.h"

namespace aside::origin {

using runtime::Task;

namespace {

// Askings in a row that leave everything unprocessed.
constexpr unsigned kMostInVain = 10;

}  // namespace

Task<Result<LoadedIndex>> BatchReads::load(std::string id, LoadRequest request) {
    const auto pending = std::make_shared<Pending<LoadedIndex>>(request.deadline);
    ReadBatch::Load load{pending, std::move(request.validator), request.max_bytes};
    if (request.admit) {
        const Batch alone = std::make_shared<ReadBatch>(request.consistent);
        alone->add(std::move(id), std::move(load));
        worker_.spawn(run(alone, std::move(request.admit)));
    } else {
        join(std::move(id), std::move(load), request.consistent);
    }
    co_await pending->wait(worker_);
    co_return pending->take();
}

void BatchReads::join(std::string id, ReadBatch::Load load, bool consistent) {
    if (joined_.empty()) worker_.post([this] { flush(); });
    Batch& open = open_[consistent ? 1 : 0];
    if (!open || open->size() == kBatchGetMost) {
        open = std::make_shared<ReadBatch>(consistent);
        joined_.push_back(open);
    }
    open->add(std::move(id), std::move(load));
}

void BatchReads::flush() {
    open_ = {};
    for (const Batch& batch : std::exchange(joined_, {})) worker_.spawn(run(batch, {}));
}

Task<> BatchReads::run(Batch batch, std::function<bool(std::uint64_t)> admit) {
    bool again = false;
    for (unsigned in_vain = 0;;) {
        if (batch->wanted().empty()) co_return;
        Result<BatchAnswer> answer = co_await ask(*batch, batch->wanted(), admit);
        const Errc code = answer ? Errc::internal : answer.error().code;
        // One of them is too large: the others are not to end for it.
        if (code == Errc::too_large && batch->wanted().size() > 1) {
            worker_.spawn(run(std::make_shared<ReadBatch>(batch->split()), {}));
            continue;
        }
        // When there is no capacity for any of what was left, that is told as an error.
        const bool still_unprocessed = again && code == Errc::throttled;
        if (!answer && !still_unprocessed) {
            batch->end_all(answer.error());
            co_return;
        }
        in_vain = answer && batch->take(std::move(*answer)) ? 0 : in_vain + 1;
        if (in_vain == kMostInVain) batch->end_unprocessed_by(kNever);
        if (batch->wanted().empty()) co_return;
        again = true;
        const SteadyTime when = worker_.now() + backoff(in_vain, worker_.random().unit());
        batch->end_unprocessed_by(when);
        const bool slept = co_await naps_.until(when);
        if (!slept) batch->end_all(Error{Errc::cancelled, "closed", 0});
    }
}

// `ids` point into the batch: not to be read any more once somebody may have ended there.
Task<Result<BatchAnswer>> BatchReads::ask(const ReadBatch& batch, std::vector<std::string_view> ids,
                                          std::function<bool(std::uint64_t)> admit) {
    TableClient::Operation operation{.deadline = batch.deadline()};
    operation.limits.body_bytes = batch.most_reply_bytes(max_references_);
    operation.limits.admit = std::move(admit);
    if (ids.size() > 1) {
        operation.name = "BatchGetItem";
        operation.body = batch_get_item_request(layout_, ids, batch.consistent());
        const auto json = co_await client_.ask(worker_, std::move(operation));
        if (!json) co_return fail(json.error());
        co_return read_batch_get_item(layout_, *json, max_references_);
    }
    const std::string id(ids.front());
    operation.name = "GetItem";
    operation.body = get_item_request(layout_, id, batch.consistent());
    const auto json = co_await client_.ask(worker_, std::move(operation));
    if (!json) co_return fail(json.error());
    co_return read_one(id, *json);
}

// As the answer to a batch of one. Its errors are the row's: there is no other that they could be
// of.
Result<BatchAnswer> BatchReads::read_one(std::string_view id, std::string_view json) const {
    auto item = read_get_item(layout_, json, max_references_);
    if (!item) return fail(item.error());
    BatchAnswer answer{.of_table = true, .rows = {}, .unprocessed = {}};
    if (*item) answer.rows.push_back({std::string(id), std::move(**item)});
    return answer;
}

}  // namespace aside::origin
