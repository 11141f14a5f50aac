#include "traces/lines.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace aside::traces {

Lines::Lines(std::unique_ptr<runtime::ByteSource> source)
    : source_(std::move(source)), buffer_(2 * kMaxLineBytes) {}

Result<bool> Lines::peek(std::string_view& line) {
    auto more = next(line);
    told_again_ = more && *more;
    return more;
}

Result<bool> Lines::next(std::string_view& line) {
    if (told_again_) {
        told_again_ = false;
        line = last_;
        return true;
    }
    std::size_t searched = 0;
    while (true) {
        const char* start = buffer_.data() + begin_;
        const std::size_t size = end_ - begin_;
        const void* feed = std::memchr(start + searched, '\n', size - searched);
        if (feed != nullptr || (ended_ && size != 0)) {
            ++number_;
            unended_ = feed == nullptr;
            const std::size_t length =
                unended_ ? size : static_cast<std::size_t>(static_cast<const char*>(feed) - start);
            begin_ += std::min(length + 1, size);
            line = std::string_view(start, length);
            if (line.ends_with('\r')) line.remove_suffix(1);
            last_ = line;
            return true;
        }
        if (ended_) return false;
        if (size > kMaxLineBytes) {
            ++number_;
            return bad("is longer than 64 KiB");
        }
        searched = size;
        if (auto filled = fill(); !filled) return fail(filled.error());
    }
}

Result<void> Lines::fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    auto got = source_->read(std::span(buffer_).subspan(end_));
    if (!got) return fail(got.error());
    ended_ = *got == 0;
    end_ += *got;
    return {};
}

std::unexpected<Error> Lines::bad(std::string_view what) const {
    return fail(Errc::bad_input, "line " + std::to_string(number_) + " " + std::string(what));
}

}  // namespace aside::traces
