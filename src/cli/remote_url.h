// The parts of l2.url.
//
//   redis://[user[:password]@]host[:port][,host[:port]…][?password_file=…&ca_file=…&cert_file=…&key_file=…]
//   rediss://…   the same over TLS
//   …user@host…?auth=iam&name=…[&service=…][&region=…]   the user's password is a token made of AWS
//   credentials
//
// Whether it is one server or a cluster is found out by asking. Thread rule: pure. Errors:
// bad_input, which names the part that is wrong and never shows a password.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/iam_token.h"
#include "base/result.h"
#include "runtime/stream.h"

namespace aside::cli {

struct RemoteUrl {
    bool tls = false;
    std::vector<runtime::Endpoint> seeds;
    std::string user;
    std::string password;       // from the URL itself
    std::string password_file;  // or from a file: not both
    std::string ca_file, certificate_file, key_file;
    // Or an IAM token. Its region is empty when the URL names none.
    std::optional<aws::TokenSubject> iam;
};
Result<RemoteUrl> parse_remote_url(std::string_view url);

}  // namespace aside::cli
