#include "cli/bulk_upload.h"

#include "base/hash.h"

namespace aside::cli {
namespace {

Result<void> came_before(std::string_view what) {
    return fail(Errc::conflict, "this " + std::string(what) + " came before");
}

// What an error names: a key may hold anything, and be long.
std::string named(std::string_view what, std::string_view name) {
    constexpr std::size_t kShownBytes = 200;
    std::string text(what);
    text.append(" '").append(name.substr(0, kShownBytes));
    return text.append(name.size() > kShownBytes ? "…'" : "'");
}

}  // namespace

ObjectUpload::ObjectUpload(runtime::Runtime& runtime, std::shared_ptr<ObjectStore> store,
                           ObjectsThere there, UploadLimits limits)
    : store_(std::move(store)),
      there_(std::move(there)),
      queue_(runtime, limits, [store = store_](runtime::Worker& worker) { store->close(worker); }) {
}

Result<void> ObjectUpload::put_object(const Reference& reference, std::string_view body) {
    const std::uint64_t hash =
        hash_combine(hash_bytes(reference.key), hash_bytes(reference.version));
    if (!seen_.add(hash)) return came_before("key");
    if (reference.version.empty() && there_.same(reference.key, body)) {
        ++skipped_;
        return {};
    }
    Upload upload;
    upload.name = named("object", reference.key);
    upload.bytes = body.size();
    upload.attempt = [store = store_, reference, body = std::make_shared<const std::string>(body)](
                         runtime::Worker& worker) { return store->put(worker, reference, *body); };
    std::vector<Upload> one;
    one.push_back(std::move(upload));
    return queue_.add(std::move(one));
}

Result<void> ObjectUpload::put_item(std::string_view, std::span<const Reference>) {
    return fail(Errc::internal, "an item for a store of objects");
}

Result<void> ObjectUpload::commit() {
    return queue_.finish();
}

ItemUpload::ItemUpload(runtime::Runtime& runtime, std::shared_ptr<Index> store, UploadLimits limits)
    : store_(std::move(store)),
      queue_(runtime, limits, [store = store_](runtime::Worker& worker) { store->close(worker); }) {
}

Result<void> ItemUpload::put_object(const Reference&, std::string_view) {
    return fail(Errc::internal, "an object for an index");
}

Result<void> ItemUpload::put_item(std::string_view id, std::span<const Reference> references) {
    if (!seen_.add(hash_bytes(id))) return came_before("id");
    Upload upload;
    upload.name = named("item", id);
    for (const Reference& one : references) upload.bytes += one.key.size() + one.version.size();
    upload.attempt = [store = store_, id = std::string(id),
                      all = std::vector<Reference>(references.begin(), references.end())](
                         runtime::Worker& worker) { return store->put(worker, id, all); };
    pending_.push_back(std::move(upload));
    return pending_.size() < kItemsTogether ? Result<void>() : send_pending();
}

Result<void> ItemUpload::send_pending() {
    if (pending_.empty()) return {};
    return queue_.add(std::exchange(pending_, {}));
}

Result<void> ItemUpload::commit() {
    if (auto sent = send_pending(); !sent) return sent;
    return queue_.finish();
}

}  // namespace aside::cli
