// A byte source as lines, with bounded memory.
//
// Thread rule: one owner; blocks. Ownership: a line lives until the next call. Errors: the
// source's; too_large for a line over the limit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/files.h"

namespace aside::cli {

class LineReader {
  public:
    LineReader(std::unique_ptr<runtime::ByteSource> source, std::size_t max_line_bytes)
        : source_(std::move(source)), max_line_bytes_(max_line_bytes) {}

    // The next line without its line feed; nothing at the end. The last line may end without one.
    Result<std::optional<std::string_view>> next();

    std::uint64_t line_number() const { return line_number_; }  // of the last line; the first is 1
    std::uint64_t bytes_read() const { return bytes_read_; }
    std::uint64_t size_bytes() const { return source_->size_bytes(); }  // 0 when not known

  private:
    Result<bool> read_more();

    const std::unique_ptr<runtime::ByteSource> source_;
    const std::size_t max_line_bytes_;
    std::string buffer_;
    std::size_t start_ = 0;  // of what has not been given out yet
    bool ended_ = false;
    std::uint64_t line_number_ = 0;
    std::uint64_t bytes_read_ = 0;
};

}  // namespace aside::cli
