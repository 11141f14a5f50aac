#include "cli/objects_there.h"

#include "base/error_meaning.h"
#include "base/hash.h"
#include "wire/md5.h"

namespace aside::cli {
namespace {

constexpr Duration kPageTimeout = std::chrono::seconds(30);
constexpr std::uint32_t kAttempts = 5;
constexpr Duration kPause = std::chrono::milliseconds(500);

std::string_view unquoted(std::string_view etag) {
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
        etag = etag.substr(1, etag.size() - 2);
    }
    return etag;
}

runtime::Task<Result<wire::S3List>> list_page(runtime::Worker& worker, origin::S3Store& store,
                                              std::string continuation) {
    for (std::uint32_t made = 1;; ++made) {
        Result<wire::S3List> page =
            co_await store.list(worker, continuation, worker.now() + kPageTimeout);
        if (page || made == kAttempts || !retry_may_help(page.error().code)) co_return page;
        co_await runtime::sleep_for(worker, kPause * made);
    }
}

}  // namespace

void ObjectsThere::add(std::string_view key, std::string_view etag) {
    digests_.insert_or_assign(hash_bytes(key), hash_bytes(unquoted(etag)));
}

bool ObjectsThere::same(std::string_view key, std::string_view body) const {
    const auto found = digests_.find(hash_bytes(key));
    if (found == digests_.end()) return false;
    const auto digest = wire::md5_hex(body);
    return digest && found->second == hash_bytes(*digest);
}

runtime::Task<Result<ObjectsThere>> list_objects(runtime::Worker& worker, origin::S3Store& store) {
    ObjectsThere there;
    std::string continuation;
    do {
        Result<wire::S3List> page = co_await list_page(worker, store, continuation);
        if (!page) co_return fail(std::move(page.error()));
        for (const wire::S3Object& object : page->objects) {
            there.add(object.key, object.etag);
        }
        continuation = std::move(page->continuation);
    } while (!continuation.empty() && there.size() < kMostListed);
    co_return there;
}

}  // namespace aside::cli
