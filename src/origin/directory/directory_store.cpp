#include "origin/directory/directory_store.h"

#include "runtime/blocking.h"
#include "wire/references_json.h"
#include "wire/references_writer.h"

namespace aside::origin {

using runtime::run_blocking;
using runtime::Task;
using runtime::Worker;

namespace {

constexpr std::size_t kMostReferences = 1'000'000;  // what may be served is the engine's to say

std::string settled_validator(const runtime::FileInfo& info, WallTime asked_at) {
    const Duration written(info.modified_ns);
    const bool young = written + kYoung > asked_at.time_since_epoch();
    return young ? std::string() : validator_of(info);
}

}  // namespace

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(std::string path,
                                                             runtime::Files& files) {
    const auto tree = DirectoryTree::open(path, files);
    if (!tree) return fail(tree.error());
    return std::unique_ptr<DirectoryStore>(new DirectoryStore(std::move(path), files));
}

Task<Result<FoundFile>> DirectoryStore::read(Worker& worker, Result<FilePlace> place,
                                             LoadRequest request) {
    if (!place) co_return fail(place.error());
    if (request.deadline <= worker.now())
        co_return fail(Errc::deadline, "no time left to read a file");
    auto found = co_await run_blocking(worker, [&]() -> Result<FoundFile> {
        auto tree = DirectoryTree::open(path_, files_);
        if (!tree) return fail(std::move(tree.error()));
        return tree->read(*place, request);
    });
    co_return found;
}

Task<Result<void>> DirectoryStore::write(Worker& worker, Result<FilePlace> place,
                                         std::string bytes) {
    if (!place) co_return fail(place.error());
    auto written = co_await run_blocking(worker, [&]() -> Result<void> {
        auto tree = DirectoryTree::open(path_, files_);
        if (!tree) return fail(std::move(tree.error()));
        return tree->write(*place, bytes);
    });
    co_return written;
}

Task<Result<void>> DirectoryStore::erase(Worker& worker, Result<FilePlace> place) {
    if (!place) co_return fail(place.error());
    auto removed = co_await run_blocking(worker, [&]() -> Result<void> {
        auto tree = DirectoryTree::open(path_, files_);
        if (!tree) return fail(std::move(tree.error()));
        return tree->remove(*place);
    });
    co_return removed;
}

Task<Result<LoadedObject>> DirectoryStore::load(Worker& worker, Reference reference,
                                                LoadRequest request) {
    const WallTime asked_at = worker.wall_now();
    auto found = co_await read(worker, place_of(reference), std::move(request));
    if (!found) co_return fail(std::move(found.error()));
    if (found->state == LoadState::absent) co_return LoadedObject{};
    auto validator = settled_validator(found->info, asked_at);
    co_return LoadedObject{found->state, std::move(found->bytes), std::move(validator)};
}

Task<Result<LoadedIndex>> DirectoryStore::load(Worker& worker, std::string id,
                                               LoadRequest request) {
    const WallTime asked_at = worker.wall_now();
    auto found = co_await read(worker, place_of_item(id), std::move(request));
    if (!found) co_return fail(std::move(found.error()));
    LoadedIndex loaded;
    loaded.state = found->state;
    if (loaded.state == LoadState::absent) co_return loaded;
    loaded.validator = settled_validator(found->info, asked_at);
    if (loaded.state == LoadState::not_modified) co_return loaded;
    auto references = wire::decode_references(found->bytes, kMostReferences);
    if (!references) {
        co_return fail(Errc::corrupt, "the references of an item: " + references.error().detail);
    }
    for (auto& [key, version] : *references) {
        loaded.references.push_back({std::move(key), std::move(version)});
    }
    co_return loaded;
}

Task<Result<void>> DirectoryStore::put(Worker& worker, Reference reference, std::string body) {
    const auto written = co_await write(worker, place_of(reference), std::move(body));
    co_return written;
}

Task<Result<void>> DirectoryStore::put(Worker& worker, std::string id,
                                       std::vector<Reference> references) {
    wire::ReferencesWriter writer;
    for (const Reference& reference : references) writer.add(reference.key, reference.version);
    const auto written = co_await write(worker, place_of_item(id), writer.finish());
    co_return written;
}

Task<Result<void>> DirectoryStore::remove(Worker& worker, Reference reference) {
    const auto removed = co_await erase(worker, place_of(reference));
    co_return removed;
}

Task<Result<void>> DirectoryStore::remove(Worker& worker, std::string id) {
    const auto removed = co_await erase(worker, place_of_item(id));
    co_return removed;
}

}  // namespace aside::origin
