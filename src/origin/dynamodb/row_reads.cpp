#include "origin/dynamodb/row_reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "origin/dynamodb/loaded_index.h"
#include "origin/dynamodb/replies.h"
#include "origin/dynamodb/requests.h"

namespace aside::origin {

using runtime::Task;
using runtime::Worker;

Task<Result<LoadedIndex>> load_rows(Worker& worker, TableClient& client, const TableLayout& layout,
                                    std::string id, LoadRequest request,
                                    std::size_t max_references) {
    References references;
    std::uint64_t taken = 0;  // bytes of the pages before
    std::string page_start;
    do {
        TableClient::Operation operation{
            .name = "Query",
            .body = query_request(layout, id, request.consistent, page_start),
            .deadline = request.deadline};
        // A page has at most 1 MB of content.
        operation.limits.body_bytes = most_reply_bytes(request.max_bytes, max_references);
        if (request.admit) {
            operation.limits.admit = [&request, taken](std::uint64_t bytes) {
                return request.admit(taken + bytes);
            };
        }
        auto json = co_await client.ask(worker, std::move(operation));
        if (!json) {
            // What was wanted in all, not what this page would have had.
            if (json.error().code == Errc::bytes_in_flight) json.error().amount += taken;
            co_return fail(std::move(json.error()));
        }
        taken += json->size();
        auto page = read_query(layout, *json, max_references - references.size());
        if (!page) co_return fail(page.error());
        std::ranges::move(page->references, std::back_inserter(references));
        page_start = std::move(page->next_page);
    } while (!page_start.empty());
    if (references.empty()) co_return LoadedIndex{};
    co_return loaded_index(std::move(references), request.validator, request.max_bytes);
}

}  // namespace aside::origin
