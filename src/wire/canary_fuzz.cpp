// Must fail. A fuzzing rig that reports no crash here within seconds would report none anywhere:
// sanitizers off, corpus unread, or the target never called. CI runs it and expects a crash.
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with("GET") && text.size() > 4 && text[3] == '!') std::abort();
    return 0;
}
