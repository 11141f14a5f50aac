#include "origin/dynamodb/table_client.h"

#include <utility>

#include "origin/dynamodb/failures.h"

namespace aside::origin {

using runtime::Task;
using runtime::Worker;

TableClient::TableClient(TableClientOptions options, unsigned workers,
                         aws::CredentialProvider& credentials, telemetry::Registry& registry,
                         telemetry::Logger* log)
    : host_(std::move(options.host)),
      alarm_(log, "dynamodb://" + options.table),
      client_({.http = std::move(options.http),
               .region = std::move(options.region),
               .service = aws::Service::dynamodb,
               .read_meaning = dynamodb_meaning},
              workers, credentials, registry) {}

Task<Result<std::string>> TableClient::ask(Worker& worker, Operation operation) {
    aws::SignedRequest request{
        .method = "POST",
        .host = host_,
        .path = "/",
        .query = {},
        .fields = {{"x-amz-target", std::string("DynamoDB_20120810.").append(operation.name)},
                   {"content-type", "application/x-amz-json-1.0"}},
        .body = std::move(operation.body),
        .has_body = true,
        .idempotent = true,
        .deadline = operation.deadline,
        .limits = std::move(operation.limits)};
    Result<http_client::HttpAnswer> answer = co_await client_.send(worker, std::move(request));
    if (!answer) co_return fail(std::move(answer.error()));
    const Result<void> whole = check_crc32(answer->head.field("x-amz-crc32"), answer->body);
    if (!whole) co_return fail(whole.error());
    if (answer->head.status == 200) co_return std::move(answer->body);
    DynamodbFailure failure = failure_of(answer->head.status, answer->body);
    if (failure.meaning.configuration) alarm_.raise(worker.now(), failure.error);
    co_return fail(std::move(failure.error));
}

}  // namespace aside::origin
