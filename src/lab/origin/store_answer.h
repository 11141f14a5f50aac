// What passes between the origin's connections and its two stores: a request as it came, and what
// is to be said to it. Thread rule: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "lab/http/http_reply.h"
#include "lab/origin/load_log.h"
#include "wire/http_request.h"

namespace aside::lab {

struct OriginRequest {
    wire::Method method = wire::Method::other;
    bool keep_alive = true;
    std::string target;
    std::string if_none_match;
    std::string operation;  // X-Amz-Target; empty: not for DynamoDB
    std::string body;
};

struct StoreAnswer {
    std::optional<HttpReply> reply;  // nothing: the connection ends without a word
    std::vector<OriginLoad> loads;   // `ended` is not set yet
};

// Where a store's fault means that nothing is heard of it.
bool is_silence(Errc code);
LoadEnd load_end_of(Errc code);

}  // namespace aside::lab
