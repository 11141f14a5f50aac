#include "origin/s3/s3_store.h"

#include <limits>

namespace aside::origin {
namespace {

using runtime::Task;
using runtime::Worker;

// ListObjectsV2 gives out at most 1,000 keys of 1,024 bytes, each byte three times as long when it
// is encoded, with what stands around them.
constexpr std::size_t kListMost = 1000;
constexpr std::uint64_t kListBytes = 8 * 1024 * 1024;

aws::SignedClientOptions client_options(const S3Options& options) {
    return {.http = options.http,
            .region = options.bucket.region,
            .service = aws::Service::s3,
            .read_meaning = read_s3_meaning};
}

}  // namespace

S3Store::S3Store(S3Options options, unsigned workers, aws::CredentialProvider& credentials,
                 telemetry::Registry& registry, telemetry::Logger* log)
    : options_(std::move(options)),
      alarm_(log, "s3://" + options_.bucket.name),
      client_(client_options(options_), workers, credentials, registry) {}

S3Failure S3Store::failure_in(Worker& worker, const http_client::HttpAnswer& answer) {
    S3Failure failure = failure_of(answer, worker.wall_now());
    if (failure.meaning.configuration) alarm_.raise(worker.now(), failure.error);
    return failure;
}

Task<Result<LoadedObject>> S3Store::load(Worker& worker, Reference reference, LoadRequest request) {
    aws::SignedRequest get = get_object_request(options_.bucket, reference, request.validator);
    get.deadline = request.deadline;
    get.limits.body_bytes =
        request.max_bytes > 0 ? request.max_bytes : std::numeric_limits<std::uint64_t>::max();
    get.limits.admit = std::move(request.admit);
    auto answer = co_await client_.send(worker, std::move(get));
    if (!answer) co_return fail(std::move(answer.error()));
    if (succeeded(*answer)) co_return loaded_object(*answer, !request.validator.empty());
    S3Failure failure = failure_in(worker, *answer);
    if (failure.absent()) co_return LoadedObject{};
    co_return fail(std::move(failure.error));
}

Task<Result<LoadedObject>> S3Store::head(Worker& worker, Reference reference, SteadyTime deadline) {
    aws::SignedRequest head = head_object_request(options_.bucket, reference);
    head.deadline = deadline;
    auto answer = co_await client_.send(worker, std::move(head));
    if (!answer) co_return fail(std::move(answer.error()));
    if (succeeded(*answer)) {
        co_return LoadedObject{LoadState::found, {}, std::string(answer->head.field("etag"))};
    }
    // Nothing names what is missing: here alone the bare status must do.
    constexpr unsigned kNotFound = 404;
    if (answer->head.status == kNotFound) co_return LoadedObject{};
    co_return fail(failure_in(worker, *answer).error);
}

Task<Result<void>> S3Store::put(Worker& worker, Reference reference, std::string body) {
    if (!reference.version.empty()) {
        co_return fail(Errc::unsupported,
                       "S3 gives out versions itself: put the object without one");
    }
    co_return co_await put_if(worker, std::move(reference.key), std::move(body), PutCondition::none,
                              worker.now() + options_.write_timeout);
}

Task<Result<void>> S3Store::put_if(Worker& worker, std::string key, std::string body,
                                   PutCondition condition, SteadyTime deadline) {
    aws::SignedRequest put = put_object_request(options_.bucket, key, condition);
    put.body = std::move(body);
    put.has_body = true;
    put.deadline = deadline;
    const auto answer = co_await client_.send(worker, std::move(put));
    if (!answer) co_return fail(answer.error());
    if (answer->head.status / 100 == 2) co_return Result<void>();
    co_return fail(failure_in(worker, *answer).error);
}

Task<Result<void>> S3Store::remove(Worker& worker, Reference reference) {
    aws::SignedRequest remove = delete_object_request(options_.bucket, reference);
    remove.deadline = worker.now() + options_.write_timeout;
    const auto answer = co_await client_.send(worker, std::move(remove));
    if (!answer) co_return fail(answer.error());
    if (answer->head.status / 100 == 2) co_return Result<void>();
    S3Failure failure = failure_in(worker, *answer);
    if (failure.absent()) co_return Result<void>();
    co_return fail(std::move(failure.error));
}

Task<Result<wire::S3List>> S3Store::list(Worker& worker, std::string continuation,
                                         SteadyTime deadline) {
    aws::SignedRequest ask = list_page_request(options_.bucket, continuation);
    ask.deadline = deadline;
    ask.limits.body_bytes = kListBytes;
    const auto answer = co_await client_.send(worker, std::move(ask));
    if (!answer) co_return fail(answer.error());
    if (answer->head.status / 100 != 2) {
        co_return fail(failure_in(worker, *answer).error);
    }
    auto page = wire::decode_s3_list(answer->body, kListMost);
    if (!page) co_return page;
    const std::string& prefix = options_.bucket.prefix;
    for (wire::S3Object& object : page->objects) {
        if (!object.key.starts_with(prefix)) {
            co_return fail(Errc::protocol, "S3 listed a key that does not begin with the prefix");
        }
        object.key.erase(0, prefix.size());
    }
    co_return page;
}

}  // namespace aside::origin
