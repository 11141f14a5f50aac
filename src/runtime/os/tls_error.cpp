#include "runtime/os/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace aside::runtime {

namespace {

// What a peer says that does not like our certificate, or wants one.
bool is_about_our_certificate(int reason) {
    switch (reason) {
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::string tls_reason() {
    const unsigned long code = ERR_peek_last_error();
    if (code == 0) return "connection lost";
    const char* const reason = ERR_reason_error_string(code);
    if (reason != nullptr) return reason;
    char text[160];
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

Error handshake_error(const ssl_st* ssl, int ssl_error, const std::string& peer) {
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) {
        return {Errc::denied, peer + ": " + X509_verify_cert_error_string(verified), 0};
    }
    const std::string detail = peer + ": TLS handshake: " + tls_reason();
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    if (ssl_error != SSL_ERROR_SSL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return {Errc::connection_lost, detail, 0};
    }
    return {is_about_our_certificate(reason) ? Errc::denied : Errc::protocol, detail, 0};
}

}  // namespace aside::runtime
