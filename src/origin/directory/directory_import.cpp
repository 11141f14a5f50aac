#include "origin/directory/directory_import.h"

#include "wire/references_writer.h"

namespace aside::origin {

Result<std::unique_ptr<DirectoryImport>> DirectoryImport::begin(const std::string& path,
                                                                runtime::Files& files) {
    auto tree = DirectoryTree::open(path, files, true);
    if (!tree) return fail(std::move(tree.error()));
    const auto finished = tree->finish_import();
    if (!finished) return fail(finished.error());
    return std::unique_ptr<DirectoryImport>(new DirectoryImport(std::move(*tree)));
}

DirectoryImport::~DirectoryImport() {
    // Should it fail, the next import does it.
    if (!committed_) (void)tree_.finish_import();
}

Result<void> DirectoryImport::stage(const Result<FilePlace>& place, std::string_view bytes,
                                    std::string_view what) {
    if (!place) return fail(place.error());
    const auto before = tree_.directory().stat(place->staged);
    if (before) return fail(Errc::conflict, "this " + std::string(what) + " came before");
    if (before.error().code != Errc::not_found) return fail(before.error());
    return tree_.directory().write_unsynced(place->staged, bytes);
}

Result<void> DirectoryImport::put_object(const Reference& reference, std::string_view body) {
    return stage(place_of(reference), body, "key");
}

Result<void> DirectoryImport::put_item(std::string_view id, std::span<const Reference> references) {
    wire::ReferencesWriter writer;
    for (const Reference& reference : references) writer.add(reference.key, reference.version);
    return stage(place_of_item(id), writer.finish(), "id");
}

Result<void> DirectoryImport::commit() {
    if (committed_) return fail(Errc::internal, "an import is committed once");
    const auto synced = tree_.directory().sync();
    if (!synced) return synced;
    const auto marked = tree_.directory().write(kCommittedMark, "");
    if (!marked) return marked;
    committed_ = true;
    // Readers see all of it from here on; should a move fail, the next import makes it.
    (void)tree_.finish_import();
    return {};
}

}  // namespace aside::origin
