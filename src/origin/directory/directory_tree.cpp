#include "origin/directory/directory_tree.h"

#include <charconv>
#include <limits>

namespace aside::origin {

using runtime::FileInfo;

std::string validator_of(const FileInfo& info) {
    std::string text;
    for (const std::uint64_t number :
         {info.inode, info.size_bytes, static_cast<std::uint64_t>(info.modified_ns)}) {
        char digits[16];
        const auto end = std::to_chars(digits, digits + sizeof digits, number, 16);
        if (!text.empty()) text += '-';
        text.append(digits, end.ptr);
    }
    return text;
}

Result<DirectoryTree> DirectoryTree::open(const std::string& path, runtime::Files& files,
                                          bool create) {
    auto directory = files.open_directory(path, create);
    if (!directory) return fail(std::move(directory.error()));
    return DirectoryTree(std::move(*directory));
}

Result<bool> DirectoryTree::exists(const std::string& name) {
    const auto info = directory_->stat(name);
    if (info) return true;
    if (info.error().code == Errc::not_found) return false;
    const auto none = names_no_file(name);
    if (none && *none) return false;
    return fail(info.error());
}

Result<bool> DirectoryTree::committed() {
    return exists(std::string(kCommittedMark));
}

// After a `denied`: is it because the name is a folder's, or because a part of it that should be a
// folder is a file? Then no file can have it; else it is a link or a matter of permission.
Result<bool> DirectoryTree::names_no_file(const std::string& name) {
    if (directory_->list(name)) return true;
    for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1)) {
        if (directory_->stat(name.substr(0, at))) return true;
    }
    return false;
}

Result<std::optional<FoundFile>> DirectoryTree::read_at(const std::string& name,
                                                        const LoadRequest& request) {
    if (name.empty()) return std::nullopt;
    if (!request.validator.empty()) {
        const auto info = directory_->stat(name);
        if (info && validator_of(*info) == request.validator) {
            return FoundFile{LoadState::not_modified, {}, *info};
        }
    }
    const std::uint64_t limit =
        request.max_bytes > 0 ? request.max_bytes : std::numeric_limits<std::uint64_t>::max();
    auto content = directory_->read(name, limit, request.admit);
    if (content) return FoundFile{LoadState::found, std::move(content->bytes), content->info};
    if (content.error().code == Errc::not_found) return std::nullopt;
    if (content.error().code == Errc::denied) {
        const auto none = names_no_file(name);
        if (none && *none) return std::nullopt;
    }
    return fail(std::move(content.error()));
}

Result<FoundFile> DirectoryTree::read(const FilePlace& place, const LoadRequest& request) {
    const auto overlaid = committed();
    if (!overlaid) return fail(overlaid.error());
    for (const std::string& name :
         {*overlaid ? place.staged : std::string(), place.plain, place.own, place.plain}) {
        auto found = read_at(name, request);
        if (!found) return fail(std::move(found.error()));
        if (*found) return std::move(**found);
    }
    return FoundFile{};
}

Result<void> DirectoryTree::remove_if_there(const std::string& name) {
    const auto there = exists(name);
    if (!there) return fail(there.error());
    if (!*there) return {};
    auto removed = directory_->remove(name);
    if (!removed && removed.error().code == Errc::not_found) return {};
    return removed;
}

Result<void> DirectoryTree::write(const FilePlace& place, std::string_view bytes) {
    auto written = place.plain.empty() ? fail(Errc::denied) : directory_->write(place.plain, bytes);
    if (written) {
        written = remove_if_there(place.own);
    } else if (written.error().code == Errc::denied) {
        const bool barred = place.plain.empty() || names_no_file(place.plain).value_or(false);
        if (barred) written = directory_->write(place.own, bytes);
    }
    if (!written) return written;
    const auto overlaid = committed();
    if (!overlaid) return fail(overlaid.error());
    return *overlaid ? remove_if_there(place.staged) : Result<void>();
}

Result<void> DirectoryTree::remove(const FilePlace& place) {
    const auto overlaid = committed();
    if (!overlaid) return fail(overlaid.error());
    // The plain one last: it hides the others.
    for (const std::string& name :
         {*overlaid ? place.staged : std::string(), place.own, place.plain}) {
        const auto removed = name.empty() ? Result<void>() : remove_if_there(name);
        if (!removed) return removed;
    }
    return {};
}

Result<void> DirectoryTree::move_into_place(const FilePlace& place) {
    if (!place.plain.empty()) {
        const auto moved = directory_->rename_unsynced(place.staged, place.plain);
        if (moved) return remove_if_there(place.own);
        const bool barred =
            moved.error().code == Errc::denied && names_no_file(place.plain).value_or(false);
        if (!barred) return moved;
    }
    return directory_->rename_unsynced(place.staged, place.own);
}

// Calls `use(name)` for every file below `folder`, with its name from there.
template <class Use>
Result<void> DirectoryTree::each_staged(const std::string& folder, Use use) {
    std::vector<std::string> folders = {""};
    while (!folders.empty()) {
        const std::string below = std::move(folders.back());
        folders.pop_back();
        std::string path = folder + "/" + below;
        path.pop_back();
        const auto names = directory_->list(path);
        if (!names && names.error().code == Errc::not_found) continue;
        if (!names) return fail(names.error());
        for (const std::string& name : *names) {
            if (name.ends_with('/')) {
                folders.push_back(below + name);
                continue;
            }
            const auto used = use(below + name);
            if (!used) return used;
        }
    }
    return {};
}

Result<void> DirectoryTree::finish_import() {
    const auto whole = committed();
    if (!whole) return fail(whole.error());
    for (const std::string_view folder : {kStagedObjects, kStagedItems}) {
        const auto used =
            each_staged(std::string(folder), [&](const std::string& name) -> Result<void> {
                if (!*whole) return remove_if_there(std::string(folder) + "/" + name);
                const auto reference = reference_of_name(name);
                if (!reference) return fail(reference.error());
                const auto place =
                    folder == kStagedItems ? place_of_item(reference->key) : place_of(*reference);
                if (!place) return fail(place.error());
                return move_into_place(*place);
            });
        if (!used) return used;
    }
    if (!*whole) return {};
    // The mark goes last, and not before the moves are sure to last.
    const auto synced = directory_->sync();
    return synced ? directory_->remove(kCommittedMark) : synced;
}

}  // namespace aside::origin
