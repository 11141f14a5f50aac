#include "origin/dynamodb/batch_writes.h"

#include <utility>

#include "origin/dynamodb/requests.h"

namespace aside::origin {

using runtime::Task;

Task<Result<void>> BatchWrites::write(std::string id,
                                      std::optional<std::vector<Reference>> references) {
    const auto pending = std::make_shared<Pending<void>>();
    queue_.add({std::move(id), std::move(references), {pending}});
    flush_soon();
    co_await pending->wait(worker_);
    co_return pending->take();
}

void BatchWrites::flush_soon() {
    if (std::exchange(flush_posted_, true)) return;
    worker_.post([this] { flush(); });
}

void BatchWrites::flush() {
    flush_posted_ = false;
    const std::size_t together = layout_.rows() ? 1 : kBatchWriteMost;
    for (;;) {
        std::vector<ItemWrite> writes = queue_.begin(together);
        if (writes.empty()) return;
        worker_.spawn(run(std::move(writes)));
    }
}

Task<> BatchWrites::run(std::vector<ItemWrite> writes) {
    const Result<void> made = co_await send(writes);
    for (const ItemWrite& write : writes) queue_.ended(write.id);
    if (!queue_.empty()) flush_soon();
    for (ItemWrite& write : writes) write.end(made);
}

Task<Result<void>> BatchWrites::send(const std::vector<ItemWrite>& writes) {
    const WriteContext context{worker_, client_, layout_, naps_, worker_.now() + kMostTime};
    const auto& [id, references, callers] = writes.front();
    if (layout_.rows()) {
        const auto replaced =
            co_await replace_rows(context, id, references.value_or(std::vector<Reference>{}));
        co_return replaced;
    }
    if (writes.size() > 1) {
        std::vector<std::string> rows;
        for (const ItemWrite& write : writes) {
            rows.push_back(write.references ? put_row_json(layout_, write.id, *write.references)
                                            : delete_row_json(layout_, write.id));
        }
        const auto written = co_await write_rows(context, std::move(rows));
        co_return written;
    }
    const bool put = references.has_value();
    const auto answer = co_await ask_patiently(
        context, put ? "PutItem" : "DeleteItem",
        put ? put_item_request(layout_, id, *references) : delete_item_request(layout_, id));
    if (!answer) co_return fail(answer.error());
    co_return Result<void>();
}

}  // namespace aside::origin
