#include "runtime/sim/files.h"

#include <numeric>

#include "runtime/file_name.h"
#include "runtime/sim/world.h"

namespace aside::runtime {

namespace {

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

class SimDirectory final : public Directory {
  public:
    SimDirectory(SimFiles& files, std::string path) : files_(files), path_(std::move(path)) {}

    Result<FileContent> read(std::string_view name, std::uint64_t max_bytes,
                             const std::function<bool(std::uint64_t)>& admit) override {
        if (auto fine = check_file_name(name); !fine) return fail(fine.error());
        return files_.read_content(below(name), max_bytes, admit);
    }
    Result<FileInfo> stat(std::string_view name) override {
        if (auto fine = check_file_name(name); !fine) return fail(fine.error());
        return files_.info(below(name));
    }
    Result<void> write(std::string_view name, std::string_view bytes) override {
        if (auto fine = check_file_name(name); !fine) return fine;
        return files_.replace(below(name), bytes);
    }
    Result<void> remove(std::string_view name) override {
        if (auto fine = check_file_name(name); !fine) return fine;
        return files_.remove(below(name));
    }
    Result<void> rename(std::string_view from, std::string_view to) override {
        if (auto fine = check_file_name(from); !fine) return fine;
        if (auto fine = check_file_name(to); !fine) return fine;
        return files_.rename(below(from), below(to));
    }
    Result<std::vector<std::string>> list(std::string_view name) override {
        if (name.empty()) return files_.list(path_);
        if (auto fine = check_file_name(name); !fine) return fail(fine.error());
        return files_.list(below(name));
    }

  private:
    std::string below(std::string_view name) const { return path_ + "/" + std::string(name); }
    SimFiles& files_;
    const std::string path_;
};

class SimSource final : public ByteSource {
  public:
    explicit SimSource(std::string bytes) : bytes_(std::move(bytes)) {}
    Result<std::size_t> read(std::span<char> into) override {
        const std::size_t count = std::min(into.size(), bytes_.size() - at_);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
        at_ += count;
        return count;
    }
    std::uint64_t size_bytes() const override { return bytes_.size(); }

  private:
    const std::string bytes_;
    std::size_t at_ = 0;
};

}  // namespace

SimFiles::SimFiles(SimWorld& world) : world_(world), random_(world.network().random().next()) {}

Result<void> SimFiles::fault(bool writes) {
    if (faults.denied) return fail(Errc::denied, "permission denied");
    if (faults.io_error.drawn(random_)) return fail(Errc::io, "input/output error");
    if (writes && faults.read_only) return fail(Errc::read_only, "read-only file system");
    return {};
}

bool SimFiles::is_directory(const std::string& path) const {
    const std::string prefix = path + "/";
    const auto file = files_.lower_bound(prefix);
    return directories_.contains(path) || (file != files_.end() && file->first.starts_with(prefix));
}

Result<SimFiles::File*> SimFiles::find(const std::string& path) {
    const auto file = files_.find(path);
    if (file != files_.end()) return &file->second;
    if (is_directory(path)) return fail(Errc::denied, path + " is not a regular file");
    return fail(Errc::not_found, path + " does not exist");
}

Result<void> SimFiles::check_place(const std::string& path) const {
    if (is_directory(path)) return fail(Errc::denied, path + " is a directory");
    for (auto slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        if (files_.contains(path.substr(0, slash))) {
            return fail(Errc::denied, path.substr(0, slash) + " is not a directory");
        }
    }
    return {};
}

Result<std::unique_ptr<Directory>> SimFiles::open_directory(const std::string& path, bool create) {
    if (auto fine = fault(false); !fine) return fail(fine.error());
    const std::string plain = without_slash(path);
    if (files_.contains(plain)) return fail(Errc::denied, plain + " is not a directory");
    if (!is_directory(plain)) {
        if (!create) return fail(Errc::not_found, plain + " does not exist");
        if (auto fine = fault(true); !fine) return fail(fine.error());
        directories_.insert(plain);
    }
    return std::make_unique<SimDirectory>(*this, plain);
}

Result<std::string> SimFiles::read_file(const std::string& path, std::uint64_t max_bytes) {
    auto content = read_content(path, max_bytes, {});
    if (!content) return fail(content.error());
    return std::move(content->bytes);
}

Result<std::unique_ptr<ByteSource>> SimFiles::open_source(const std::string& path) {
    if (auto fine = fault(false); !fine) return fail(fine.error());
    const auto file = find(path);
    if (!file) return fail(file.error());
    return std::make_unique<SimSource>((*file)->bytes);
}

void SimFiles::put(const std::string& path, std::string bytes) {
    File& file = files_[path];
    file.info = {bytes.size(), world_.wall_now().time_since_epoch().count(), next_inode_++};
    file.bytes = std::move(bytes);
}

std::uint64_t SimFiles::used_bytes() const {
    return std::accumulate(
        files_.begin(), files_.end(), std::uint64_t{0},
        [](auto sum, const auto& file) { return sum + file.second.bytes.size(); });
}

Result<FileContent> SimFiles::read_content(const std::string& path, std::uint64_t max_bytes,
                                           const std::function<bool(std::uint64_t)>& admit) {
    if (auto fine = fault(false); !fine) return fail(fine.error());
    const auto file = find(path);
    if (!file) return fail(file.error());
    const std::uint64_t size = (*file)->bytes.size();
    if (size > max_bytes) return fail(Error{Errc::too_large, path + " is too large", size});
    if (admit && !admit(size)) return fail(Error{Errc::bytes_in_flight, path, size});
    return FileContent{(*file)->info, (*file)->bytes};
}

Result<FileInfo> SimFiles::info(const std::string& path) {
    if (auto fine = fault(false); !fine) return fail(fine.error());
    const auto file = find(path);
    if (!file) return fail(file.error());
    return (*file)->info;
}

Result<void> SimFiles::replace(const std::string& path, std::string_view bytes) {
    if (auto fine = fault(true); !fine) return fine;
    if (auto fine = check_place(path); !fine) return fine;
    const auto old = files_.find(path);
    const std::uint64_t freed = old == files_.end() ? 0 : old->second.bytes.size();
    if (used_bytes() - freed + bytes.size() > faults.capacity_bytes) {
        return fail(Errc::full, "no space left on device");
    }
    put(path, std::string(bytes));
    return {};
}

Result<void> SimFiles::remove(const std::string& path) {
    if (auto fine = fault(true); !fine) return fine;
    const auto file = find(path);
    if (!file) return fail(file.error());
    files_.erase(path);
    return {};
}

Result<void> SimFiles::rename(const std::string& from, const std::string& to) {
    if (auto fine = fault(true); !fine) return fine;
    if (auto fine = check_place(to); !fine) return fine;
    const auto file = find(from);
    if (!file) return fail(file.error());
    auto node = files_.extract(from);
    node.key() = to;
    files_.erase(to);
    files_.insert(std::move(node));
    return {};
}

Result<std::vector<std::string>> SimFiles::list(const std::string& path) {
    if (auto fine = fault(false); !fine) return fail(fine.error());
    if (!is_directory(path)) return fail(Errc::not_found, path + " does not exist");
    const std::string prefix = path + "/";
    std::set<std::string> names;
    for (auto file = files_.lower_bound(prefix);
         file != files_.end() && file->first.starts_with(prefix); ++file) {
        const std::string rest = file->first.substr(prefix.size());
        const auto slash = rest.find('/');
        names.insert(slash == std::string::npos ? rest : rest.substr(0, slash + 1));
    }
    return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace aside::runtime
