// Who may call the admin port. It can erase and write, so a browser must not be led to it: a
// foreign Host is DNS rebinding, an Origin is a page's script. Beyond loopback a token is asked for
// as well.
//
// Thread rule: immutable after construction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "front/http/reply.h"
#include "runtime/stream.h"
#include "wire/http_request.h"

namespace aside::front {

bool is_loopback(std::string_view host);

// May the admin port listen there? Errors: bad_input, when not on loopback and without a token.
Result<void> check_admin_bind(const runtime::Endpoint& endpoint, bool has_token);

class AdminAccess {
  public:
    AdminAccess(const std::vector<std::string>& hosts, std::string token);

    // The problem to refuse with. `open` calls (a supervisor's probes) are answered without the
    // token.
    std::optional<Problem> refuse(const wire::RequestHead& head, bool open) const;

  private:
    bool knows_host(std::string_view host) const;
    bool has_token(std::string_view authorization) const;

    std::vector<std::string> hosts_;
    const std::string token_;
};

}  // namespace aside::front
