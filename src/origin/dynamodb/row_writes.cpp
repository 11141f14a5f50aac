#include "origin/dynamodb/row_writes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <span>
#include <utility>

#include "origin/dynamodb/replies.h"
#include "origin/dynamodb/requests.h"

namespace aside::origin {

using runtime::Task;

namespace {

// Sleeps before another asking. Errors: `why`, when there is no time for one; cancelled.
Task<Result<void>> pause(WriteContext context, unsigned before, Error why) {
    runtime::Worker& worker = context.worker;
    const SteadyTime again = worker.now() + backoff(before, worker.random().unit());
    if (again >= context.deadline) co_return fail(std::move(why));
    const bool slept = co_await context.naps.until(again);
    if (!slept) co_return fail(Errc::cancelled, "closed");
    co_return Result<void>();
}

// Is this position among the first `count`, whole numbers from 0? However it is written: "1.0"
// is 1.
bool is_among(const std::string& position, std::size_t count) {
    const double number = std::strtod(position.c_str(), nullptr);
    return number >= 0 && number < static_cast<double>(count) && std::trunc(number) == number;
}

Task<Result<std::vector<std::string>>> positions_of(WriteContext context, std::string id) {
    std::vector<std::string> positions;
    std::string page_start;
    do {
        const auto json = co_await ask_patiently(context, "Query",
                                                 positions_request(context.layout, id, page_start));
        if (!json) co_return fail(json.error());
        auto page = read_positions(context.layout, *json);
        if (!page) co_return fail(page.error());
        std::ranges::move(page->positions, std::back_inserter(positions));
        page_start = std::move(page->next_page);
    } while (!page_start.empty());
    co_return positions;
}

}  // namespace

Task<Result<std::string>> ask_patiently(WriteContext context, std::string_view name,
                                        std::string body) {
    // A page of a Query is the longest answer there is.
    constexpr std::uint64_t kMostBytes = 8ULL * 1024 * 1024;
    for (unsigned pauses = 0;; ++pauses) {
        TableClient::Operation operation{
            .name = name, .body = body, .deadline = context.deadline, .limits = {}};
        operation.limits.body_bytes = kMostBytes;
        auto answer = co_await context.client.ask(context.worker, std::move(operation));
        if (answer || answer.error().code != Errc::throttled) co_return answer;
        const auto paused = co_await pause(context, pauses, std::move(answer.error()));
        if (!paused) co_return fail(paused.error());
    }
}

Task<Result<void>> write_rows(WriteContext context, std::vector<std::string> writes) {
    unsigned in_vain = 0;
    while (!writes.empty()) {
        const auto sent = static_cast<std::ptrdiff_t>(std::min(writes.size(), kBatchWriteMost));
        std::string body = batch_write_item_request(
            context.layout, std::span(writes).first(static_cast<std::size_t>(sent)));
        const auto json = co_await ask_patiently(context, "BatchWriteItem", std::move(body));
        if (!json) co_return fail(json.error());
        auto left = read_batch_write_item(context.layout, *json);
        if (!left) co_return fail(left.error());
        if (std::ssize(*left) > sent) {
            co_return fail(Errc::protocol, "DynamoDB left more unprocessed than was sent");
        }
        const bool all = left->empty();
        in_vain = std::ssize(*left) == sent ? in_vain + 1 : 0;
        std::ranges::move(*left, writes.begin());
        writes.erase(writes.begin() + std::ssize(*left), writes.begin() + sent);
        if (all) continue;
        const auto paused = co_await pause(
            context, in_vain, Error{Errc::throttled, "DynamoDB left writes unprocessed", 0});
        if (!paused) co_return fail(paused.error());
    }
    co_return Result<void>();
}

Task<Result<void>> replace_rows(WriteContext context, std::string id,
                                std::vector<Reference> references) {
    const auto positions = co_await positions_of(context, id);
    if (!positions) co_return fail(positions.error());
    std::vector<std::string> writes;
    std::uint64_t position = 0;
    for (const Reference& reference : references) {
        writes.push_back(put_row_json(context.layout, id, position++, reference));
    }
    for (const std::string& old : *positions) {
        if (is_among(old, references.size())) continue;
        writes.push_back(delete_row_json(context.layout, id, old));
    }
    const auto written = co_await write_rows(context, std::move(writes));
    co_return written;
}

}  // namespace aside::origin
