// What of an event's members makes a request, as it stands there. For .cpp files of wire/lambda.
//
// Thread rule: one thread at a time. Ownership: texts are views of the EventJson they were read by.
// Errors: bad_input: not JSON, a member of the wrong type, one that counts given twice.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/http_field.h"
#include "wire/http_request.h"
#include "wire/lambda/event_json.h"

namespace aside::wire {

// A map of headers or parameters: pairs in their order. One that takes more bytes than a request
// may is `over`, and not kept.
struct EventPairs {
    std::vector<HttpField> pairs;
    std::uint64_t bytes = 0;
    bool present = false;  // and not null
    bool over = false;

    void clear() {
        pairs.clear();
        bytes = 0;
        present = over = false;
    }
};

struct RequestContext {
    std::optional<std::string_view> method;  // http.method
    std::string_view stage;
    std::string_view domain_name;
    bool is_http = false;  // there is `http`
    bool is_elb = false;   // there is `elb`
};

struct HttpEventMembers {
    std::optional<std::string_view> method;  // httpMethod
    std::optional<std::string_view> path, raw_path;
    std::string_view version, raw_query, body;
    EventPairs headers, multi_headers, query, multi_query;
    EventPairs cookies;  // the values
    RequestContext context;
    bool has_resource = false;
    bool is_base64 = false;

    // All but the memory.
    void clear();
};

// False: the event is no object.
Result<bool> read_http_members(EventJson& json, std::string_view event, const HeadLimits& limits,
                               HttpEventMembers& into);

}  // namespace aside::wire
