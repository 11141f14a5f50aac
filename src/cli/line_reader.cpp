#include "cli/line_reader.h"

namespace aside::cli {

Result<bool> LineReader::read_more() {
    constexpr std::size_t kPiece = 256 * 1024;
    buffer_.erase(0, start_);
    start_ = 0;
    const std::size_t had = buffer_.size();
    buffer_.resize(had + kPiece);
    const auto got = source_->read(std::span(buffer_).subspan(had));
    buffer_.resize(had + got.value_or(0));
    if (!got) return fail(got.error());
    bytes_read_ += *got;
    ended_ = *got == 0;
    return !ended_;
}

Result<std::optional<std::string_view>> LineReader::next() {
    std::size_t searched = 0;  // bytes from start_ that hold no line feed
    while (true) {
        const std::size_t end = buffer_.find('\n', start_ + searched);
        const std::size_t size = (end == std::string::npos ? buffer_.size() : end) - start_;
        if (size > max_line_bytes_) {
            ++line_number_;
            return fail(Errc::too_large,
                        "a line of more than " + std::to_string(max_line_bytes_) + " bytes");
        }
        const bool last = ended_ && end == std::string::npos;
        if (last && size == 0) return std::nullopt;
        if (last || end != std::string::npos) {
            const std::string_view line(buffer_.data() + start_, size);
            start_ += size + (last ? 0 : 1);
            ++line_number_;
            return line;
        }
        searched = size;
        const auto more = read_more();
        if (!more) return fail(more.error());
    }
}

}  // namespace aside::cli
