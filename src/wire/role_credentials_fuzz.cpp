// Credentials in JSON and XML: what is taken can be sent in a field of HTTP; errors are one line.
#include <cstdlib>

#include "wire/role_credentials.h"

namespace {

using namespace aside;

void require(bool promise) {
    if (!promise) std::abort();
}

void check(const Result<wire::RoleCredentials>& read) {
    if (!read) {
        require(read.error().code == Errc::protocol || read.error().code == Errc::denied);
        require(read.error().detail.find_first_of("\r\n") == std::string::npos);
        require(read.error().detail.size() < 500);
        return;
    }
    for (const std::string_view text :
         {std::string_view(read->access_key_id), read->secret_access_key.reveal(),
          read->session_token.reveal()}) {
        require(!text.empty() && text.find_first_of("\r\n \t") == std::string_view::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check(wire::decode_role_json(bytes));
    check(wire::decode_role_xml(bytes));
    return 0;
}
