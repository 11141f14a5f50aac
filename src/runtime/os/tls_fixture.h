// Test support: certificates made on the spot, and servers that speak TLS, or do not, on a thread.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "runtime/os/address.h"
#include "runtime/os/descriptor.h"

namespace aside::runtime {

inline constexpr long kDaySeconds = 24 * 60 * 60;

struct CertificateSpec {
    std::string names = "DNS:redis.example,IP:127.0.0.1";  // subjectAltName
    long begins_seconds = -kDaySeconds;                    // from now
    long ends_seconds = kDaySeconds;
};

class TestCertificate {
  public:
    std::shared_ptr<X509> certificate{X509_new(), X509_free};
    std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};

    void write_certificate(const std::string& file) const {
        const auto out = open(file);
        PEM_write_bio_X509(out.get(), certificate.get());
    }
    void write_key(const std::string& file) const {
        const auto out = open(file);
        PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    }

  private:
    static std::shared_ptr<BIO> open(const std::string& file) {
        return {BIO_new_file(file.c_str(), "w"), BIO_free};
    }
};

// A certificate authority of its own.
class TestAuthority {
  public:
    explicit TestAuthority(const std::string& name) {
        fill(root_, {.names = {}}, name);
        extend(root_, NID_basic_constraints, "critical,CA:TRUE");
        sign(root_);
    }
    const TestCertificate& root() const { return root_; }
    TestCertificate issue(const CertificateSpec& spec = {}) const {
        TestCertificate issued;
        fill(issued, spec, "issued");
        extend(issued, NID_subject_alt_name, spec.names);
        sign(issued);
        return issued;
    }

  private:
    void fill(const TestCertificate& made, const CertificateSpec& spec,
              const std::string& name) const {
        static long serial = 0;
        X509* const x509 = made.certificate.get();
        X509_set_version(x509, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
        X509_gmtime_adj(X509_getm_notBefore(x509), spec.begins_seconds);
        X509_gmtime_adj(X509_getm_notAfter(x509), spec.ends_seconds);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(x509, X509_get_subject_name(root_.certificate.get()));
        X509_set_pubkey(x509, made.key.get());
    }
    static void extend(const TestCertificate& made, int kind, const std::string& value) {
        X509_EXTENSION* const extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
        X509_add_ext(made.certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    void sign(const TestCertificate& made) const {
        X509_sign(made.certificate.get(), root_.key.get(), EVP_sha256());
    }
    TestCertificate root_;
};

// Listens on a port of 127.0.0.1 and hands each connection's socket to `serve`, one after the
// other, on a thread of its own.
class SocketServer {
  public:
    explicit SocketServer(std::function<void(int)> serve) : serve_(std::move(serve)) {
        listening_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        auto address = numeric_address({"127.0.0.1", 0});
        (void)::bind(listening_.get(), address->raw(), address->size);
        ::listen(listening_.get(), 16);
        if (serve_) thread_ = std::thread([this] { run(); });
    }
    ~SocketServer() {
        ::shutdown(listening_.get(), SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }
    SocketServer(const SocketServer&) = delete;
    Endpoint at() const { return local_endpoint(listening_.get()); }

  private:
    void run() {
        // What the client's side must avoid is not what is tested on this one.
        ::sigset_t broken_pipe;
        ::sigemptyset(&broken_pipe);
        ::sigaddset(&broken_pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        for (;;) {
            const Descriptor socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!socket) return;
            serve_(socket.get());
        }
    }
    std::function<void(int)> serve_;
    Descriptor listening_;
    std::thread thread_;
};

// A TLS server side; what a connection does after its handshake is `talk`. What both refer to may
// be looked at once the server is gone.
class TlsServer {
  public:
    using Talk = std::function<void(SSL*)>;
    using Configure = std::function<void(SSL_CTX*)>;
    TlsServer(const TestCertificate& own, Talk talk, const Configure& configure = {})
        : context_(configured(own, configure)),
          talk_(std::move(talk)),
          server_([this](int socket) { serve(socket); }) {}
    Endpoint at() const { return server_.at(); }

  private:
    using Context = std::shared_ptr<SSL_CTX>;
    static Context configured(const TestCertificate& own, const Configure& configure) {
        Context context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
        SSL_CTX_use_certificate(context.get(), own.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), own.key.get());
        if (configure) configure(context.get());
        return context;
    }
    void serve(int socket) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl.get(), socket);
        if (SSL_accept(ssl.get()) == 1) talk_(ssl.get());
        ERR_clear_error();
    }
    const Context context_;
    const Talk talk_;
    SocketServer server_;  // last: its thread uses the others
};

inline void write_fully(SSL* ssl, std::string_view bytes) {
    std::size_t taken = 0;
    SSL_write_ex(ssl, bytes.data(), bytes.size(), &taken);
}

// Until close_notify, which it answers; false when the connection ended without.
inline bool echo(SSL* ssl) {
    char buffer[16384];
    std::size_t got = 0;
    while (SSL_read_ex(ssl, buffer, sizeof buffer, &got) == 1) write_fully(ssl, {buffer, got});
    const bool orderly = SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
    if (orderly) SSL_shutdown(ssl);
    return orderly;
}

}  // namespace aside::runtime
