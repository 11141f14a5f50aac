// Lines of a byte source, in bounded memory. They end in LF or CRLF; the last one's end may be
// missing.
//
// Thread rule and errors: see traces/trace.h. Ownership: a line is good until the next call.
// Limits: a line of 64 KiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/files.h"

namespace aside::traces {

class Lines {
  public:
    static constexpr std::size_t kMaxLineBytes = 64 * 1024;

    // Reads decompressed bytes.
    explicit Lines(std::unique_ptr<runtime::ByteSource> source);

    // The next line without its end; false when there is none.
    Result<bool> next(std::string_view& line);
    // The same, and the next call tells it again.
    Result<bool> peek(std::string_view& line);

    // The last line that was told came without an end: it may have been cut off.
    bool unended() const { return unended_; }
    // "line 17 has no key"
    std::unexpected<Error> bad(std::string_view what) const;

  private:
    Result<void> fill();

    std::unique_ptr<runtime::ByteSource> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    bool ended_ = false;
    bool unended_ = false;
    bool told_again_ = false;
    std::string_view last_;
    std::uint64_t number_ = 0;
};

}  // namespace aside::traces
