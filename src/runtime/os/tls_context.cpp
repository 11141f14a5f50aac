#include "runtime/os/tls_context.h"

#include <algorithm>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "runtime/os/descriptor.h"
#include "runtime/os/tls_error.h"

namespace aside::runtime {

namespace {

constexpr std::size_t kContextsMax = 16;  // kept; more sets of files than that are read each time

enum File : std::size_t { kAuthorities, kCertificate, kKey };
using Files3 = std::array<std::string, 3>;

// Without one OpenSSL would ask for an encrypted key's pass phrase at the terminal.
int no_pass_phrase(char*, int, int, void*) {
    return 0;
}

std::unexpected<Error> unusable(const std::string& file) {
    return fail(Errc::bad_input, file + ": " + tls_reason());
}

Result<void> load_certificate(SSL_CTX* context, const Files3& files) {
    SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
    if (SSL_CTX_use_certificate_chain_file(context, files[kCertificate].c_str()) != 1) {
        return unusable(files[kCertificate]);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files[kKey].c_str(), SSL_FILETYPE_PEM) != 1) {
        return unusable(files[kKey]);
    }
    return {};
}

Result<TlsContext> load(const Files3& files) {
    ERR_clear_error();
    TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) return fail(Errc::internal, "SSL_CTX_new: " + tls_reason());
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);  // a record's head and body in one call
    const bool of_system = files[kAuthorities].empty();
    const int trusted = of_system
                            ? SSL_CTX_set_default_verify_paths(context.get())
                            : SSL_CTX_load_verify_file(context.get(), files[kAuthorities].c_str());
    if (trusted != 1) return unusable(of_system ? "the system's CAs" : files[kAuthorities]);
    if (!files[kCertificate].empty()) {
        auto loaded = load_certificate(context.get(), files);
        if (!loaded) return fail(std::move(loaded.error()));
    }
    return context;
}

}  // namespace

Result<TlsContexts::FileStamp> TlsContexts::stamp_of(const std::string& file) {
    if (file.empty()) return FileStamp{};
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0) {
        return fail(Errc::bad_input, system_error(errno, file).detail);
    }
    return FileStamp{info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, info.st_size,
                     info.st_ino};
}

Result<TlsContext> TlsContexts::get(const TlsOptions& options) {
    Files3 files{options.ca_file, options.certificate_file, options.key_file};
    if (files[kCertificate].empty() && !files[kKey].empty()) {
        return fail(Errc::bad_input, files[kKey] + ": a key without a certificate");
    }
    if (files[kKey].empty()) files[kKey] = files[kCertificate];  // one file may hold both
    // Before they are read: a change in between shows at the next connection.
    std::array<FileStamp, 3> stamps;
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto stamp = stamp_of(files[i]);
        if (!stamp) return fail(std::move(stamp.error()));
        stamps[i] = *stamp;
    }
    {
        const MutexLock lock(mutex_);
        for (const auto& entry : entries_) {
            if (entry.files == files && entry.stamps == stamps) return entry.context;
        }
    }
    auto context = load(files);
    if (!context) return context;
    const MutexLock lock(mutex_);
    std::erase_if(entries_, [&](const Entry& entry) { return entry.files == files; });
    if (entries_.size() >= kContextsMax) entries_.erase(entries_.begin());
    entries_.push_back({std::move(files), stamps, *context});
    return context;
}

}  // namespace aside::runtime
