#include "lab/origin/table_service.h"

namespace aside::lab {

namespace {

using origin::FaultKind;

constexpr std::string_view kContentType = "application/x-amz-json-1.0";

HttpReply table_error(unsigned status, std::string_view type, std::string_view message) {
    HttpReply reply{.status = status, .content_type = kContentType};
    reply.body.append(R"({"__type":")").append(type).append(R"(","message":")");
    reply.body.append(message).append(R"("})");
    return reply;
}

std::optional<HttpReply> reply_of(Errc code) {
    if (is_silence(code)) return std::nullopt;
    if (load_end_of(code) == LoadEnd::throttled) {
        return table_error(
            400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.");
    }
    if (code == Errc::denied) {
        return table_error(400, "com.amazon.coral.service#AccessDeniedException", "not allowed");
    }
    return table_error(500, "com.amazonaws.dynamodb.v20120810#InternalServerError",
                       "Internal server error");
}

}  // namespace

// {"id":{"S":"item-7"},"refs":{"L":[{"S":"obj-1"},{"S":"obj-2"}]}}
void TableService::append_row(std::string& into, std::uint32_t item, bool damaged) const {
    auto references = dataset_.references(item);
    if (damaged && !references.empty()) references = references.first(references.size() - 1);
    into.append(R"({"id":{"S":")").append(Dataset::item_id(item)).append(R"("},"refs":{"L":[)");
    bool first = true;
    for (const std::uint32_t object : references) {
        if (!std::exchange(first, false)) into += ',';
        into.append(R"({"S":")").append(Dataset::object_key(object)).append(R"("})");
    }
    into.append("]}}");
}

std::string TableService::rows(const TableRequest& asked, FaultKind met,
                               std::vector<OriginLoad>& loads) const {
    std::string found;
    for (OriginLoad& load : loads) {
        if (load.number == Dataset::kNoNumber || met == FaultKind::absent) {
            load.end = LoadEnd::absent;
            continue;
        }
        if (!found.empty()) found += ',';
        append_row(found, load.number, met == FaultKind::damage);
    }
    if (asked.batch) {
        return R"({"Responses":{")" + std::string(kTableName) + R"(":[)" + found +
               R"(]},"UnprocessedKeys":{}})";
    }
    return found.empty() ? "{}" : R"({"Item":)" + found + "}";
}

runtime::Task<StoreAnswer> TableService::answer(runtime::Worker& worker,
                                                const OriginRequest& request) {
    StoreAnswer answer;
    const auto asked = read_table_request(request.operation, kTableName, request.body);
    if (!asked) {
        answer.reply = table_error(400, asked.error().type, asked.error().message);
        co_return answer;
    }
    origin::FaultCall call(faults_, asked->ids.size());
    for (const std::string& id : asked->ids) {
        answer.loads.push_back({.began = worker.now(),
                                .number = dataset_.item_of(id),
                                .kind = LoadKind::item,
                                .in_progress = saturated(call.in_progress())});
    }
    const auto met = co_await call.meet(worker, kNever);
    if (met) {
        answer.reply =
            HttpReply{.content_type = kContentType, .body = rows(*asked, *met, answer.loads)};
        co_return answer;
    }
    for (OriginLoad& load : answer.loads) load.end = load_end_of(met.error().code);
    answer.reply = reply_of(met.error().code);
    co_return answer;
}

}  // namespace aside::lab
