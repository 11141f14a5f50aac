// What TLS connections of one process share: trusted authorities and our own certificate, read from
// files.
//
// The files are looked at for each connection and read anew when one has changed (time, size or
// inode), so what was rotated is in force from the next connection on. Two files that belong
// together and are caught half replaced are bad_input, and right a moment later. Sessions are not
// resumed: every connection verifies its peer's certificate afresh. Thread rule: any thread; get()
// blocks on files.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "runtime/worker.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace aside::runtime {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

class TlsContexts {
  public:
    // For clients: TLS 1.2 or newer, the peer's certificate must verify. Error: bad_input (a file
    // that cannot be read or does not hold what it should).
    Result<TlsContext> get(const TlsOptions& options) ASIDE_EXCLUDES(mutex_);

  private:
    struct FileStamp {
        std::int64_t modified_ns = 0;
        std::int64_t size_bytes = 0;
        std::uint64_t inode = 0;
        bool operator==(const FileStamp&) const = default;
    };
    struct Entry {
        std::array<std::string, 3> files;  // authorities, certificate, key; empty: none
        std::array<FileStamp, 3> stamps;
        TlsContext context;
    };
    static Result<FileStamp> stamp_of(const std::string& file);

    Mutex mutex_;
    std::vector<Entry> entries_ ASIDE_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace aside::runtime
