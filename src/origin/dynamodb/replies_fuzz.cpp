// Whatever comes back is read as every kind of answer, errors included: nothing but a value or an
// error comes of it, and an error is never the word that an item does not exist.
#include <cstdint>
#include <cstdlib>

#include "origin/dynamodb/failures.h"
#include "origin/dynamodb/replies.h"

using namespace aside::origin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    const TableLayout list{.table = "t"};
    const TableLayout rows{.table = "t", .position = "n"};
    constexpr std::size_t kMost = 8;
    const auto item = read_get_item(list, json, kMost);
    if (item && *item && (*item)->size() > kMost) std::abort();
    if (const auto batch = read_batch_get_item(list, json, kMost)) {
        for (const auto& row : batch->rows) {
            if (row.references && row.references->size() > kMost) std::abort();
        }
    }
    if (const auto page = read_query(rows, json, kMost)) {
        if (page->references.size() != page->positions.size()) std::abort();
    }
    (void)read_positions(rows, json);
    (void)read_batch_write_item(rows, json);
    (void)read_describe_table(json);
    for (const unsigned status : {400U, 404U, 500U, 503U}) {
        const DynamodbFailure failure = failure_of(status, json);
        if (failure.meaning.step == aside::aws::ErrorStep::absent) std::abort();
        if (failure.error.detail.empty()) std::abort();
    }
    if (check_crc32(json, "{}") && !json.empty() && json.find("2745614147") == json.npos) {
        std::abort();
    }
    return 0;
}
