// OpenSSL's failures as errors of the project. Thread rule: on the thread of the call that failed,
// before its next call of OpenSSL.
#pragma once

#include <string>

#include "base/result.h"

struct ssl_st;  // OpenSSL's SSL

namespace aside::runtime {

// Why the last call of OpenSSL on this thread failed, for people.
std::string tls_reason();

// How a handshake failed. `ssl_error` is SSL_get_error's. denied: the peer's certificate does not
// verify, or it does not take ours; protocol: no TLS there, or none in common; connection_lost.
Error handshake_error(const ssl_st* ssl, int ssl_error, const std::string& peer);

}  // namespace aside::runtime
