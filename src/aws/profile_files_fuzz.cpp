// A shared file of AWS: what is read is trimmed and on one line.
#include <cstdlib>

#include "aws/profile_files.h"

namespace {

using namespace aside::aws;

void require(bool promise) {
    if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const ProfileFile kind : {ProfileFile::config, ProfileFile::credentials}) {
        Profiles profiles;
        const auto read = read_profiles(bytes, kind, profiles);
        if (!read) require(read.error().detail.size() < 100);
        for (const auto& [name, profile] : profiles) {
            require(name.find('\n') == std::string::npos);
            for (const auto& [setting, value] : profile) {
                require(!setting.empty() && setting.find_first_of("=\n") == std::string::npos);
                require(value.empty() || (value.front() != ' ' && value.back() != ' '));
                require(value.find('\n') == std::string::npos);
            }
        }
    }
    return 0;
}
